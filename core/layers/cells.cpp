#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>
#include <array>

// Recurrent layers under other names: those of CuDNN, and RNN around cells.

namespace attnscope {

namespace {

struct CellRow {
    std::string_view cell;
    std::string_view layer;  ///< the layer that runs such a cell over time
    std::size_t states;
};

constexpr std::array cellRows{
    CellRow{"LSTMCell", "LSTM", 2},
    CellRow{"GRUCell", "GRU", 1},
    CellRow{"SimpleRNNCell", "SimpleRNN", 1},
};

/// Layers of CuDNN have fixed activations and take no mask (keras/layers/cudnn_recurrent.py of Keras 2.2.4,
/// tf_keras/src/layers/rnn/base_cudnn_rnn.py).
Result<Layer> withoutCuDnn(const Layer& layer, const std::vector<Flow>& inputs) {
    if (!inputs.empty() && inputs[0].mask)
        return fail(ErrorCode::Unsupported, "CuDNN layers take no mask, so Keras refuses this model");
    nlohmann::json config = layer.config.json();
    config["activation"] = "tanh";
    config["recurrent_activation"] = "sigmoid";
    config["reset_after"] = true;
    config["use_bias"] = true;
    Layer result = layer;
    result.config = Config(std::move(config));
    return result;
}

/// The layer that runs one of the cells of an RNN over time. Of several cells, all but the last hand on their sequence,
/// and only the first one turns it round.
Result<Layer> layerFor(const Layer& rnn, std::size_t index) {
    const Layer& cell = *rnn.inner[index];
    const auto row = std::ranges::find(cellRows, cell.className, &CellRow::cell);
    if (row == cellRows.end() || !cell.config.json().is_object()) {
        return fail(ErrorCode::UnknownLayer,
                    "a cell of class " + cell.className + " is not known; LSTMCell, GRUCell or SimpleRNNCell expected");
    }
    const bool last = index + 1 == rnn.inner.size();
    nlohmann::json config = cell.config.json();
    ATTN_TRY(const bool sequences, rnn.config.flag("return_sequences", false));
    ATTN_TRY(const bool backwards, rnn.config.flag("go_backwards", false));
    ATTN_TRY(const bool zeroOutput, rnn.config.flag("zero_output_for_mask", false));
    ATTN_TRY(config["return_state"], rnn.config.flag("return_state", false));
    config["return_sequences"] = sequences || !last;
    config["go_backwards"] = backwards && index == 0;
    config["zero_output_for_mask"] = zeroOutput && last;
    Layer layer = cell;
    layer.className = row->layer;
    layer.config = Config(std::move(config));
    return layer;
}

}  // namespace

Result<std::vector<Flow>> lowerCuDnnLstm(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    ATTN_TRY(const Layer plain, withoutCuDnn(layer, inputs));
    return lowerLstm(lowering, plain, inputs);
}

Result<std::vector<Flow>> lowerCuDnnGru(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    ATTN_TRY(const Layer plain, withoutCuDnn(layer, inputs));
    return lowerGru(lowering, plain, inputs);
}

Result<std::vector<Flow>> lowerRnn(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/rnn/{base_rnn,stacked_rnn_cells}.py: cells one on top of the other, timestep by timestep, are
    // layers one after the other.
    if (layer.inner.empty() || inputs.empty()) return fail(ErrorCode::Format, "a cell and an input expected");
    ATTN_TRY(const bool timeMajor, layer.config.flag("time_major", false));
    if (timeMajor)
        return fail(ErrorCode::Unsupported, "config entry time_major: true found; only [batch, time, feature] is read");
    ATTN_TRY(const bool stateful, layer.config.flag("stateful", false));
    if (stateful) lowering.note("layer " + layer.name + " is stateful: every evaluation starts from a zero state");
    ATTN_TRY(const bool backwards, layer.config.flag("go_backwards", false));
    std::optional<ValueId> maskAsRun = inputs[0].mask;
    if (backwards && maskAsRun && layer.inner.size() > 1) {
        const std::int64_t time = lowering.graph().shape(*maskAsRun)[1];
        ATTN_TRY(maskAsRun,
                 lowering.graph().add(std::make_shared<Slice>(1, time - 1, time, -1), {*maskAsRun}, "mask_backwards"));
    }
    std::size_t given = 1;  // initial states follow the input, cell by cell
    Flow sequence = inputs[0];
    std::vector<Flow> states;
    for (std::size_t index = 0; index < layer.inner.size(); ++index) {
        ATTN_TRY(const Layer cell, layerFor(layer, index));
        const std::size_t count = std::ranges::find(cellRows, cell.className, &CellRow::layer)->states;
        std::vector<Flow> cellInputs{sequence};
        for (std::size_t state = 0; state < count && inputs.size() > 1; ++state) {
            if (given == inputs.size()) return fail(ErrorCode::Shape, "initial states: too few for the cells");
            cellInputs.push_back(inputs[given++]);
        }
        ATTN_TRY(const std::vector<Flow> outputs, lowering.lower(cell, cellInputs));
        sequence = {outputs.front().value, maskAsRun};
        states.insert(states.end(), outputs.begin() + 1, outputs.end());
    }
    if (given != inputs.size()) return fail(ErrorCode::Shape, "initial states: too many for the cells");
    ATTN_TRY(const bool sequences, layer.config.flag("return_sequences", false));
    std::vector<Flow> outputs{{sequence.value, sequences ? inputs[0].mask : std::nullopt}};
    outputs.insert(outputs.end(), states.begin(), states.end());
    return outputs;
}

}  // namespace attnscope
