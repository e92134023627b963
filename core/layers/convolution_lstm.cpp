#include "layers/activations.h"
#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

/// An LSTM whose products are convolutions over places, one timestep after the other in ordinary operations.
class ConvolutionLstm {
public:
    ConvolutionLstm(Lowering& lowering, const Layer& layer)
        : m_lowering(lowering), m_graph(lowering.graph()), m_layer(layer) {}

    Result<std::vector<Flow>> run(const std::vector<Flow>& inputs) {
        ATTN_CHECK(read(inputs));
        ATTN_CHECK(convolveInputs(inputs[0].value));
        ATTN_CHECK(start(inputs));
        ATTN_CHECK(readMask(inputs));
        std::vector<ValueId> steps;
        for (std::int64_t step = 0; step < m_time; ++step) {
            ATTN_CHECK(advance(m_backwards ? m_time - 1 - step : step));
            steps.push_back(m_output);
        }
        return outputs(inputs[0], std::move(steps));
    }

private:
    /// The config and the weights: kernel [width, features, 4 · filters], recurrent kernel [width, filters, 4 ·
    /// filters].
    Status read(const std::vector<Flow>& inputs) {
        const Config& config = m_layer.config;
        if (inputs.size() != 1 && inputs.size() != 3)
            return fail(ErrorCode::Shape, "inputs: " + std::to_string(inputs.size()) +
                                              " found, 1 or 3 (with the initial state) expected");
        ATTN_CHECK(expectChannelsLast(config));
        ATTN_CHECK(expectRank(m_lowering, inputs[0].value, 4));
        const Shape shape = m_graph.shape(inputs[0].value);
        m_time = shape[1];
        // Each timestep takes a dozen operations.
        constexpr std::int64_t most = 2048;
        if (m_time < 1 || m_time > most)
            return fail(ErrorCode::Limit, "input: " + std::to_string(m_time) + " timesteps found, 1 to " +
                                              std::to_string(most) + " expected");
        ATTN_TRY(m_filters, positive(config, "filters"));
        ATTN_TRY(m_width, positive(config, "kernel_size"));
        ATTN_TRY(m_activation, cellActivation(m_lowering, config, "activation", "tanh"));
        ATTN_TRY(m_gate, cellActivation(m_lowering, config, "recurrent_activation",
                                        m_lowering.era().recurrentActivationDefault));
        ATTN_TRY(m_backwards, config.flag("go_backwards", false));
        ATTN_TRY(const bool zeroOutput, config.flag("zero_output_for_mask", false));
        // tf_keras/src/layers/rnn/base_conv_rnn.py does not hand it on.
        m_zeroesMasked = zeroOutput && m_lowering.era().generation == Generation::Keras3;
        ATTN_TRY(const bool stateful, config.flag("stateful", false));
        if (stateful)
            m_lowering.note("layer " + m_layer.name + " is stateful: every evaluation starts from a zero state");
        ATTN_TRY(const bool useBias, config.flag("use_bias", true));
        std::vector<ExpectedWeight> expected{{"kernel", {m_width, shape[3], 4 * m_filters}},
                                             {"recurrent_kernel", {m_width, m_filters, 4 * m_filters}}};
        if (useBias) expected.push_back({"bias", {4 * m_filters}});
        ATTN_TRY(m_weights, addWeights(m_lowering, m_layer, expected));
        return {};
    }

    /// A mask over time, or as Masking makes it: over time and places, which needs as many places in the state.
    Status readMask(const std::vector<Flow>& inputs) {
        m_mask = seenMask(m_lowering, inputs);
        if (!m_mask) return {};
        const Shape shape = m_graph.shape(*m_mask);
        m_maskedPlaces = shape.rank() == 3 ? shape[2] : 1;
        if (shape.rank() <= 3 && (m_maskedPlaces == 1 || m_maskedPlaces == m_state[1])) return {};
        return fail(ErrorCode::Shape, "mask: shape " + shape.text() +
                                          " found, a value for each timestep or for each of " +
                                          std::to_string(m_state[1]) + " places expected");
    }

    /// What the inputs of all timesteps bring to the gates: [batch, time, places, 4 · filters].
    Status convolveInputs(ValueId x) {
        const Config& config = m_layer.config;
        const Shape shape = m_graph.shape(x);
        ATTN_TRY(const std::int64_t stride, positive(config, "strides", 1));
        ATTN_TRY(const std::int64_t dilation, positive(config, "dilation_rate", 1));
        ATTN_TRY(const std::string mode, config.text("padding", "valid"));
        ATTN_TRY(const AxisPadding padding, paddingFor(mode, shape[2], (m_width - 1) * dilation + 1, stride));
        ATTN_TRY(ValueId y, reshape(m_lowering, x, {shape[0] * shape[1], shape[2], shape[3]}));
        ATTN_TRY(y, padded(m_lowering, y, 1, padding));
        ATTN_TRY(y, m_graph.add(std::make_shared<Convolution1D>(stride, dilation, 1), {y, m_weights[0]}));
        if (m_weights.size() == 3) {
            ATTN_TRY(y, binary(m_lowering, BinaryKind::Add, y, m_weights[2]));
        }
        m_state = {shape[0], m_graph.shape(y)[1], m_filters};
        ATTN_TRY(m_inputs, reshape(m_lowering, y, {shape[0], shape[1], m_state[1], 4 * m_filters}, "from_inputs"));
        return {};
    }

