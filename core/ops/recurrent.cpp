#include "ops/recurrent.h"

#include "ops/one_thread.h"
#include "ops/shape_rule.h"
#include "ops/unary_kernels.h"

#include <Eigen/Core>

#include <optional>
#include <utility>

namespace attnscope {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;
/// One timestep of every sequence: rows [gates·units], one per batch entry.
using TimeSlice = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

/// The state of a scan between two timesteps, and the cells that advance it.
class Scan {
public:
    Scan(const Recurrent::Options& options, std::int64_t batch, const ConstMap& recurrent, const float* recurrentBias)
        : m_options(options),
          m_units(recurrent.rows()),
          m_recurrent(recurrent),
          m_recurrentBias(recurrentBias),
          m_h(Matrix::Zero(batch, m_units)),
          m_c(Matrix::Zero(batch, m_units)),
          m_emitted(Matrix::Zero(batch, m_units)),
          m_nextH(batch, m_units),
          m_nextC(Matrix::Zero(batch, m_units)),
          m_gates(batch, recurrent.cols()),
          m_product(batch, recurrent.cols()) {}

    void start(const Tensor& h, const Tensor* c) {
        m_h = ConstMap(h.data().data(), m_h.rows(), m_units);
        if (c != nullptr) m_c = ConstMap(c->data().data(), m_c.rows(), m_units);
    }

    /// Computes the next state of every sequence from the inputs x of one timestep.
    void advance(const TimeSlice& x) {
        switch (m_options.cell) {
            case Cell::Simple:
                return simple(x);
            case Cell::Lstm:
                return lstm(x);
            case Cell::Gru:
                return gru(x);
            case Cell::GruResetAfter:
                return gruResetAfter(x);
        }
    }

    /// Takes over the next state of one sequence; a masked sequence is left as it is.
    void commit(std::int64_t row) {
        m_h.row(row) = m_nextH.row(row);
        m_c.row(row) = m_nextC.row(row);
        m_emitted.row(row) = m_nextH.row(row);
    }

    /// What one sequence emits, [units].
    [[nodiscard]] auto emitted(std::int64_t row) const {
        return m_options.emit == Emit::CellState ? m_c.row(row) : m_emitted.row(row);
    }

private:
    [[nodiscard]] auto gate(std::int64_t index) { return m_gates.middleCols(index * m_units, m_units).array(); }

    void activate(UnaryKind kind, std::int64_t firstGate, std::int64_t count) {
        for (std::int64_t row = 0; row < m_gates.rows(); ++row) {
            float* values = m_gates.data() + row * m_gates.cols() + firstGate * m_units;
            applyUnary(kind, 1.0F, values, count * m_units, values);
        }
    }

    // tf_keras/src/layers/rnn/simple_rnn.py, SimpleRNNCell.call
    void simple(const TimeSlice& x) {
        m_gates = x;
        m_gates.noalias() += m_h * m_recurrent;
        activate(m_options.activation, 0, 1);
        m_nextH = m_gates;
    }

    // tf_keras/src/layers/rnn/lstm.py, LSTMCell._compute_carry_and_output_fused
    void lstm(const TimeSlice& x) {
        m_gates = x;
        m_gates.noalias() += m_h * m_recurrent;
        activate(m_options.recurrentActivation, 0, 2);
        activate(m_options.activation, 2, 1);
        activate(m_options.recurrentActivation, 3, 1);
        m_nextC.array() = gate(1) * m_c.array() + gate(0) * gate(2);
        applyUnary(m_options.activation, 1.0F, m_nextC.data(), m_nextC.size(), m_nextH.data());
        m_nextH.array() *= gate(3);
    }

    // tf_keras/src/layers/rnn/gru.py, GRUCell.call with reset_after=False
    void gru(const TimeSlice& x) {
        m_gates = x;
        m_gates.leftCols(2 * m_units).noalias() += m_h * m_recurrent.leftCols(2 * m_units);
        activate(m_options.recurrentActivation, 0, 2);
        m_nextH.array() = gate(1) * m_h.array();
        m_gates.rightCols(m_units).noalias() += m_nextH * m_recurrent.rightCols(m_units);
        mixGru();
    }

    // tf_keras/src/layers/rnn/gru.py, GRUCell.call with reset_after=True
    void gruResetAfter(const TimeSlice& x) {
        m_product.noalias() = m_h * m_recurrent;
        if (m_recurrentBias != nullptr)
            m_product.rowwise() += Eigen::Map<const Eigen::RowVectorXf>(m_recurrentBias, m_product.cols());
        m_gates = x;
        m_gates.leftCols(2 * m_units) += m_product.leftCols(2 * m_units);
        activate(m_options.recurrentActivation, 0, 2);
        gate(2) += gate(1) * m_product.rightCols(m_units).array();
        mixGru();
    }

    /// h = z·h₋₁ + (1 − z)·ĥ
    void mixGru() {
        activate(m_options.activation, 2, 1);
        m_nextH.array() = gate(0) * m_h.array() + (1.0F - gate(0)) * gate(2);
    }

