#include "layers/added_layer.h"

#include "formula/check.h"
#include "formula/open_extents.h"
#include "layers/lower_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <utility>

namespace attnscope {

namespace {

constexpr std::array<std::pair<std::string_view, Initializer>, 3> initializers = {{
    {"glorot_uniform", Initializer::GlorotUniform},
    {"uniform", Initializer::Uniform},
    {"zeros", Initializer::Zeros},
}};

/// Elements that a fresh weight may have: a gigabyte.
constexpr std::int64_t largestWeight = std::int64_t{1} << 28;

/// How far from zero the weights may lie (tf_keras/src/initializers/initializers.py, RandomUniform and GlorotUniform,
/// _compute_fans for the fans).
float limitOf(Initializer initializer, const Shape& shape) {
    if (initializer == Initializer::Zeros) return 0.0F;
    if (initializer == Initializer::Uniform) return 0.05F;
    double fanIn = 1.0;
    double fanOut = 1.0;
    if (shape.rank() == 1) {
        fanIn = fanOut = static_cast<double>(shape[0]);
    } else if (shape.rank() >= 2) {
        const auto field = static_cast<double>(shape.upTo(shape.rank() - 2).elements());
        fanIn = field * static_cast<double>(shape[shape.rank() - 2]);
        fanOut = field * static_cast<double>(shape.back());
    }
    return static_cast<float>(std::sqrt(6.0 / std::max(1.0, fanIn + fanOut)));
}

/// Uniform numbers in [-limit, limit), the same on every machine: the distributions of the standard library are not.
Tensor uniform(Shape shape, float limit, std::uint64_t seed, std::size_t place) {
    std::seed_seq seeds{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U),
                        static_cast<std::uint32_t>(place)};
    std::mt19937_64 random(seeds);
    Tensor tensor(std::move(shape));
    for (float& number : tensor.data()) {
        const auto bits = static_cast<float>(random() >> 40U);  // 24 bits, as many as a float32 holds exactly
        number = limit * (bits * 0x1p-23F - 1.0F);
    }
    return tensor;
}

Result<Shape> shapeOf(const Declaration& weight, const OpenExtents& extents) {
    std::vector<std::int64_t> sizes;
    std::int64_t room = largestWeight;
    for (const std::vector<std::string>& axis : weight.axes) {
        std::int64_t size = 1;
        for (const std::string& letter : axis) {
            const std::int64_t extent = extents.known.at(letter);
            if (extent < 1)
                return fail(ErrorCode::InvalidInput,
                            "index " + letter + " runs over " + std::to_string(extent) + "; 1 or more expected");
            room /= extent;
            if (room == 0)
                return fail(ErrorCode::Limit, "weight " + weight.name + " would have more than " +
                                                  std::to_string(largestWeight) + " elements");
            size *= extent;
        }
        sizes.push_back(size);
    }
    return Shape(std::move(sizes));
}

/// The shapes of what the formula is given, without the batch axis, by its names.
Result<std::map<std::string, Shape>> inputShapes(const GraphBuilder& graph, const Formula& formula,
                                                 const std::vector<Flow>& inputs) {
    const std::vector<std::string> masks = maskNames(formula);
    std::map<std::string, Shape> shapes;
    std::size_t next = 0;
    for (const Declaration& input : formula.inputs()) {
        if (std::ranges::find(masks, input.name) != masks.end()) continue;
        if (next < inputs.size()) {
            const Shape& shape = graph.shape(inputs[next].value);
            shapes[input.name] = shape.rank() == 0 ? shape : shape.from(1);
        }
        ++next;
    }
    if (next == inputs.size()) return shapes;
    return fail(ErrorCode::Shape, "formula " + formula.name() + " has " + std::to_string(next) + " inputs, " +
                                      std::to_string(inputs.size()) + " given");
}

/// A name that a weight's pattern matches and, as weights are matched in order, no earlier one is left for.
std::string nameFor(const Declaration& weight) {
    std::string name = weight.fileName;
    std::erase(name, '*');
    return name.empty() ? weight.name : name;
}

/// The layer as a file might have it: fresh weights, and a config with the extents that the formula reads from there.
Result<Layer> madeLayer(const AddedLayer& added, const Formula& formula, const OpenExtents& extents) {
    Layer layer;
    layer.name = added.name;
    layer.className = addedLayerClass;
    std::size_t place = 0;
    for (const Declaration& weight : formula.weights()) {
        ATTN_TRY(Shape shape, shapeOf(weight, extents));
        const Initializer initializer = weight.optional ? Initializer::Zeros : added.initializer;
        const float limit = limitOf(initializer, shape);
        layer.weights.push_back({nameFor(weight), share(uniform(std::move(shape), limit, added.seed, place++))});
    }
    nlohmann::json config = nlohmann::json::object();
    for (const IndexDeclaration& index : formula.indices()) {
        const auto known = extents.known.find(index.index);
        if (!index.fileName.empty() && known != extents.known.end()) config[index.fileName] = known->second;
    }
    layer.config = Config(std::move(config));
    return layer;
}

}  // namespace

Result<Initializer> initializerNamed(std::string_view name) {
    const auto* const found = std::ranges::find(initializers, name, &std::pair<std::string_view, Initializer>::first);
    if (found != initializers.end()) return found->second;
    return fail(ErrorCode::InvalidInput,
                "initializer '" + std::string(name) + "'; glorot_uniform, uniform or zeros expected");
}

std::string_view initializerName(Initializer initializer) {
    return std::ranges::find(initializers, initializer, &std::pair<std::string_view, Initializer>::second)->first;
}

Result<Flow> lowerAddedLayer(Lowering& lowering, const AddedLayer& layer, const std::vector<Flow>& inputs) {
    const std::string chosen = lowering.chosenFormula(layer.name);
    const std::string& name = chosen.empty() ? layer.formula : chosen;
    const Formula* formula = lowering.catalogue().find(name);
    if (formula == nullptr) return fail(ErrorCode::NotFound, "there is no formula named '" + name + "'");

    ATTN_TRY(const auto shapes, inputShapes(lowering.graph(), *formula, inputs));
    ATTN_TRY(const OpenExtents extents, openExtents(*formula, shapes, layer.extents, addedLayerExtent));
    ATTN_TRY(const Layer made, madeLayer(layer, *formula, extents));
    ATTN_TRY(const std::vector<Flow> outputs, lowerAttention(lowering, made, inputs, {formula}));
    return outputs.front();
}

}  // namespace attnscope