    Status start(const std::vector<Flow>& inputs) {
        ATTN_CHECK(expectReasonable(m_state, mostMadeElements));
        const ValueId zero = m_graph.batchedConstant("zero_state", share(Tensor(m_state)));
        m_output = zero;
        m_h = inputs.size() == 3 ? inputs[1].value : zero;
        m_c = inputs.size() == 3 ? inputs[2].value : zero;
        for (const ValueId state : {m_h, m_c}) {
            if (m_graph.shape(state) == m_state) continue;
            return fail(ErrorCode::Shape, "initial state: shape " + m_graph.shape(state).text() + " found, " +
                                              m_state.text() + " expected");
        }
        return {};
    }

    /// A timestep of [batch, time, …].
    Result<ValueId> at(ValueId x, std::int64_t step, Shape shape) {
        ATTN_TRY(const ValueId slice, m_graph.add(std::make_shared<Slice>(1, step, 1), {x}));
        return reshape(m_lowering, slice, std::move(shape));
    }

    /// Gates first to first + count, of i, f, c, o.
    Result<ValueId> gates(ValueId all, std::int64_t first, std::int64_t count, UnaryKind activation) {
        ATTN_TRY(const ValueId slice,
                 m_graph.add(std::make_shared<Slice>(2, first * m_filters, count * m_filters), {all}));
        return unary(m_lowering, activation, slice);
    }

    /// keras/src/layers/rnn/conv_lstm.py, ConvLSTMCell.call; backend/tensorflow/rnn.py: a masked timestep keeps the
    /// state and repeats the output before it.
    Status advance(std::int64_t step) {
        Shape wide = m_state;
        wide[2] *= 4;
        ATTN_TRY(const ValueId given, at(m_inputs, step, wide));
        ATTN_TRY(const AxisPadding padding, paddingFor("same", m_state[1], m_width, 1));
        ATTN_TRY(ValueId all, padded(m_lowering, m_h, 1, padding));
        ATTN_TRY(all, m_graph.add(std::make_shared<Convolution1D>(1, 1, 1), {all, m_weights[1]}));
        ATTN_TRY(all, binary(m_lowering, BinaryKind::Add, given, all));
        ATTN_TRY(const ValueId inputAndForget, gates(all, 0, 2, m_gate));
        ATTN_TRY(const ValueId candidate, gates(all, 2, 1, m_activation));
        ATTN_TRY(const ValueId open, gates(all, 3, 1, m_gate));
        ATTN_TRY(const ValueId in, gates(inputAndForget, 0, 1, UnaryKind::Identity));
        ATTN_TRY(const ValueId forget, gates(inputAndForget, 1, 1, UnaryKind::Identity));
        ATTN_TRY(const ValueId kept, binary(m_lowering, BinaryKind::Multiply, forget, m_c));
        ATTN_TRY(const ValueId added, binary(m_lowering, BinaryKind::Multiply, in, candidate));
        ATTN_TRY(const ValueId c, binary(m_lowering, BinaryKind::Add, kept, added, "c"));
        ATTN_TRY(ValueId h, unary(m_lowering, m_activation, c));
        ATTN_TRY(h, binary(m_lowering, BinaryKind::Multiply, open, h, "h"));
        if (!m_mask) {
            m_c = c;
            m_h = m_output = h;
            return {};
        }
        ATTN_TRY(const ValueId counts, at(*m_mask, step, {m_state[0], m_maskedPlaces, 1}));
        const auto select = [&](ValueId now, ValueId before) {
            return m_graph.add(std::make_shared<Select>(), {counts, now, before});
        };
        ATTN_TRY(m_output, m_zeroesMasked ? binary(m_lowering, BinaryKind::Multiply, h, counts) : select(h, m_output));
        ATTN_TRY(m_h, select(h, m_h));
        ATTN_TRY(m_c, select(c, m_c));
        return {};
    }

    Result<std::vector<Flow>> outputs(const Flow& input, std::vector<ValueId> steps) {
        ATTN_TRY(const bool sequences, m_layer.config.flag("return_sequences", false));
        ATTN_TRY(const bool states, m_layer.config.flag("return_state", false));
        std::vector<Flow> result = single(steps.back());
        if (sequences) {
            for (ValueId& step : steps) {
                ATTN_TRY(step, reshape(m_lowering, step, {m_state[0], 1, m_state[1], m_state[2]}));
            }
            ValueId sequence = steps.front();
            if (steps.size() > 1) {
                ATTN_TRY(sequence, m_graph.add(std::make_shared<Concatenate>(1), std::move(steps), "sequence"));
            }
            result = single(sequence, input.mask);
        }
        if (states) result.insert(result.end(), {{m_h, std::nullopt}, {m_c, std::nullopt}});
        return result;
    }

    Lowering& m_lowering;
    GraphBuilder& m_graph;
    const Layer& m_layer;
    std::int64_t m_time = 0;
    std::int64_t m_filters = 1;
    std::int64_t m_width = 1;
    UnaryKind m_activation = UnaryKind::Tanh;
    UnaryKind m_gate = UnaryKind::Sigmoid;
    bool m_backwards = false;
    bool m_zeroesMasked = false;
    std::vector<ValueId> m_weights;
    std::optional<ValueId> m_mask;
    std::int64_t m_maskedPlaces = 1;
    Shape m_state;       ///< [batch, places, filters]
    ValueId m_inputs{};  ///< [batch, time, places, 4 · filters]
    ValueId m_h{};
    ValueId m_c{};
    ValueId m_output{};
};

}  // namespace

Result<std::vector<Flow>> lowerConvLstm1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/rnn/base_conv_lstm.py, keras/src/layers/rnn/conv_lstm.py
    return ConvolutionLstm(lowering, layer).run(inputs);
}

}  // namespace attnscope
