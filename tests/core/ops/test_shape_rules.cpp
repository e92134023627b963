#include "ops/convolution.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/normalization.h"
#include "ops/recurrent.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <QtTest>

using namespace attnscope;

namespace {

struct Refusal {
    std::shared_ptr<const Operation> operation;
    std::vector<Shape> inputs;
    std::string message;
};

template <typename Op, typename... Args>
Refusal refusal(std::vector<Shape> inputs, std::string message, Args... args) {
    return {std::make_shared<Op>(args...), std::move(inputs), std::move(message)};
}

std::vector<Refusal> elementwiseRefusals() {
    return {
        refusal<Unary>({}, "tanh: 0 inputs, expected 1", UnaryKind::Tanh),
        refusal<Unary>({{2}, {3}}, "tanh: (2), (3): 2 inputs, expected 1", UnaryKind::Tanh),
        refusal<Binary>({{2}}, "add: (2): 1 inputs, expected 2", BinaryKind::Add),
        refusal<Binary>({{5, 3}, {5, 4}}, "add: (5, 3) and (5, 4): extents 3 and 4 differ and neither is 1",
                        BinaryKind::Add),
        refusal<Select>({{2}, {2}}, "select: (2), (2): 2 inputs, expected 3"),
        refusal<Select>({{2}, {3}, {4}}, "select: (3) and (4): extents 3 and 4 differ and neither is 1"),
        refusal<Select>({{2}, {3}, {3}}, "select: (2) and (3): extents 2 and 3 differ and neither is 1"),
    };
}

std::vector<Refusal> productRefusals() {
    return {
        refusal<MatMul>({{3, 4}}, "matmul: (3, 4): 1 inputs, expected 2"),
        refusal<MatMul>({{3, 7, 5}, {4, 2}}, "matmul: (3, 7, 5) × (4, 2): inner extents 5 and 4 differ"),
        refusal<MatMul>({{5, 3}, {4, 2}}, "matmul: transposed (5, 3) × (4, 2): inner extents 5 and 4 differ", true),
        refusal<MatMul>({{3, 5}, {5, 2}}, "matmul: (3, 5) × transposed (5, 2): inner extents 5 and 2 differ", false,
                        true),
        refusal<MatMul>({{5}, {5, 2}}, "matmul: (5) × (5, 2): ranks 1 and 2, expected at least 2 each"),
        refusal<MatMul>(
            {{2, 3, 5}, {4, 5, 2}},
            "matmul: (2, 3, 5) × (4, 5, 2): leading axes (2) and (4): extents 2 and 4 differ and neither is 1"),
        refusal<Convolution1D>({{2, 9, 3}}, "convolution1d: (2, 9, 3): 1 inputs, expected 2", 1, 1, 1),
        refusal<Convolution1D>(
            {{9, 3}, {2, 3, 4}},
            "convolution1d: (9, 3) * (2, 3, 4): expected (batch, time, in) and (width, in / groups, out)", 1, 1, 1),
        refusal<Convolution1D>(
            {{2, 9, 3}, {2, 4, 4}},
            "convolution1d: (2, 9, 3) * (2, 4, 4): a kernel for 4 features in each of 1 groups, but the "
            "input has 3",
            1, 1, 1),
        refusal<Convolution1D>({{2, 9, 4}, {2, 2, 3}},
                               "convolution1d: (2, 9, 4) * (2, 2, 3): 3 features out cannot be divided into 2 groups",
                               1, 1, 2),
        refusal<Convolution1D>({{2, 4, 3}, {3, 3, 1}},
                               "convolution1d: (2, 4, 3) * (3, 3, 1): a window of 5 timesteps, but the input has 4", 1,
                               2, 1),
        refusal<Convolution1D>(
            {{2, 4, 3}, {3, 3, 1}},
            "convolution1d: (2, 4, 3) * (3, 3, 1): stride 0, dilation 1, groups 1, expected at least 1 "
            "each",
            0, 1, 1),
        refusal<Pool1D>({{4, 3}}, "max_pool1d: (4, 3): expected (batch, time, features)", PoolKind::Max, 2, 2, false),
        refusal<Pool1D>({{1, 4, 3}}, "average_pool1d: (1, 4, 3): a window of 5 timesteps, but the input has 4",
                        PoolKind::Average, 5, 2, false),
        refusal<Pool1D>({{1, 4, 3}}, "max_pool1d: (1, 4, 3): width 2, stride 0, expected at least 1 each",
                        PoolKind::Max, 2, 0, true),
    };
}

std::vector<Refusal> axisRefusals() {
    using Axes = std::vector<std::size_t>;
    return {
        refusal<Reduce>({{3, 4}}, "reduce_sum: (3, 4): there is no axis 2, expected 0 to 1", ReduceKind::Sum, Axes{2}),
        refusal<Reduce>({{}}, "reduce_sum: (): there is no axis 0, a scalar has none", ReduceKind::Sum, Axes{0}),
        refusal<Reduce>({{3, 4}}, "reduce_mean: (3, 4): axis 1 is named twice, expected once", ReduceKind::Mean,
                        Axes{1, 1}),
        refusal<Reduce>({{3, 0}}, "reduce_max: (3, 0): 0 elements to reduce, expected at least 1", ReduceKind::Max,
                        Axes{1}),
        refusal<Softmax>({}, "softmax: 0 inputs, expected scores and perhaps a mask", 1),
        refusal<Softmax>({{3, 4}}, "softmax: (3, 4): there is no axis 2, expected 0 to 1", 2),
        refusal<Softmax>({{3, 4}, {3, 5}},
                         "softmax: (3, 4), (3, 5): mask (3, 5) does not broadcast to the scores (3, 4)", 1),
        refusal<Softmax>({{3, 1}, {3, 5}},
                         "softmax: (3, 1), (3, 5): mask (3, 5) does not broadcast to the scores (3, 1)", 1),
        refusal<Standardize>({{3, 4}}, "standardize: (3, 4): the last 3 axes, expected 1 to 2", 3U, 1e-3F),
        refusal<Standardize>({{3, 4}}, "standardize: (3, 4): the last 0 axes, expected 1 to 2", 0U, 1e-3F),
        refusal<Permute>({{3, 4}}, "permute: (3, 4): an order of 1 axes, expected 2", Axes{0}),
        refusal<Permute>({{3, 4}}, "permute: (3, 4): axis 0 is named twice, expected once", Axes{0, 0}),
        refusal<Permute>({{3, 4}}, "permute: (3, 4): there is no axis 2, expected 0 to 1", Axes{2, 0}),
    };
}

std::vector<Refusal> layoutRefusals() {
    return {
        refusal<Reshape>({{3, 4}}, "reshape: (3, 4): 12 elements cannot be seen as (5, 2)", Shape{5, 2}),
        refusal<Reshape>({{3, 4}}, "reshape: (3, 4): 12 elements cannot be seen as (-3, -4)", Shape{-3, -4}),
        refusal<Broadcast>({{3, 4}}, "broadcast: (3, 4): cannot be stretched to (3, 1)", Shape{3, 1}),
        refusal<Broadcast>({{3, 4}}, "broadcast: (3, 4): cannot be stretched to (4)", Shape{4}),
        refusal<Slice>({{3, 4}}, "slice: (3, 4): elements 2 to 4 of axis 1, which has 4", 1, 2, 3),
        refusal<Slice>({{3, 4}}, "slice: (3, 4): elements 1 to -1 of axis 1, which has 4", 1, 1, 3, -1),
        refusal<Slice>({{3, 4}}, "slice: (3, 4): a step of 0, expected any other", 1, 1, 3, 0),
        refusal<Slice>({{3, 4}}, "slice: (3, 4): a count of -1, expected at least 0", 1, 1, -1),
        refusal<Slice>({{3, 4}}, "slice: (3, 4): there is no axis 2, expected 0 to 1", 2, 0, 1),
        refusal<Concatenate>({{3, 4}}, "concatenate: (3, 4): 1 inputs, expected at least 2", 0U),
        refusal<Concatenate>({{3, 4}, {2, 5}},
                             "concatenate: (3, 4), (2, 5): extents differ along other axes than 0, expected equal", 0U),
        refusal<Concatenate>({{3, 4}, {3}},
                             "concatenate: (3, 4), (3): extents differ along other axes than 1, expected equal", 1U),
        refusal<Pad>({{3, 4}}, "pad: (3, 4): a padding of -1 and 0, expected at least 0 each", 0, -1, 0),
        refusal<Gather>({{3, 4, 5}, {2}}, "gather: (3, 4, 5), (2): a table of rank 3, expected (rows, dim)"),
    };
}

std::vector<Refusal> recurrentRefusals() {
    Recurrent::Options lstm;
    Recurrent::Options masked;
    masked.hasMask = true;
    Recurrent::Options stateful;
    stateful.hasInitialState = true;
    Recurrent::Options gru;
    gru.cell = Cell::GruResetAfter;
    gru.hasRecurrentBias = true;
    Recurrent::Options gruCell = gru;
    gruCell.emit = Emit::CellState;
    Recurrent::Options biased;
    biased.hasRecurrentBias = true;
    return {
        refusal<Recurrent>({{2, 3, 8}}, "lstm: (2, 3, 8): 1 inputs, expected 2", lstm),
        refusal<Recurrent>({{2, 3, 7}, {2, 8}}, "lstm: (2, 3, 7), (2, 8): x (2, 3, 7), expected (batch, time, 4·units)",
                           lstm),
        refusal<Recurrent>({{2, 3, 8}, {3, 8}}, "lstm: (2, 3, 8), (3, 8): recurrent kernel (3, 8), expected (2, 8)",
                           lstm),
        refusal<Recurrent>({{2, 3, 8}, {2, 8}, {3, 2}}, "lstm: (2, 3, 8), (2, 8), (3, 2): mask (3, 2), expected (2, 3)",
                           masked),
        refusal<Recurrent>({{2, 3, 8}, {2, 8}, {2, 2}, {2, 3}},
                           "lstm: (2, 3, 8), (2, 8), (2, 2), (2, 3): initial c (2, 3), expected (2, 2)", stateful),
        refusal<Recurrent>({{2, 3, 6}, {2, 6}, {5}},
                           "gru_reset_after: (2, 3, 6), (2, 6), (5): recurrent bias (5), expected (6)", gru),
        refusal<Recurrent>({{2, 3, 6}, {2, 6}, {6}},
                           "gru_reset_after: (2, 3, 6), (2, 6), (6): only an lstm has a cell state to emit", gruCell),
        refusal<Recurrent>({{2, 3, 8}, {2, 8}, {8}},
                           "lstm: (2, 3, 8), (2, 8), (8): only a gru_reset_after has a recurrent bias", biased),
    };
}

}  // namespace

class TestShapeRules : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusalsSayWhatWasFoundAndExpected();
};

void TestShapeRules::refusalsSayWhatWasFoundAndExpected() {
    for (const auto& group :
         {elementwiseRefusals(), productRefusals(), axisRefusals(), layoutRefusals(), recurrentRefusals()}) {
        for (const Refusal& refusal : group) {
            const Result<Shape> shape = refusal.operation->inferShape(refusal.inputs);
            QVERIFY2(!shape, ("accepted, expected " + refusal.message).c_str());
            QCOMPARE(shape.error().text(), refusal.message);
            QVERIFY(shape.error().code == ErrorCode::Shape);
        }
    }
}

QTEST_GUILESS_MAIN(TestShapeRules)
#include "test_shape_rules.moc"
