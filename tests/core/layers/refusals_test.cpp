#include "layer_call.h"

#include <QtTest/QtTest>

using namespace attnscope;
using namespace attnscope::test;

/// What layers refuse, and what they say then.
class LayerRefusalsTest : public QObject {
    Q_OBJECT

private slots:
    void aLambdaIsShownAndNotRun() {
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("Lambda", "{}"), {2, 3});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::PythonCode);
        QCOMPARE(outputs.error().text(), std::string("layer layer contains Python code; it is shown, not run"));
    }

    void anUnknownClassIsNamed() {
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("Capsule", "{}"), {2, 3});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::UnknownLayer);
        QCOMPARE(outputs.error().text(),
                 std::string("layer layer: class Capsule is not known; choose a formula for it"));
    }

    void weightsThatDoNotFitAreNamedWithBothShapes() {
        const Layer wrong =
            makeLayer("Dense", R"({"units": 3, "use_bias": false})", {weight("dense/kernel:0", {5, 3})});
        QCOMPARE(errorOf(wrong, {2, 7}), QString("layer layer: weight kernel: shape (5, 3) found, (7, 3) expected"));
        const Layer bare = makeLayer("Dense", R"({"units": 3})");
        QCOMPARE(errorOf(bare, {2, 7}), QString("layer layer: weights found: none; expected: kernel (7, 3), bias (3)"));
        const Layer extra = makeLayer("Dense", R"({"units": 3, "use_bias": false})",
                                      {weight("dense/kernel:0", {7, 3}), weight("dense/bias:0", {3})});
        QCOMPARE(errorOf(extra, {2, 7}),
                 QString("layer layer: weights found: kernel (7, 3), bias (3); expected: kernel (7, 3)"));
    }

    void anErrorInsideAWrapperNamesBothLayersOnce() {
        Layer wrapper = makeLayer("TimeDistributed", "{}");
        Layer inner = makeLayer("Dense", R"({"units": "many"})");
        inner.name = "dense";
        wrapper.inner.push_back(std::make_shared<const Layer>(inner));
        QCOMPARE(errorOf(wrapper, {2, 4, 7}),
                 QString("layer layer/dense: config entry units: \"many\" found, a whole number expected"));
    }

    void whatIsNotReadIsRefusedClearly_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("message");
        const QString channels = "config entry data_format: \"channels_first\" found, channels_last expected";
        for (const char* name : {"ConvLSTM1D", "LocallyConnected1D"})
            QTest::newRow(name) << name << R"({"data_format": "channels_first"})" << channels;
        QTest::newRow("time_major") << "LSTM"
                                    << R"({"units": 2, "time_major": true})"
                                    << "config entry time_major: true found; only [batch, time, feature] is read";
        QTest::newRow("repeat") << "RepeatVector"
                                << R"({"n": 0})"
                                << "config entry n: 0 found, a whole number from 1 to 2147483648 expected";
        QTest::newRow("padding") << "MaxPooling1D"
                                 << R"({"padding": "full"})"
                                 << "config entry padding: \"full\" found; valid or same expected";
        QTest::newRow("strides") << "Conv1D"
                                 << R"({"filters": 2, "kernel_size": [3], "strides": [-1]})"
                                 << "config entry strides: [-1] found, a whole number from 1 to 2147483648 expected";
        QTest::newRow("reshape")
            << "Reshape"
            << R"({"target_shape": [5, -1]})"
            << "config entry target_shape: (5, -1) found, which does not hold the 12 numbers of the "
               "input (4, 3)";
        QTest::newRow("permute") << "Permute"
                                 << R"({"dims": [2, 2]})"
                                 << "axis 2 stands twice in the config";
        QTest::newRow("axis") << "BatchNormalization"
                              << R"({"axis": 3})"
                              << "axis 3 found, but the input has 3 axes";
        QTest::newRow("cropping") << "Cropping1D"
                                  << R"({"cropping": [2, 2]})"
                                  << "config entry cropping leaves nothing of the input's timesteps";
        QTest::newRow("output_padding")
            << "Conv1DTranspose"
            << R"({"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 2})"
            << "config entry output_padding: 2 found, which does not go with the kernel and stride";
        QTest::newRow("output_padding, none left")
            << "Conv1DTranspose"
            << R"({"filters": 2, "kernel_size": 4, "strides": 2, "output_padding": 0, "padding": "same"})"
            << "config entry output_padding: 0 found, which does not go with the kernel and stride";
        QTest::newRow("implementation")
            << "LocallyConnected1D"
            << R"({"filters": 2, "kernel_size": 3, "implementation": 4})"
            << "config entry implementation: 4 found; 1 (with padding valid), 2 or 3 expected";
        QTest::newRow("activation of a cell")
            << "LSTM"
            << R"({"units": 2, "activation": "hard_silu", "recurrent_activation": "sigmoid"})"
            << "config entry activation: hard_silu found, which is known for the outputs of layers only";
        QTest::newRow("bins")
            << "Discretization"
            << R"({"output_mode": "tf_idf"})"
            << "config entry output_mode: \"tf_idf\" found; int, one_hot, multi_hot or count expected";
        QTest::newRow("number of a vocabulary")
            << "IntegerLookup"
            << R"({"vocabulary": [-9223372036854775808]})"
            << "vocabulary: \"-9223372036854775808\" found, a whole number up to 16777216 was expected";
        QTest::newRow("wide kernel")
            << "LocallyConnected1D"
            << R"({"filters": 2, "kernel_size": 9, "implementation": 3, "padding": "same"})"
            << "config entry kernel_size: 9 found, at most twice the input's 4 timesteps expected";
        QTest::newRow("mode") << "BatchNormalization"
                              << R"({"mode": 2})"
                              << "config entry mode: 2 found; it takes mean and variance from the batch at hand, "
                                 "which one text or sequence does not have";
        QTest::newRow("int4")
            << "Dense"
            << R"({"units": 2, "dtype": {"class_name": "Int4DTypePolicy", "config": {"mode": "int4/128"}}})"
            << "its weights are quantized to int4/128; only int8 is read";
        QTest::newRow("float8") << "EinsumDense"
                                << R"({"dtype": {"config": {"name": "float8_from_mixed_bfloat16"}}})"
                                << "its weights are quantized to float8; only int8 is read";
        QTest::newRow("int8 without scales") << "Embedding"
                                             << R"({"dtype": {"config": {"mode": "int8"}}})"
                                             << "0 weights found, weights and their scales expected";
        QTest::newRow("windows") << "AdaptiveMaxPooling1D"
                                 << R"({"output_size": 5000})"
                                 << "config entry output_size: 5000 found, limit 4096";
    }

    void whatIsNotReadIsRefusedClearly() {
        QFETCH(QString, className);
        QFETCH(QString, config);
        QFETCH(QString, message);
        const Layer layer = makeLayer(className.toStdString(), config.toStdString().c_str());
        const Shape shape = className == "RepeatVector" ? Shape{2, 3} : Shape{2, 4, 3};
        QCOMPARE(errorOf(layer, shape), "layer layer: " + message);
    }

    void poolingThatTheanoPadsOtherwiseIsRefused() {
        FakeLowering lowering;
        lowering.time.backend = "theano";
        const auto outputs = call(lowering, makeLayer("MaxPooling1D", R"({"padding": "same"})"), {2, 4, 3});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().text(), std::string("layer layer: config entry padding: \"same\" found, which Theano "
                                                     "pads in another way; valid expected"));
        QVERIFY(call(lowering, makeLayer("MaxPooling1D", R"({"padding": "valid"})"), {2, 4, 3}));
    }

    void aQuantizedLayerInsideTimeDistributedIsRefused() {
        Layer outer = makeLayer("TimeDistributed", "{}");
        outer.inner.push_back(std::make_shared<Layer>(
            makeLayer("Dense", R"({"units": 2, "dtype": {"config": {"mode": "int8", "source_name": "float32"}}})")));
        QCOMPARE(errorOf(outer, {2, 4, 3}),
                 QString("layer layer: the weights of the layer inside are quantized, and Keras does not apply their "
                         "scales here"));
    }

    void aMaskThatTfKerasCannotStretchIsRefused() {
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("GroupNormalization", R"({"groups": 1})"), {2, 4, 3}, true);
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().text(), std::string("layer layer: it is given a mask, which tf.keras cannot stretch "
                                                     "over the features and so fails"));
    }

    void quantizedProjectionsOfHeadsAreNamed() {
        std::vector<LayerWeight> weights;
        for (const char* dense : {"query_dense", "key_dense", "value_dense", "output_dense"})
            for (int place = 0; place < 3; ++place)
                weights.push_back(weight(std::string(dense) + "/vars/" + std::to_string(place), {3, 1, 2}));
        const Layer layer = makeLayer("MultiHeadAttention", R"({"num_heads": 1, "key_dim": 2})", std::move(weights));
        FakeLowering lowering;
        const Flow x{lowering.given("x", Tensor({2, 4, 3})), std::nullopt};
        const auto outputs = lowering.lower(layer, {x, x});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().text(), std::string("layer layer: 12 weights found, 8 expected; projections that are "
                                                     "quantized or adapted are not read"));
    }

    void adaptationsThatDoNotFitAreRefused() {
        const Layer layer = makeLayer("Dense", R"({"units": 2, "lora_rank": 2})",
                                      {weight("dense/bias", {2}), weight("dense/lora_kernel_a", {3, 2}),
                                       weight("dense/lora_kernel_b", {1, 2}), weight("dense/kernel", {3, 2})});
        QCOMPARE(
            errorOf(layer, {2, 3}),
            QString("layer layer: adaptation: shapes (3, 2) and (1, 2) found, which do not fit the kernel (3, 2)"));
    }

    void adaptationsOfQuantizedWeightsAreNotMerged() {
        // The bias is as long as the scales: whichever is taken for the other, shapes fit.
        const Layer layer =
            makeLayer("Dense", R"({"units": 2, "lora_rank": 1, "dtype": {"config": {"mode": "int8"}}})",
                      {weight("dense/kernel", {3, 2}), weight("dense/bias", {2}), weight("dense/lora_kernel_a", {3, 1}),
                       weight("dense/lora_kernel_b", {1, 2}), weight("dense/kernel_scale", {2})});
        QCOMPARE(errorOf(layer, {2, 3}),
                 QString("layer layer: its weights are quantized and adapted (lora_rank); save it merged"));
    }

    void noConfigBringsAnyLayerDown_data() {
        QTest::addColumn<QString>("className");
        for (const LayerRow& row : layerTable())
            QTest::newRow(std::string(row.className).c_str()) << row.className.data();
    }

    void noConfigBringsAnyLayerDown() {
        QFETCH(QString, className);
        const std::vector<nlohmann::json> entries{nullptr,
                                                  true,
                                                  -1,
                                                  0,
                                                  3,
                                                  1e18,
                                                  2147483648,
                                                  "same",
                                                  "softmax",
                                                  nlohmann::json::array(),
                                                  {1},
                                                  {-1, -1},
                                                  {0, 1, 2},
                                                  nlohmann::json::object(),
                                                  {{"class_name", 3}}};
        const std::vector<const char*> keys{"units",
                                            "axis",
                                            "axes",
                                            "activation",
                                            "n",
                                            "size",
                                            "padding",
                                            "cropping",
                                            "dims",
                                            "target_shape",
                                            "pool_size",
                                            "strides",
                                            "kernel_size",
                                            "filters",
                                            "groups",
                                            "dilation_rate",
                                            "merge_mode",
                                            "return_sequences",
                                            "input_dim",
                                            "output_dim",
                                            "mask_value",
                                            "shared_axes",
                                            "max_value",
                                            "data_format",
                                            "lora_rank",
                                            "lora_alpha",
                                            "mode",
                                            "output_size",
                                            "dtype",
                                            "implementation",
                                            "equation",
                                            "scale",
                                            "tie_weights",
                                            "output_padding",
                                            "depth_multiplier",
                                            "zero_output_for_mask",
                                            "quantization_config"};
        for (const nlohmann::json& entry : entries) {
            for (const Shape& shape : {Shape{2}, Shape{2, 4}, Shape{2, 4, 3}, Shape{2, 4, 3, 2}}) {
                nlohmann::json config;
                for (const char* key : keys) config[key] = entry;
                Layer layer = makeLayer(className.toStdString(), "{}", lstmWeights());
                layer.config = Config(std::move(config));
                layer.inner = {std::make_shared<const Layer>(makeLayer("LSTM", lstmConfig, lstmWeights())),
                               std::make_shared<const Layer>(makeLayer("Dense", "[1]"))};
                if (className == "TimeDistributed") layer.inner.pop_back();
                FakeLowering lowering;
                const auto outputs = call(lowering, layer, shape, true);
                if (!outputs) QVERIFY(!outputs.error().message.empty());
            }
        }
    }

    void aBlownUpSizeIsALimitBeforeAnythingIsAllocated() {
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("RepeatVector", R"({"n": 2147483648})"), {2, 3});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::Limit);
        QCOMPARE(errorOf(makeLayer("CategoryEncoding", R"({"num_tokens": 2147483648})"), {2, 3}),
                 QString("layer layer: needs a value of shape (2147483648), limit 67108864 elements"));
    }
};

QTEST_GUILESS_MAIN(LayerRefusalsTest)
#include "refusals_test.moc"
