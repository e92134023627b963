#include "layers/adapted_weights.h"

#include "layers/support.h"

#include <algorithm>

namespace attnscope {

namespace {

/// The weight that a matrix adapts, "kernel" for "lora_kernel_a"; empty unless its name ends in the letter.
std::string adaptedBy(const LayerWeight& matrix, char letter) {
    constexpr std::string_view front = "lora_";
    const std::string end{'_', letter};
    const std::string name = shortWeightName(matrix.name);
    if (!name.starts_with(front) || !name.ends_with(end) || name.size() <= front.size() + end.size()) return {};
    return name.substr(front.size(), name.size() - front.size() - end.size());
}

/// W + factor · A·B: A [..., rank] has all of W's axes but the last, which is that of B [rank, last].
Result<Tensor> adapted(const Tensor& kernel, const Tensor& a, const Tensor& b, float factor) {
    const std::size_t last = kernel.rank() == 0 ? 0 : kernel.rank() - 1;
    const bool fits = kernel.rank() > 0 && b.rank() == 2 && a.rank() == kernel.rank() &&
                      a.shape().upTo(last) == kernel.shape().upTo(last) && a.dim(last) == b.dim(0) &&
                      b.dim(1) == kernel.dim(last);
    if (!fits)
        return fail(ErrorCode::Shape, "adaptation: shapes " + a.shape().text() + " and " + b.shape().text() +
                                          " found, which do not fit the kernel " + kernel.shape().text());
    Tensor sum = kernel;
    const auto rank = static_cast<std::size_t>(b.dim(0));
    const auto columns = static_cast<std::size_t>(b.dim(1));
    for (std::size_t place = 0; place < sum.size(); ++place) {
        float product = 0.0F;
        for (std::size_t i = 0; i < rank; ++i)
            product += a[place / columns * rank + i] * b[i * columns + place % columns];
        sum[place] += factor * product;
    }
    return sum;
}

}  // namespace

bool isAdapted(const Layer& layer) {
    return layer.config.has("lora_rank") && std::ranges::any_of(layer.weights, [](const LayerWeight& weight) {
               return !adaptedBy(weight, 'a').empty();
           });
}

Result<Layer> withAdaptationMerged(const Layer& layer) {
    ATTN_TRY(const std::int64_t rank, positive(layer.config, "lora_rank"));
    ATTN_TRY(const float alpha, layer.config.number("lora_alpha", static_cast<float>(rank)));
    Layer merged = layer;
    merged.weights.clear();
    std::string kernelName;
    TensorPtr a;
    TensorPtr b;
    for (const LayerWeight& weight : layer.weights) {
        if (std::string adapted = adaptedBy(weight, 'a'); !adapted.empty()) {
            kernelName = std::move(adapted);
            a = weight.tensor;
        } else if (!adaptedBy(weight, 'b').empty()) {
            b = weight.tensor;
        } else {
            merged.weights.push_back(weight);
        }
    }
    // Not trained any more, the kernel stands behind the weights that are.
    const auto isKernel = [&](const LayerWeight& weight) { return shortWeightName(weight.name) == kernelName; };
    std::stable_partition(merged.weights.begin(), merged.weights.end(), isKernel);
    if (merged.weights.empty() || !isKernel(merged.weights.front()) || b == nullptr)
        return fail(ErrorCode::Shape, "adaptation: a kernel and two matrices expected");
    ATTN_TRY(Tensor kernel, adapted(*merged.weights.front().tensor, *a, *b, alpha / static_cast<float>(rank)));
    merged.weights.front().tensor = share(std::move(kernel));
    return merged;
}

}  // namespace attnscope
