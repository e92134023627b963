#include "layers/config.h"

#include <QtTest/QtTest>

using namespace attnscope;

namespace {

Config config(const char* text) {
    return Config(nlohmann::json::parse(text));
}

template <typename T>
QString message(const Result<T>& result) {
    return result ? QStringLiteral("no error") : QString::fromStdString(result.error().text());
}

}  // namespace

class ConfigTest : public QObject {
    Q_OBJECT

private slots:
    void entriesAreReadByType() {
        const Config read =
            config(R"({"units": 3, "rate": 0.5, "bias": true, "mode": "same", "axes": [1, -2], "n": 4.0})");
        QCOMPARE(*read.integer("units"), 3);
        QCOMPARE(*read.integer("n"), 4);
        QCOMPARE(*read.number("rate", 0.0F), 0.5F);
        QCOMPARE(*read.number("units", 0.0F), 3.0F);
        QCOMPARE(*read.flag("bias", false), true);
        QCOMPARE(*read.text("mode", "valid"), std::string("same"));
        QCOMPARE(*read.integers("axes"), (std::vector<std::int64_t>{1, -2}));
        QCOMPARE(*read.integers("units"), (std::vector<std::int64_t>{3}));
    }

    void aMissingEntryAndANullGiveTheFallback() {
        const Config read = config(R"({"units": null})");
        QVERIFY(!read.has("units"));
        QCOMPARE(*read.integer("units", 7), 7);
        QCOMPARE(*read.number("rate", 0.25F), 0.25F);
        QCOMPARE(*read.flag("bias", true), true);
        QCOMPARE(*read.text("mode", "valid"), std::string("valid"));
    }

    void anErrorNamesTheKeyWhatWasFoundAndWhatWasExpected() {
        const Config read =
            config(R"({"units": "three", "rate": [1], "bias": 1, "mode": 2, "axes": [1, "x"], "n": 2.5})");
        QCOMPARE(message(read.integer("units")),
                 QString("config entry units: \"three\" found, a whole number expected"));
        QCOMPARE(message(read.integer("n")), QString("config entry n: 2.5 found, a whole number expected"));
        QCOMPARE(message(read.integer("depth")), QString("config entry depth: missing, a whole number expected"));
        QCOMPARE(message(read.number("rate", 0.0F)), QString("config entry rate: [1] found, a number expected"));
        QCOMPARE(message(read.flag("bias", true)), QString("config entry bias: 1 found, true or false expected"));
        QCOMPARE(message(read.text("mode", "")), QString("config entry mode: 2 found, a string expected"));
        QCOMPARE(message(read.integers("axes")),
                 QString("config entry axes: [1,\"x\"] found, a list of whole numbers expected"));
    }

    void numbersBeyondTheirTypeAreErrors() {
        const Config read = config(R"({"units": 18446744073709551615, "rate": 1e300})");
        QVERIFY(!read.integer("units"));
        QCOMPARE(message(read.number("rate", 0.0F)),
                 QString("config entry rate: 1e+300 found, a finite number expected"));
    }

    void aConfigThatIsNoObjectHasNoEntries() {
        QVERIFY(!config("[1, 2]").has("units"));
        QVERIFY(!config("null").integer("units"));
    }
};

QTEST_GUILESS_MAIN(ConfigTest)
#include "config_test.moc"
