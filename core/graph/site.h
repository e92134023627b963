#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// The place of a value in its graph.
struct ValueId {
    std::uint32_t index = 0;
    auto operator<=>(const ValueId&) const = default;
};

/// What a named value is to an attention site.
enum class ValueRole {
    Input,      ///< what the layer is given (x)
    Mask,       ///< 1 where a timestep counts, 0 where it does not
    Weight,     ///< a trained weight of the layer (W, b)
    Parameter,  ///< a number of the layer (epsilon)
    Step,       ///< an intermediate result of the formula (u)
    Score,      ///< what is normalised (e)
    Weights,    ///< the attention weights (a)
    Values,     ///< what is weighed (x); a value may be both Input and Values, see Site::values
    Output,     ///< the weighted sum (c)
};

/// A value one can look at, edit and export, with the index letters of its axes.
struct NamedValue {
    std::string name;               ///< as the formula writes it: "a"
    ValueId value;                  ///< in the graph
    std::vector<std::string> axes;  ///< index letters without the batch: {"f", "t"}
    ValueRole role = ValueRole::Step;
};

/// What stands for a formula where attention is put together from ordinary layers.
inline constexpr std::string_view foundByStructure = "found by structure";

/// A place in the graph where attention happens.
struct Site {
    std::string name;  ///< unique in the graph; the layer's name unless the layer is called several times
    std::string layer;
    std::string className;  ///< the class in the model file
    std::string formula;    ///< the name of the formula that describes it, or `foundByStructure`
    /// The formula line by line for people to read, where no formula of the catalogue describes the site.
    std::vector<std::string> statements;
    std::vector<NamedValue> named;  ///< in the formula's order: inputs, weights, parameters, then each left-hand side
    ValueId score;
    ValueId weights;
    ValueId values;
    ValueId output;
    std::optional<ValueId> mask;
    /// True where the layer itself has no mask: `mask` is then all ones and exists for what-ifs only.
    bool maskIsWhatIf = false;
    /// The index letter that the weights are normalised over ("t").
    std::string timeAxis;

    /// The named value with this name, or nullptr.
    [[nodiscard]] const NamedValue* find(std::string_view valueName) const;
    /// The named value for this id, or nullptr.
    [[nodiscard]] const NamedValue* find(ValueId id) const;
    /// The index letter of the queries: weights and output have it, what is weighed does not. Empty where every
    /// timestep has one weight, or one for each head or feature.
    [[nodiscard]] std::string queryAxis() const;
};

}  // namespace attnscope
