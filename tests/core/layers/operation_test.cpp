#include "fake_lowering.h"

#include <QtTest/QtTest>

#include <cmath>
#include <limits>

using namespace attnscope;
using namespace attnscope::test;
using nlohmann::json;

namespace {

/// One operation of TensorFlow, called with a tensor [2, 5, 4] as {"tensor": 0} and another as {"tensor": 1}.
class Caller {
public:
    Caller() {
        for (const char* name : {"x", "y"})
            m_lowering.called.tensors.push_back({m_lowering.given(name, Tensor(Shape{2, 5, 4}, 1.0F)), std::nullopt});
    }

    /// What it gives can be used by later ones as {"tensor": 2}, {"tensor": 3} and so on.
    Result<ValueId> call(const std::string& className, const json& config, const json& positional,
                         const json& named = json::object()) {
        CallArguments all = m_lowering.called;
        m_lowering.called.positional = positional;
        m_lowering.called.named = named;
        m_lowering.called.tensors.clear();
        // A call knows only the tensors that it is given.
        const auto given = [&](const json& part, const auto& again) -> json {
            if (part.is_object() && part.contains("tensor")) {
                m_lowering.called.tensors.push_back(all.tensors[part["tensor"].get<std::size_t>()]);
                return {{"tensor", m_lowering.called.tensors.size() - 1}};
            }
            json result = part;
            if (part.is_structured())
                for (json& item : result) item = again(json(item), again);
            return result;
        };
        m_lowering.called.positional = given(positional, given);
        m_lowering.called.named = given(named, given);
        Layer layer;
        layer.name = "op";
        layer.className = className;
        layer.config = Config(config);
        const Result<std::vector<Flow>> outputs = m_lowering.lower(layer, {});
        m_lowering.called = std::move(all);
        if (!outputs) return fail(outputs.error());
        m_lowering.called.tensors.push_back(outputs->front());
        return outputs->front().value;
    }

    Result<ValueId> function(const std::string& name, const json& positional, const json& named = json::object()) {
        return call("TFOpLambda", {{"function", name}, {"dtype", "float32"}}, positional, named);
    }

    FakeLowering& lowering() { return m_lowering; }

private:
    FakeLowering m_lowering;
};

json tensor(std::size_t index) {
    return {{"tensor", index}};
}

}  // namespace

/// Operations of TensorFlow between layers: what the golden tests cannot show.
class OperationTest : public QObject {
    Q_OBJECT

private slots:
    void lengthsOfTheInputAreNumbers() {
        Caller operation;
        QVERIFY(operation.function("compat.v1.shape", json::array({tensor(0)})));  // tensor 2
        QVERIFY(operation.function("__operators__.getitem", json::array({tensor(2)}),
                                   {{"slice_spec", 0}}));  // 3: the batch
        QVERIFY(operation.function("__operators__.getitem", json::array({tensor(2)}), {{"slice_spec", -1}}));  // 4
        QVERIFY(operation.function("math.floordiv", json::array({tensor(4)}), {{"y", 2}}));                    // 5
        const Result<ValueId> split = operation.function("reshape", json::array({tensor(0)}),
                                                         {{"shape", json::array({tensor(3), -1, 2, tensor(5)})}});
        QVERIFY2(split, split ? "" : split.error().text().c_str());
        QCOMPARE(operation.lowering().graph().shape(*split), (Shape{2, 5, 2, 2}));
        const auto& constant = operation.lowering().graph().value(operation.lowering().called.tensors[5].value);
        QCOMPARE(constant.kind, ValueKind::Constant);
        QCOMPARE((*constant.constant)[0], 2.0F);
    }

    void aCastIsTheOneThatWasAskedFor() {
        Caller operation;
        QVERIFY(operation.function("math.multiply", json::array({tensor(0)}), {{"y", 1.7}}));  // tensor 2
        const Result<ValueId> cast = operation.function("cast", json::array({tensor(2)}), {{"dtype", "int32"}});
        QVERIFY(cast);
        QCOMPARE(operation.lowering().evaluate(*cast)[0], 1.0F);
    }

