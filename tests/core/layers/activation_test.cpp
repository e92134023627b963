#include "layers/activations.h"

#include "fake_lowering.h"

#include <QtTest/QtTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

Config activation(const QString& entry) {
    return Config(nlohmann::json::parse("{\"activation\": " + entry.toStdString() + "}"));
}

constexpr float at = -1.5F;

}  // namespace

class ActivationTest : public QObject {
    Q_OBJECT

private slots:
    void everyWayToNameAnActivationIsRead_data() {
        QTest::addColumn<QString>("entry");
        QTest::addColumn<double>("expected");
        QTest::newRow("null") << "null" << -1.5;
        QTest::newRow("linear") << R"("linear")" << -1.5;
        QTest::newRow("relu") << R"("relu")" << 0.0;
        QTest::newRow("tanh") << R"("tanh")" << std::tanh(-1.5);
        QTest::newRow("sigmoid") << R"("sigmoid")" << 1.0 / (1.0 + std::exp(1.5));
        QTest::newRow("hard_sigmoid") << R"("hard_sigmoid")" << 0.2;
        QTest::newRow("exponential") << R"("exponential")" << std::exp(-1.5);
        QTest::newRow("silu") << R"("silu")" << -1.5 / (1.0 + std::exp(1.5));
        QTest::newRow("softmax of one") << R"("softmax")" << 1.0;
        QTest::newRow("leaky_relu") << R"("leaky_relu")" << -0.3;
        QTest::newRow("function") << R"({"class_name": "function", "config": "relu", "registered_name": "relu"})"
                                  << 0.0;
        QTest::newRow("layer") << R"({"class_name": "LeakyReLU", "config": {"alpha": 0.1}})" << -0.15;
        QTest::newRow("layer by name") << R"("LeakyReLU")" << -0.45;
    }
    void everyWayToNameAnActivationIsRead() {
        QFETCH(QString, entry);
        QFETCH(double, expected);
        FakeLowering lowering;
        const auto y = activate(lowering, activation(entry), lowering.given("x", Tensor({1, 1}, at)));
        QVERIFY2(y, y ? "" : y.error().text().c_str());
        QVERIFY(std::abs(static_cast<double>(lowering.evaluate(*y)[0]) - expected) < 1e-6);
    }

    void theEraDecidesWhatHardSigmoidMeans() {
        FakeLowering lowering;
        lowering.time.hardSigmoid3 = true;
        const auto y = activate(lowering, activation(R"("hard_sigmoid")"), lowering.given("x", Tensor({1, 1}, at)));
        QVERIFY(y);
        QCOMPARE(lowering.evaluate(*y)[0], 0.25F);
    }

    void whatIsNoActivationIsRefused_data() {
        QTest::addColumn<QString>("entry");
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("unknown") << R"("snake")" << ErrorCode::Unsupported
                                 << "config entry activation: activation 'snake' is not known";
        QTest::newRow("code") << R"({"class_name": "__lambda__", "config": {"value": "4wE="}})" << ErrorCode::PythonCode
                              << "config entry activation contains Python code; it is shown, not run";
        QTest::newRow("number") << "3" << ErrorCode::Format
                                << "config entry activation: the name of an activation expected";
    }
    void whatIsNoActivationIsRefused() {
        QFETCH(QString, entry);
        QFETCH(ErrorCode, code);
        QFETCH(QString, message);
        FakeLowering lowering;
        const auto y = activate(lowering, activation(entry), lowering.given("x", Tensor({1, 1}, at)));
        QVERIFY(!y);
        QCOMPARE(y.error().code, code);
        QCOMPARE(QString::fromStdString(y.error().text()), message);
    }

    void aCellTakesOnlyElementwiseActivations() {
        FakeLowering lowering;
        QVERIFY(cellActivation(lowering, activation(R"("relu")"), "activation", "tanh"));
        QVERIFY(!cellActivation(lowering, activation(R"("softmax")"), "activation", "tanh"));
        QCOMPARE(*cellActivation(lowering, activation("null"), "activation", "tanh"), UnaryKind::Identity);
    }
};

QTEST_GUILESS_MAIN(ActivationTest)
#include "activation_test.moc"
