#pragma once

#include "layers/lowering.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace attnscope {

/// How the weights of a new layer start; the numbers follow the rules of Keras's initializers of these names.
enum class Initializer {
    GlorotUniform,  ///< ±sqrt(6 / (fan in + fan out))
    Uniform,        ///< ±0.05
    Zeros,
};

/// `glorot_uniform`, `uniform`, `zeros`; an error of code InvalidInput lists them.
[[nodiscard]] Result<Initializer> initializerNamed(std::string_view name);
[[nodiscard]] std::string_view initializerName(Initializer initializer);

/// A layer that a model does not have: a formula with fresh weights on what layers of the model give. It is lowered
/// beside the model, whose predictions stay what they are.
struct AddedLayer {
    std::string name;     ///< unlike any layer's of the model
    std::string formula;  ///< in the catalogue
    /// Layers whose outputs it is given, one for each input of the formula but `mask`, which travels with the first.
    std::vector<std::string> inputs;
    Initializer initializer = Initializer::GlorotUniform;
    std::uint64_t seed = 0;
    /// How far index letters run that the inputs leave open; addedLayerExtent for those that are not named.
    std::map<std::string, std::int64_t> extents;

    bool operator==(const AddedLayer&) const = default;
};

/// The class that added layers have in lists and records.
inline constexpr std::string_view addedLayerClass = "New layer";
inline constexpr std::int64_t addedLayerExtent = 32;

/// Lowers an added layer whose name the graph has entered. Weights depend on seed, place and shape only; optional
/// weights, which are biases, start at zero as Keras's do. Errors: no such formula, a wrong number of inputs, shapes
/// that do not fit, code Limit for weights that are too large.
[[nodiscard]] Result<Flow> lowerAddedLayer(Lowering& lowering, const AddedLayer& layer,
                                           const std::vector<Flow>& inputs);

}  // namespace attnscope
