#include "structure/what_if_masks.h"

#include "ops/layout.h"

#include <algorithm>
#include <cassert>

namespace attnscope {

namespace {

/// [batch, timesteps] as it broadcasts to the scores: (batch, 1, timesteps) for axis 2 of three.
Shape maskShape(const Shape& scores, std::size_t axis) {
    std::vector<std::int64_t> extents(scores.rank(), 1);
    extents[0] = scores[0];
    extents[axis] = scores[axis];
    return Shape(std::move(extents));
}

/// A name within the layer that no value of the graph has.
std::string freeName(const Graph& graph, const std::string& layer) {
    const std::string prefix = layer.empty() ? std::string() : layer + "/";
    return graph.find(prefix + "mask") ? "what_if_mask" : "mask";
}

}  // namespace

MaskedGraph withWhatIfMasks(const Graph& graph, const std::vector<WhatIfMask>& wanted) {
    MaskedGraph result;
    result.masks.resize(wanted.size());
    const auto become = [&](ValueId old) { return result.values[old.index]; };
    for (std::size_t index = 0; index < graph.values().size(); ++index) {
        const Value& value = graph.values()[index];
        const ValueId old{static_cast<std::uint32_t>(index)};
        // Values are added in their order under their names, so every name stays free until its turn.
        const std::string name = value.layer.empty() || value.kind == ValueKind::Input
                                     ? value.name
                                     : value.name.substr(value.layer.size() + 1);
        result.builder.enterLayer(value.layer);
        if (value.kind == ValueKind::Input) {
            result.values.push_back(result.builder.input(name, value.shape));
        } else if (value.kind == ValueKind::Constant) {
            result.values.push_back(value.batched ? result.builder.batchedConstant(name, value.constant)
                                                  : result.builder.constant(name, value.constant));
        } else {
            const Node& node = graph.nodes()[value.producer];
            std::vector<ValueId> inputs;
            for (const ValueId input : node.inputs) inputs.push_back(become(input));
            const auto masked = std::ranges::find(wanted, old, &WhatIfMask::softmax);
            if (masked != wanted.end()) {
                const Shape& scores = value.shape;
                const Shape bits{scores[0], scores[masked->axis]};
                const std::string maskName = freeName(graph, value.layer);
                const ValueId mask = result.builder.batchedConstant(maskName, share(Tensor(bits, 1.0F)));
                result.masks[static_cast<std::size_t>(masked - wanted.begin())] = mask;
                const Result<ValueId> aligned = result.builder.add(
                    std::make_shared<Reshape>(maskShape(scores, masked->axis)), {mask}, maskName + ".aligned");
                assert(aligned);
                inputs.push_back(*aligned);
            }
            const Result<ValueId> added = result.builder.add(node.operation, std::move(inputs), name);
            assert(added);  // it was added before, with inputs of the same shapes
            result.values.push_back(*added);
        }
    }
    for (const ValueId output : graph.outputs()) result.builder.output(become(output));
    for (const LayerOutput& output : graph.layerOutputs())
        result.builder.layerOutput(output.layer, become(output.value));
    return result;
}

}  // namespace attnscope