    void powersNearOneKeepTheirDigits() {
        Caller operation;
        QVERIFY(operation.function("math.multiply", json::array({tensor(0)}), {{"y", 1e-6}}));  // tensor 2
        const Result<ValueId> less = operation.function("math.expm1", json::array({tensor(2)}));
        QVERIFY(less);
        const float x = operation.lowering().evaluate(operation.lowering().called.tensors[2].value)[0];
        const float found = operation.lowering().evaluate(*less)[0];
        QVERIFY2(std::abs(found / std::expm1(x) - 1.0F) < 1e-6F, qPrintable(QString::number(found)));
    }

    void columnsAreNotPickedAsRows() {
        Caller operation;
        QVERIFY(operation.function("range", json::array({8})));                                     // tensor 2
        QVERIFY(operation.function("reshape", json::array({tensor(2)}), {{"shape", {2, 4}}}));      // 3
        QVERIFY(operation.function("gather", json::array({tensor(3)}), {{"indices", tensor(0)}}));  // 4
        const Result<ValueId> columns =
            operation.function("gather", json::array({tensor(3)}), {{"indices", tensor(0)}, {"axis", 1}});
        QVERIFY(!columns);
        QCOMPARE(columns.error().text(), std::string("layer op: argument axis: rows, axis 0, expected"));
        // keras.ops.take without an axis picks from all eight numbers.
        QVERIFY(!operation.call("Take", json::object(), json::array({tensor(3), tensor(0)})));
    }

    void outsideOfABandInfinitiesAreGone() {
        Caller operation;
        QVERIFY(operation.function("math.subtract", json::array({tensor(0)}), {{"y", 1}}));  // tensor 2: zeros
        QVERIFY(operation.function("math.log", json::array({tensor(2)})));                   // 3: -inf
        const Result<ValueId> band =
            operation.function("linalg.band_part", json::array({tensor(3)}), {{"num_lower", 0}, {"num_upper", 0}});
        QVERIFY(band);
        const Tensor numbers = operation.lowering().evaluate(*band);
        QCOMPARE(numbers[0], -std::numeric_limits<float>::infinity());
        QCOMPARE(numbers[1], 0.0F);
    }

