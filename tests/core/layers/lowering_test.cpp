#include "layer_call.h"

#include <QtTest/QtTest>

using namespace attnscope;
using namespace attnscope::test;

/// What layers make of their inputs and masks.
class LoweringTest : public QObject {
    Q_OBJECT

private slots:
    void weightsOfOtherNamesAreTakenInOrder() {
        const Layer dense =
            makeLayer("Dense", R"({"units": 3})", {weight("dense_1_W", {7, 3}), weight("dense_1_b", {3})});
        FakeLowering lowering;
        QVERIFY(call(lowering, dense, {2, 7}));
        QVERIFY(lowering.build().find("layer/kernel"));
    }

    void aLayerCalledTwiceHasItsWeightsOnce() {
        const Layer dense = makeLayer("Dense", R"({"units": 3})", {weight("kernel", {7, 3}), weight("bias", {3})});
        FakeLowering lowering;
        QVERIFY(call(lowering, dense, {2, 7}));
        QVERIFY(call(lowering, dense, {2, 7}));
        const Graph graph = lowering.build();
        QVERIFY(graph.find("layer/kernel"));
        QVERIFY(!graph.find("layer/kernel#2"));
        QVERIFY(graph.find("layer/product#2"));
    }

    void whatAnAdaptationIsOfIsToldByItsName() {
        // As Keras 3.15 writes an untied ReversibleEmbedding to HDF5: what is trained first.
        const Layer layer =
            makeLayer("ReversibleEmbedding",
                      R"({"input_dim": 5, "output_dim": 3, "tie_weights": false, "lora_rank": 2, "lora_alpha": 4})",
                      {weight("emb/reverse_embeddings", {3, 5}), weight("emb/lora_embeddings_a", {5, 2}, 0.5F),
                       weight("emb/lora_embeddings_b", {2, 3}, 2.0F), weight("emb/embeddings", {5, 3}, 0.25F)});
        const Result<Tensor> rows = computed(layer, Tensor({1, 2}, 1.0F));
        QVERIFY2(rows, rows ? "" : rows.error().text().c_str());
        QCOMPARE(rows->shape(), Shape({1, 2, 3}));
        for (const float number : rows->data()) QCOMPARE(number, 4.25F);  // 0.25 + 4 / 2 · (0.5 · 2 + 0.5 · 2)
    }

