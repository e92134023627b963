#include "ops/recurrent.h"

#include "layers/activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"
#include "ops/matmul.h"

namespace attnscope {

namespace {

/// One call of a recurrent layer, on its way into the graph.
struct RecurrentCall {
    Recurrent::Options options;
    ValueId x;              // [batch, time, features]
    ValueId kernel;         // [features, gates·units]
    ValueId recurrent;      // [units, gates·units]
    ValueId recurrentBias;  // [gates·units], if options.hasRecurrentBias
    std::optional<ValueId> bias;
    std::optional<ValueId> mask;
    std::vector<ValueId> initialState;
};

std::size_t stateCount(Cell cell) {
    return cell == Cell::Lstm ? 2 : 1;
}

/// The row `row` of a matrix as a vector.
Result<ValueId> matrixRow(Lowering& lowering, ValueId matrix, std::int64_t row, std::string_view name) {
    const std::int64_t columns = lowering.graph().shape(matrix)[1];
    ATTN_TRY(const ValueId slice, lowering.graph().add(std::make_shared<Slice>(0, row, 1), {matrix}));
    return reshape(lowering, slice, {columns}, name);
}

/// The last timestep of [batch, time, units].
Result<ValueId> lastStep(Lowering& lowering, ValueId sequence, std::string_view name) {
    const Shape shape = lowering.graph().shape(sequence);
    ATTN_TRY(const ValueId slice, lowering.graph().add(std::make_shared<Slice>(1, shape[1] - 1, 1), {sequence}));
    return reshape(lowering, slice, {shape[0], shape[2]}, name);
}

Result<RecurrentCall> readCall(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs, Cell cell) {
    const Config& config = layer.config;
    const std::size_t states = stateCount(cell);
    if (inputs.size() != 1 && inputs.size() != 1 + states)
        return fail(ErrorCode::Shape, "inputs: " + std::to_string(inputs.size()) + " found, 1 or " +
                                          std::to_string(1 + states) + " (with the initial state) expected");
    RecurrentCall call;
    call.x = inputs[0].value;
    call.mask = seenMask(lowering, inputs);
    for (std::size_t i = 1; i < inputs.size(); ++i) call.initialState.push_back(inputs[i].value);
    ATTN_CHECK(expectRank(lowering, call.x, 3));
    if (lowering.graph().shape(call.x)[1] < 1) return fail(ErrorCode::Shape, "input: a timestep or more expected");

    call.options.cell = cell;
    ATTN_TRY(call.options.activation, cellActivation(lowering, config, "activation", "tanh"));
    if (cell != Cell::Simple) {
        ATTN_TRY(call.options.recurrentActivation,
                 cellActivation(lowering, config, "recurrent_activation", lowering.era().recurrentActivationDefault));
    }
    ATTN_TRY(call.options.backwards, config.flag("go_backwards", false));
    ATTN_TRY(const std::int64_t units, positive(config, "units"));
    ATTN_TRY(const bool useBias, config.flag("use_bias", true));
    const std::int64_t width = Recurrent::gates(cell) * units;
    std::vector<ExpectedWeight> expected{{"kernel", {lowering.graph().shape(call.x)[2], width}},
                                         {"recurrent_kernel", {units, width}}};
    const bool twoBiases = cell == Cell::GruResetAfter;
    if (useBias) expected.push_back({"bias", twoBiases ? Shape{2, width} : Shape{width}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    call.kernel = weights[0];
    call.recurrent = weights[1];
    if (useBias) call.bias = weights[2];
    if (useBias && twoBiases) {
        ATTN_TRY(call.bias, matrixRow(lowering, weights[2], 0, "input_bias"));
        ATTN_TRY(call.recurrentBias, matrixRow(lowering, weights[2], 1, "recurrent_bias"));
        call.options.hasRecurrentBias = true;
    }
    return call;
}

/// The scan over time, [batch, time, units], in the order in which it runs.
Result<ValueId> addScan(Lowering& lowering, const RecurrentCall& call, ValueId product, Emit emit,
                        std::string_view name) {
    Recurrent::Options options = call.options;
    options.emit = emit;
    options.hasMask = call.mask.has_value();
    options.hasInitialState = !call.initialState.empty();
    std::vector<ValueId> inputs{product, call.recurrent};
    if (options.hasRecurrentBias) inputs.push_back(call.recurrentBias);
    if (call.mask) inputs.push_back(*call.mask);
    inputs.insert(inputs.end(), call.initialState.begin(), call.initialState.end());
    return lowering.graph().add(std::make_shared<Recurrent>(options), std::move(inputs), name);
}

/// The mask [batch, time, 1] in the order in which the scan runs.
Result<ValueId> maskAsRun(Lowering& lowering, const RecurrentCall& call) {
    const Shape shape = lowering.graph().shape(*call.mask);
    ATTN_TRY(const ValueId mask, reshape(lowering, *call.mask, {shape[0], shape[1], 1}));
    if (!call.options.backwards) return mask;
    return lowering.graph().add(std::make_shared<Slice>(1, shape[1] - 1, shape[1], -1), {mask});
}

/// zero_output_for_mask: 0 rather than the previous output where a timestep is masked.
Result<ValueId> zeroWhereMasked(Lowering& lowering, const RecurrentCall& call, ValueId sequence) {
    ATTN_TRY(const ValueId mask, maskAsRun(lowering, call));
    return binary(lowering, BinaryKind::Multiply, sequence, mask, "unmasked_sequence");
}

/// The sequence with the initial state in place of zeros up to the first timestep that counts.
Result<ValueId> stateUpToFirst(Lowering& lowering, const RecurrentCall& call, ValueId sequence) {
    GraphBuilder& graph = lowering.graph();
    const Shape shape = graph.shape(sequence);
    const std::int64_t time = shape[1];
    ATTN_TRY(ValueId mask, maskAsRun(lowering, call));
    ATTN_TRY(mask, graph.add(std::make_shared<Pad>(1, time - 1, 0), {mask}));
    ATTN_TRY(mask, graph.add(std::make_shared<Pool1D>(PoolKind::Max, time, 1, false), {mask}, "any_step_so_far"));
    ATTN_TRY(const ValueId state, reshape(lowering, call.initialState[0], {shape[0], 1, shape[2]}));
    return graph.add(std::make_shared<Select>(), {mask, sequence, state}, "sequence");
}

/// The states after the last timestep: h, and c for an LSTM.
Result<std::vector<Flow>> finalStates(Lowering& lowering, const RecurrentCall& call, ValueId product,
                                      ValueId sequence) {
    std::vector<Flow> states;
    ATTN_TRY(ValueId h, lastStep(lowering, sequence, "final_h"));
    if (call.mask && !call.initialState.empty()) {
        // A sequence that is masked from end to end gives out zeros, but keeps the state it was given.
        ATTN_TRY(const ValueId any, reduce(lowering, ReduceKind::Max, *call.mask, {1}, true, "any_step"));
        ATTN_TRY(h, lowering.graph().add(std::make_shared<Select>(), {any, h, call.initialState[0]}, "final_h"));
    }
    states.push_back({h, std::nullopt});
    if (call.options.cell == Cell::Lstm) {
        ATTN_TRY(const ValueId cells, addScan(lowering, call, product, Emit::CellState, "cell_states"));
        ATTN_TRY(const ValueId c, lastStep(lowering, cells, "final_c"));
        states.push_back({c, std::nullopt});
    }
    return states;
}

/// tf_keras/src/layers/rnn/{lstm,gru,simple_rnn,base_rnn}.py and backend.py, rnn().
Result<std::vector<Flow>> lowerRecurrent(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         Cell cell) {
    const Config& config = layer.config;
    ATTN_TRY(const bool timeMajor, config.flag("time_major", false));
    if (timeMajor)
        return fail(ErrorCode::Unsupported, "config entry time_major: true found; only [batch, time, feature] is read");
    ATTN_TRY(const bool stateful, config.flag("stateful", false));
    if (stateful) lowering.note("layer " + layer.name + " is stateful: every evaluation starts from a zero state");
    ATTN_TRY(const bool sequences, config.flag("return_sequences", false));
    ATTN_TRY(const bool states, config.flag("return_state", false));
    ATTN_TRY(const bool zeroOutput, config.flag("zero_output_for_mask", false));

    ATTN_TRY(const RecurrentCall call, readCall(lowering, layer, inputs, cell));
    ATTN_TRY(ValueId product, lowering.graph().add(std::make_shared<MatMul>(), {call.x, call.kernel}, "product"));
    if (call.bias) {
        ATTN_TRY(product, binary(lowering, BinaryKind::Add, product, *call.bias, "biased"));
    }
    ATTN_TRY(const ValueId scan, addScan(lowering, call, product, Emit::Output, "sequence"));
    ValueId output = scan;
    ATTN_TRY(const bool unrolled, config.flag("unroll", false));
    if (lowering.era().leadingMaskGivesState && !unrolled && call.mask && !call.initialState.empty()) {
        ATTN_TRY(output, stateUpToFirst(lowering, call, scan));
    }
    if (zeroOutput && call.mask) {
        ATTN_TRY(output, zeroWhereMasked(lowering, call, scan));
    }
    if (!sequences) {
        ATTN_TRY(output, lastStep(lowering, output, "last"));
    }
    std::vector<Flow> outputs = single(output, sequences ? inputs[0].mask : std::nullopt);
    if (states) {
        ATTN_TRY(const std::vector<Flow> last, finalStates(lowering, call, product, scan));
        outputs.insert(outputs.end(), last.begin(), last.end());
    }
    return outputs;
}

}  // namespace

Result<std::vector<Flow>> lowerLstm(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerRecurrent(lowering, layer, inputs, Cell::Lstm);
}

Result<std::vector<Flow>> lowerGru(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    ATTN_TRY(const bool resetAfter, layer.config.flag("reset_after", lowering.era().gruResetAfterDefault));
    if (!layer.config.has("reset_after"))
        lowering.note("layer " + layer.name + ": reset_after is not in the file; " + (resetAfter ? "true" : "false") +
                      " is assumed");
    const bool twoBiases = layer.weights.size() == 3 && layer.weights.back().tensor->rank() == 2;
    if (twoBiases && !resetAfter)
        return fail(ErrorCode::Shape, "its two biases need reset_after, which is false in its config");
    return lowerRecurrent(lowering, layer, inputs, resetAfter ? Cell::GruResetAfter : Cell::Gru);
}

Result<std::vector<Flow>> lowerSimpleRnn(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerRecurrent(lowering, layer, inputs, Cell::Simple);
}

}  // namespace attnscope
