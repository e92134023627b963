#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"

namespace attnscope {

namespace {

/// What Bidirectional makes of the layer it is given: Bidirectional.__init__ sets both of these.
Layer direction(const Layer& inner, bool backwards, bool zeroesMasked) {
    nlohmann::json config = inner.config.json();
    config["go_backwards"] = backwards;
    config["zero_output_for_mask"] = zeroesMasked;
    Layer result = inner;
    result.config = Config(std::move(config));
    return result;
}

Result<ValueId> merge(Lowering& lowering, const std::string& mode, ValueId forward, ValueId backward) {
    if (mode == "concat") {
        const std::size_t last = lowering.graph().shape(forward).rank() - 1;
        return lowering.graph().add(std::make_shared<Concatenate>(last), {forward, backward}, "merged");
    }
    if (mode == "mul") return binary(lowering, BinaryKind::Multiply, forward, backward, "merged");
    if (mode == "sum") return binary(lowering, BinaryKind::Add, forward, backward, "merged");
    if (mode == "ave") {
        ATTN_TRY(const ValueId sum, binary(lowering, BinaryKind::Add, forward, backward, "sum"));
        return binary(lowering, BinaryKind::Multiply, sum, 0.5F, "half", "merged");
    }
    return fail(ErrorCode::Format,
                "config entry merge_mode: \"" + mode + "\" found; concat, sum, ave, mul or null expected");
}

}  // namespace

Result<std::vector<Flow>> lowerBidirectional(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/rnn/bidirectional.py, keras/src/layers/rnn/bidirectional.py
    if (layer.inner.size() != 2 || inputs.empty())
        return fail(ErrorCode::Format, "a forward layer, a backward layer and an input expected");
    for (const auto& inner : layer.inner)
        if (inner->model != nullptr || !inner->config.json().is_object())
            return fail(ErrorCode::Unsupported, "a recurrent layer inside expected, " + inner->className + " found");
    const Config& forwardConfig = layer.inner[0]->config;
    ATTN_TRY(const bool forwardRunsBackwards, forwardConfig.flag("go_backwards", false));
    ATTN_TRY(const bool sequences, forwardConfig.flag("return_sequences", false));
    ATTN_TRY(const bool states, forwardConfig.flag("return_state", false));
    if (inputs.size() % 2 == 0) return fail(ErrorCode::Shape, "initial states: an even number expected");

    // Initial states come in two halves: the forward layer's, then the backward layer's.
    const auto half = static_cast<std::ptrdiff_t>((inputs.size() - 1) / 2);
    std::vector<Flow> forwardInputs(inputs.begin(), inputs.begin() + 1 + half);
    forwardInputs.front().mask = seenMask(lowering, inputs);
    std::vector<Flow> backwardInputs{forwardInputs.front()};
    backwardInputs.insert(backwardInputs.end(), inputs.begin() + 1 + half, inputs.end());
    const bool zeroesMasked = sequences && lowering.era().bidirectionalZeroesMasked;
    ATTN_TRY(const std::vector<Flow> forward,
             lowering.lower(direction(*layer.inner[0], forwardRunsBackwards, zeroesMasked), forwardInputs));
    ATTN_TRY(const std::vector<Flow> backward,
             lowering.lower(direction(*layer.inner[1], !forwardRunsBackwards, zeroesMasked), backwardInputs));
    if (forward.empty() || forward.size() != backward.size())
        return fail(ErrorCode::Format, "the two directions do not give equally many outputs");

    ValueId reversed = backward[0].value;
    if (sequences) {
        const Shape& shape = lowering.graph().shape(reversed);
        if (shape.rank() < 3) return fail(ErrorCode::Shape, "sequences expected, shape " + shape.text() + " found");
        const std::int64_t time = shape[1];
        ATTN_TRY(reversed,
                 lowering.graph().add(std::make_shared<Slice>(1, time - 1, time, -1), {reversed}, "backward_in_time"));
    }
    const std::optional<ValueId> mask = sequences ? inputs.front().mask : std::nullopt;
    std::vector<Flow> outputs;
    if (layer.config.json().contains("merge_mode") && !layer.config.has("merge_mode")) {
        outputs = {{forward[0].value, mask}, {reversed, mask}};
    } else {
        ATTN_TRY(const std::string mode, layer.config.text("merge_mode", "concat"));
        ATTN_TRY(const ValueId merged, merge(lowering, mode, forward[0].value, reversed));
        outputs = single(merged, mask);
    }
    if (states) {
        outputs.insert(outputs.end(), forward.begin() + 1, forward.end());
        outputs.insert(outputs.end(), backward.begin() + 1, backward.end());
    }
    return outputs;
}

}  // namespace attnscope
