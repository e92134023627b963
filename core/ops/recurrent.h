#pragma once

#include "graph/operation.h"
#include "ops/elementwise.h"

namespace attnscope {

/// What a recurrent scan computes.
enum class Cell {
    Simple,         ///< h = act(x·W + b + h₋₁·U)
    Lstm,           ///< gates i, f, c, o
    Gru,            ///< gates z, r, h; h = z·h₋₁ + (1−z)·ĥ; reset before the recurrent product
    GruResetAfter,  ///< the reset gate scales the recurrent product, which has a bias of its own
};

/// What a scan emits.
enum class Emit {
    Output,     ///< h at every timestep, [batch, time, units]
    CellState,  ///< the LSTM's c at every timestep, [batch, time, units]
};

/// A recurrent layer over time, semantics of tf.keras 2 (tf_keras/src/layers/rnn, backend.rnn).
///
/// Inputs, in this order; an input that a layer does not have is left out, as the flags say:
///   x          [batch, time, gates·units]: the input product x·W + b of all timesteps, already computed by a MatMul
///   recurrent  [units, gates·units]
///   recurrentBias [gates·units], only for GruResetAfter, and only if `hasRecurrentBias`
///   mask       [batch, time], only if `hasMask`: a masked step keeps its state and repeats its previous output
///              (zeros at the start)
///   initial h  [batch, units], and for Lstm initial c [batch, units], only if `hasInitialState`
/// `backwards` runs from the last timestep to the first and emits in the order it ran (as Keras's go_backwards does).
/// The last emitted timestep is therefore the final state, except of a sequence masked everywhere that has an initial
/// state: it emits zeros (Emit::CellState: the initial c).
class Recurrent final : public Operation {
public:
    struct Options {
        Cell cell = Cell::Lstm;
        UnaryKind activation = UnaryKind::Tanh;
        UnaryKind recurrentActivation = UnaryKind::Sigmoid;
        bool backwards = false;
        bool hasRecurrentBias = false;
        bool hasMask = false;
        bool hasInitialState = false;
        Emit emit = Emit::Output;
    };
    explicit Recurrent(Options options) : m_options(options) {}
    [[nodiscard]] const Options& options() const { return m_options; }

    /// Gates per unit: 1, 4, 3 and 3.
    [[nodiscard]] static std::int64_t gates(Cell cell);

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    Options m_options;
};

}  // namespace attnscope