    const Recurrent::Options& m_options;
    std::int64_t m_units;
    ConstMap m_recurrent;          // [units, gates·units]
    const float* m_recurrentBias;  // [gates·units] or null
    Matrix m_h;                    // [batch, units]
    Matrix m_c;
    Matrix m_emitted;
    Matrix m_nextH;
    Matrix m_nextC;
    Matrix m_gates;    // [batch, gates·units]
    Matrix m_product;  // [batch, gates·units]
};

/// The inputs by name, in the order that the header gives; absent ones are null.
template <typename T>
struct Inputs {
    const T* x = nullptr;
    const T* recurrent = nullptr;
    const T* recurrentBias = nullptr;
    const T* mask = nullptr;
    const T* h = nullptr;
    const T* c = nullptr;
};

/// `at(i)` gives the i-th input; returns how many there are.
template <typename T, typename At>
std::size_t nameInputs(const Recurrent::Options& options, Inputs<T>& inputs, At at) {
    std::size_t next = 0;
    inputs.x = at(next++);
    inputs.recurrent = at(next++);
    if (options.hasRecurrentBias) inputs.recurrentBias = at(next++);
    if (options.hasMask) inputs.mask = at(next++);
    if (options.hasInitialState) inputs.h = at(next++);
    if (options.hasInitialState && options.cell == Cell::Lstm) inputs.c = at(next++);
    return next;
}

}  // namespace

std::int64_t Recurrent::gates(Cell cell) {
    switch (cell) {
        case Cell::Simple:
            return 1;
        case Cell::Lstm:
            return 4;
        case Cell::Gru:
        case Cell::GruResetAfter:
            return 3;
    }
    return 1;
}

std::string_view Recurrent::name() const {
    switch (m_options.cell) {
        case Cell::Simple:
            return "simple_rnn";
        case Cell::Lstm:
            return "lstm";
        case Cell::Gru:
            return "gru";
        case Cell::GruResetAfter:
            return "gru_reset_after";
    }
    return "recurrent";
}

Result<Shape> Recurrent::inferShape(std::span<const Shape> inputs) const {
    Inputs<Shape> named;
    const auto at = [&](std::size_t i) { return i < inputs.size() ? &inputs[i] : nullptr; };
    ATTN_CHECK(expectInputs(name(), inputs, nameInputs(m_options, named, at)));
    if (m_options.emit == Emit::CellState && m_options.cell != Cell::Lstm)
        return refuseShapes(name(), inputs, "only an lstm has a cell state to emit");
    if (m_options.hasRecurrentBias && m_options.cell != Cell::GruResetAfter)
        return refuseShapes(name(), inputs, "only a gru_reset_after has a recurrent bias");
    const Shape& x = *named.x;
    const std::int64_t count = gates(m_options.cell);
    if (x.rank() != 3 || x[2] % count != 0)
        return refuseShapes(name(), inputs,
                            "x " + x.text() + ", expected (batch, time, " + std::to_string(count) + "·units)");
    const std::int64_t units = x[2] / count;
    const auto expect = [&](std::string_view what, const Shape* found, const Shape& expected) -> Status {
        if (found == nullptr || *found == expected) return {};
        return refuseShapes(name(), inputs, std::string(what) + " " + found->text() + ", expected " + expected.text());
    };
    ATTN_CHECK(expect("recurrent kernel", named.recurrent, {units, count * units}));
    ATTN_CHECK(expect("recurrent bias", named.recurrentBias, {count * units}));
    ATTN_CHECK(expect("mask", named.mask, {x[0], x[1]}));
    ATTN_CHECK(expect("initial h", named.h, {x[0], units}));
    ATTN_CHECK(expect("initial c", named.c, {x[0], units}));
    return Shape{x[0], x[1], units};
}

Status Recurrent::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken& cancel) const {
    Inputs<Tensor> named;
    nameInputs(m_options, named, [&](std::size_t i) { return inputs[i]; });
    const std::int64_t batch = output.dim(0);
    const std::int64_t time = output.dim(1);
    const std::int64_t units = output.dim(2);
    const std::int64_t width = named.x->dim(2);
    const float* bias = named.recurrentBias == nullptr ? nullptr : named.recurrentBias->data().data();
    Scan scan(m_options, batch, ConstMap(named.recurrent->data().data(), units, width), bias);
    if (named.h != nullptr) scan.start(*named.h, named.c);
    std::optional<OneThread> small;
    if (batch * units * width < worthThreads) small.emplace();
    for (std::int64_t step = 0; step < time && !cancel.cancelled(); ++step) {
        const std::int64_t t = m_options.backwards ? time - 1 - step : step;
        scan.advance(TimeSlice(named.x->data().data() + t * width, batch, width, Eigen::OuterStride<>(time * width)));
        for (std::int64_t row = 0; row < batch; ++row) {
            const bool masked =
                named.mask != nullptr && (*named.mask)[static_cast<std::size_t>(row * time + t)] == 0.0F;
            if (!masked) scan.commit(row);
            Eigen::Map<Eigen::RowVectorXf>(output.data().data() + (row * time + step) * units, units) =
                scan.emitted(row);
        }
    }
    return {};
}

}  // namespace attnscope
