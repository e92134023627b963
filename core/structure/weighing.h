#pragma once

#include "structure/normalization.h"
#include "structure/time_axis.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// What takes a value in: a node, and as which of its inputs.
struct Use {
    const Node* node = nullptr;
    std::size_t input = 0;
};

/// For every value the nodes that read it.
class Uses {
public:
    explicit Uses(const Graph& graph);
    [[nodiscard]] const std::vector<Use>& of(ValueId value) const { return m_uses[value.index]; }

private:
    std::vector<std::vector<Use>> m_uses;
};

/// Where each axis of one value is found in another that was computed from it.
using AxisMap = std::vector<std::optional<std::size_t>>;

/// How the sum of what was weighed is taken.
enum class Total { None, Sum, Mean };

/// Normalised weights at work: they weigh values along the axis that they are normalised over.
struct Weighing {
    Normalization normalization;
    ValueId weights;       ///< the last form they had before they were only moved about
    ValueId values;        ///< what is weighed
    ValueId product;       ///< weights × values, or their sum already (a matrix product)
    ValueId output;        ///< the sum; the product where nothing sums it
    std::size_t time = 0;  ///< the axis of `weights` they are normalised over
    Total total = Total::None;
    std::string reduced;                      ///< how `weights` came from the normalised numbers: "", "mean" or "sum"
    std::vector<std::string> layersOnTheWay;  ///< from the normalisation to the product, without the last
    // Index letters, the batch having none: "t" is the normalised axis.
    std::vector<std::string> scoreAxes;
    std::vector<std::string> weightAxes;
    std::vector<std::string> valueAxes;
    std::vector<std::string> outputAxes;
};

/// What following a normalisation found.
struct Followed {
    std::optional<Weighing> weighing;
    std::string remark;  ///< it weighs something, but not timesteps: a sentence for the person
};

/// Follows normalised numbers through the graph to where they weigh values along the normalised axis.
[[nodiscard]] Followed follow(const Graph& graph, const Uses& uses, TimeAxes& times, const Normalization& from);

}  // namespace attnscope
