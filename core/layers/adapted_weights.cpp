#include "layers/adapted_weights.h"

#include "layers/support.h"

#include <algorithm>

namespace attnscope {

namespace {

/// "lora_kernel_a" or "lora_embeddings_a".
bool isPart(const LayerWeight& weight, std::string_view letter) {
    const std::string name = shortWeightName(weight.name);
    return name.starts_with("lora_") && name.ends_with(letter);
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
    return layer.config.has("lora_rank") &&
           std::ranges::any_of(layer.weights, [](const LayerWeight& weight) { return isPart(weight, "_a"); });
}

Result<Layer> withAdaptationMerged(const Layer& layer) {
    ATTN_TRY(const std::int64_t rank, positive(layer.config, "lora_rank"));
    ATTN_TRY(const float alpha, layer.config.number("lora_alpha", static_cast<float>(rank)));
    Layer merged = layer;
    merged.weights.clear();
    TensorPtr a;
    TensorPtr b;
    for (const LayerWeight& weight : layer.weights) {
        if (isPart(weight, "_a")) {
            a = weight.tensor;
        } else if (isPart(weight, "_b")) {
            b = weight.tensor;
        } else {
            merged.weights.push_back(weight);
        }
    }
    // Not trained any more, the kernel stands behind the bias.
    const auto isKernel = [](const LayerWeight& weight) { return shortWeightName(weight.name) != "bias"; };
    std::stable_partition(merged.weights.begin(), merged.weights.end(), isKernel);
    if (merged.weights.empty() || a == nullptr || b == nullptr)
        return fail(ErrorCode::Shape, "adaptation: a kernel and two matrices expected");
    ATTN_TRY(Tensor kernel, adapted(*merged.weights.front().tensor, *a, *b, alpha / static_cast<float>(rank)));
    merged.weights.front().tensor = share(std::move(kernel));
    return merged;
}

}  // namespace attnscope