    void featuresInFrontOfNoPlacesStay() {
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("Flatten", R"({"data_format": "channels_first"})"), {2, 3});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.graph().shape(outputs->front().value), (Shape{2, 3}));
    }

    void layersOfOneInputComputeWhatKerasDocuments_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("config");
        QTest::addColumn<std::vector<float>>("expected");
        using Numbers = std::vector<float>;
        // Of x = (−2, −0.5, 1, 3), seen as [1, 2, 2].
        QTest::newRow("thresholded") << "ThresholdedReLU"
                                     << R"({"theta": 1.0})" << Numbers{0, 0, 0, 3};
        QTest::newRow("leaky") << "LeakyReLU"
                               << R"({"alpha": 0.5})" << Numbers{-1, -0.25F, 1, 3};
        QTest::newRow("steep") << "LeakyReLU"
                               << R"({"alpha": 2.0})" << Numbers{-4, -1, 1, 3};
        QTest::newRow("padded") << "ZeroPadding1D"
                                << R"({"padding": [1, 0]})" << Numbers{0, 0, -2, -0.5F, 1, 3};
        QTest::newRow("cropped") << "Cropping1D"
                                 << R"({"cropping": [1, 0]})" << Numbers{1, 3};
        QTest::newRow("repeated") << "UpSampling1D"
                                  << R"({"size": 2})" << Numbers{-2, -0.5F, -2, -0.5F, 1, 3, 1, 3};
        QTest::newRow("a mean for every place")
            << "Normalization"
            << R"({"axis": [1, 2], "mean": [[[1, 0.5], [0, 1]]], "variance": [[[4, 1], [1, 4]]]})"
            << Numbers{-1.5F, -1, 1, 1};
        QTest::newRow("numbers of numpy")
            << "Rescaling"
            << R"({"scale": {"class_name": "__numpy__", "config": {"value": [2, 4], "dtype": "float32"}},
                   "offset": {"class_name": "__tensor__", "config": {"value": 1.0, "dtype": "float32"}}})"
            << Numbers{-3, -1, 3, 13};
        QTest::newRow("penalised") << "ActivityRegularization"
                                   << R"({"l1": 1.0})" << Numbers{-2, -0.5F, 1, 3};
    }

    void layersOfOneInputComputeWhatKerasDocuments() {
        QFETCH(QString, className);
        QFETCH(QString, config);
        QFETCH(std::vector<float>, expected);
        const auto y = computed(makeLayer(className.toStdString(), config.toStdString().c_str()),
                                Tensor({1, 2, 2}, {-2.0F, -0.5F, 1.0F, 3.0F}));
        QVERIFY2(y, y ? "" : y.error().text().c_str());
        QCOMPARE(std::vector<float>(y->data().begin(), y->data().end()), expected);
    }

    void aPReluHasASlopeForEveryFeature() {
        const Layer layer =
            makeLayer("PReLU", R"({"shared_axes": [1]})", {{"alpha", share(Tensor({1, 2}, {0.5F, 0.25F})), true}});
        const auto y = computed(layer, Tensor({1, 2, 2}, {-2.0F, -4.0F, 1.0F, -8.0F}));
        QVERIFY2(y, y ? "" : y.error().text().c_str());
        QCOMPARE(difference(*y, Tensor({1, 2, 2}, {-1.0F, -1.0F, 1.0F, -2.0F})), std::string());
    }

    void theOtherMergesFoldTheirInputs_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<std::vector<float>>("expected");
        QTest::newRow("difference") << "Subtract" << std::vector<float>{-2.0F, 2.0F};
        QTest::newRow("maximum") << "Maximum" << std::vector<float>{3.0F, 4.0F};
        QTest::newRow("minimum") << "Minimum" << std::vector<float>{1.0F, 2.0F};
    }

    void theOtherMergesFoldTheirInputs() {
        QFETCH(QString, className);
        QFETCH(std::vector<float>, expected);
        FakeLowering lowering;
        const Flow a{lowering.given("a", Tensor({1, 2}, {1.0F, 4.0F})), std::nullopt};
        const Flow b{lowering.given("b", Tensor({1, 2}, {3.0F, 2.0F})), std::nullopt};
        const auto outputs = lowering.lower(makeLayer(className.toStdString(), "{}"), {a, b});
        QVERIFY(outputs);
        QCOMPARE(difference(lowering.evaluate(outputs->front().value), Tensor({1, 2}, expected)), std::string());
    }

    void masksGoWhereKerasLetsThemGo_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("config");
        QTest::addColumn<bool>("passes");
        for (const char* name :
             {"Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout",
              "ActivityRegularization", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Add", "Concatenate", "Average"})
            QTest::newRow(name) << name << "{}" << true;
        QTest::newRow("Activation") << "Activation"
                                    << R"({"activation": "softmax"})" << true;
        QTest::newRow("Masking") << "Masking"
                                 << "{}" << true;
        for (const char* name : {"Flatten", "MaxPooling1D", "AveragePooling1D", "GlobalMaxPooling1D",
                                 "GlobalAveragePooling1D", "ZeroPadding1D", "UpSampling1D"})
            QTest::newRow(name) << name << "{}" << false;
        QTest::newRow("Cropping1D") << "Cropping1D"
                                    << "{}" << false;
        QTest::newRow("Reshape") << "Reshape"
                                 << R"({"target_shape": [3, 4]})" << false;
        QTest::newRow("Permute") << "Permute"
                                 << R"({"dims": [1, 2]})" << false;
    }

    void masksGoWhereKerasLetsThemGo() {
        QFETCH(QString, className);
        QFETCH(QString, config);
        QFETCH(bool, passes);
        FakeLowering lowering;
        const auto outputs =
            call(lowering, makeLayer(className.toStdString(), config.toStdString().c_str()), {2, 4, 3}, true);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->front().mask.has_value(), passes);
        if (passes) QCOMPARE(lowering.graph().shape(*outputs->front().mask).text(), std::string("(2, 4)"));
    }

    void aRecurrentLayerPassesItsMaskOnlyWithItsSequence_data() {
        QTest::addColumn<bool>("sequences");
        QTest::newRow("sequence") << true;
        QTest::newRow("last") << false;
    }

    void aRecurrentLayerPassesItsMaskOnlyWithItsSequence() {
        QFETCH(bool, sequences);
        nlohmann::json config = nlohmann::json::parse(lstmConfig);
        config["return_sequences"] = sequences;
        FakeLowering lowering;
        const auto outputs = call(lowering, makeLayer("LSTM", config.dump().c_str(), lstmWeights()), {2, 4, 3}, true);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->front().mask.has_value(), sequences);
    }

    void returnedStatesAreThoseOfTheLastTimestepThatCounts() {
        nlohmann::json config = nlohmann::json::parse(lstmConfig);
        config["return_state"] = true;
        const Layer lstm = makeLayer("LSTM", config.dump().c_str(), lstmWeights());
        FakeLowering lowering;
        // The second sequence is masked from end to end, and starts from a state of its own.
        const Flow x{lowering.given("x", Tensor({2, 3, 3}, 0.5F)),
                     lowering.given("x_mask", Tensor({2, 3}, {1.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F}))};
        const Flow h{lowering.given("h", Tensor({2, 2}, 0.25F)), std::nullopt};
        const Flow c{lowering.given("c", Tensor({2, 2}, -0.75F)), std::nullopt};
        const auto outputs = lowering.lower(lstm, {x, h, c});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->size(), std::size_t{3});
        const Tensor last = lowering.evaluate((*outputs)[0].value);
        const Tensor finalH = lowering.evaluate((*outputs)[1].value);
        const Tensor finalC = lowering.evaluate((*outputs)[2].value);
        QCOMPARE(finalH[0], last[0]);
        QVERIFY(last[0] != 0.0F);
        QCOMPARE(last[2], 0.0F);
        QCOMPARE(finalH[2], 0.25F);
        QCOMPARE(finalC[2], -0.75F);
    }

    void anAssumedDefaultIsNoted() {
        FakeLowering lowering;
        QVERIFY(call(lowering, makeLayer("LSTM", R"({"units": 2, "activation": "tanh"})", lstmWeights()), {2, 4, 3}));
        QCOMPARE(lowering.notes.size(), std::size_t{1});
        QCOMPARE(lowering.notes[0],
                 std::string("layer layer: config entry recurrent_activation is missing; sigmoid is assumed"));
    }
};

QTEST_GUILESS_MAIN(LoweringTest)
#include "lowering_test.moc"