    void whatDoesNotFitIsNamed_data() {
        QTest::addColumn<QByteArray>("call");
        QTest::addColumn<QString>("message");
        const auto function = [](const char* name, const char* symbol, json positional, json named,
                                 const char* message) {
            const json call{{"class", "TFOpLambda"},
                            {"config", {{"function", symbol}}},
                            {"positional", std::move(positional)},
                            {"named", std::move(named)}};
            QTest::newRow(name) << QByteArray::fromStdString(call.dump()) << message;
        };
        const auto node = [](const char* name, json config, json positional, const char* message) {
            const json call{{"class", "TensorFlowOpLayer"},
                            {"config", std::move(config)},
                            {"positional", std::move(positional)},
                            {"named", json::object()}};
            QTest::newRow(name) << QByteArray::fromStdString(call.dump()) << message;
        };
        const json x = json::array({tensor(0)});
        function("einsum", "einsum", json::array({"btf,bsf->bts"}), json::object(),
                 "tf.keras saves tf.einsum without its tensors");
        function("tile the batch", "tile", x, {{"multiples", {2, 1, 1}}}, "it repeats the batch");
        function("repeat the batch", "repeat", x, {{"repeats", 2}, {"axis", 0}}, "it works along the batch");
        function("sum over the batch", "math.reduce_sum", x, {{"axis", 0}}, "it reduces over the batch");
        function("pad the batch", "compat.v1.pad", x, {{"paddings", {{1, 0}, {0, 0}, {0, 0}}}}, "it pads the batch");
        function("pad without end", "compat.v1.pad", x, {{"paddings", {{0, 0}, {0, 9e18}, {0, 0}}}},
                 "argument paddings: two numbers for each axis expected");
        function("slice from below", "slice", x, {{"begin", {0, -1, 0}}, {"size", {-1, 1, -1}}},
                 "argument begin: numbers from 0 on expected");
        function("slice too far", "slice", x, {{"begin", {0, 4, 0}}, {"size", {-1, 2, -1}}},
                 "a part of an axis that is not there");
        function("split", "split", x, {{"num_or_size_splits", {2, 2}}, {"axis", 1}},
                 "a split into parts that make up the axis expected");
        function("gather computed", "compat.v1.gather", x, {{"indices", tensor(1)}},
                 "it picks from a computed tensor by computed numbers");
        function("product of batches", "tensordot", x, {{"b", tensor(1)}, {"axes", 1}}, "it mixes examples");
        function("range without end", "range", json::array({1e17}), json::object(), "whole numbers expected");
        function("range", "range", json::array({5}), {{"limit", 2}}, "numbers that increase, up to 2^24, expected");
        function("one hot without end", "one_hot", x, {{"depth", 100000000}},
                 "needs a value of shape (100000000), limit 67108864 elements");
        function("one hot of nothing", "one_hot", x, {{"depth", 0}}, "argument depth: at least 1 expected");
        function("repeat without end", "repeat", x, {{"repeats", std::int64_t{1} << 62}, {"axis", 1}},
                 "needs a value of shape (2, 5, 4611686018427387904, 4), limit 2147483648 elements");
        function("gather example by example", "gather", x, {{"indices", {0}}, {"axis", 1}, {"batch_dims", 1}},
                 "argument batch_dims: 0 expected");
        node("gather node by node",
             {{"node_def", {{"op", "GatherV2"}, {"attr", {{"batch_dims", {{"i", "1"}}}}}}},
              {"constants", {{"1", {0}}, {"2", 1}}}},
             x, "argument batch_dims: 0 expected");
        function("a bias of channels in front", "nn.bias_add", x, {{"bias", {1, 2, 3, 4, 5}}, {"data_format", "NCHW"}},
                 "argument data_format: features in the last axis, NHWC, expected");
        node("a node's bias of channels in front",
             {{"node_def", {{"op", "BiasAdd"}, {"attr", {{"data_format", {{"s", "TkNIVw=="}}}}}}},
              {"constants", {{"1", {1, 2, 3, 4, 5}}}}},
             x, "argument data_format: features in the last axis, NHWC, expected");
        node("unknown node", {{"node_def", {{"op", "Fft"}}}}, x, "layer op: operation Fft is not known");
        node("no node", {{"node_def", "\n\x03Sum"}}, x, "a node as TensorFlow 2.2 and later write it expected");
        node("constant nowhere", {{"node_def", {{"op", "Sum"}}}, {"constants", {{"7", 1}}}}, x,
             "config entry constants: an input that the node does not have");
        node("constants of another kind", {{"node_def", {{"op", "Sum"}}}, {"constants", {{"a", 1}}}}, x,
             "config entry constants: numbers expected");
        node("index computed", {{"node_def", {{"op", "StridedSlice"}}}}, x, "an index whose numbers are computed");
        node("list of nothing", {{"node_def", {{"op", "ConcatV2"}}}}, json::array(), "a list of tensors expected");
    }
    void whatDoesNotFitIsNamed() {
        QFETCH(QByteArray, call);
        QFETCH(QString, message);
        const json parsed = json::parse(call.toStdString());
        Caller operation;
        const Result<ValueId> value =
            operation.call(parsed["class"], parsed["config"], parsed["positional"], parsed["named"]);
        QVERIFY(!value);
        const QString found = QString::fromStdString(value.error().text());
        QVERIFY2(found.contains(message), qPrintable(found));
    }
};

QTEST_GUILESS_MAIN(OperationTest)
#include "operation_test.moc"
