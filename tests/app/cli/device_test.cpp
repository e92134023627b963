#include "program.h"
#include "records.h"
#include "support/tensor_compare.h"

#include <QDir>
#include <QRegularExpression>
#include <QtTest>

namespace {

const QStringList text{"--text", "a gorgeous and witty film"};

QJsonObject inspected(const QString& device) {
    return json(run(QStringList{"inspect", sentiment, "--json", "--device", device} + text));
}

QList<float> weights(const QJsonObject& record) {
    return numbers(record["sites"].toArray().at(0).toObject()["weights"].toObject()["data"]);
}

}  // namespace

/// `--device`, `devices`, `--verify` and `--profile`, on whatever Vulkan device this machine has; without one it fails.
class DeviceOptionsTest : public QObject {
    Q_OBJECT

private slots:
    void devicesListsTheCpuAndEveryVulkanDevice() {
        const Outcome outcome = run({"devices"});
        QCOMPARE(outcome.status, 0);
        QVERIFY(outcome.out.startsWith("cpu"));
        QVERIFY2(outcome.out.contains(QRegularExpression("vulkan:0 .*(GPU|software), \\d+ MiB memory")),
                 qPrintable(outcome.out));
        QVERIFY(outcome.out.contains("driver"));
        QVERIFY(outcome.out.contains(QRegularExpression("auto +(cpu|vulkan:)")));
    }

    void theDeviceGivesTheNumbersOfTheCpu() {
        const QJsonObject cpu = inspected("cpu");
        const QJsonObject vulkan = inspected("vulkan");
        QCOMPARE(cpu["device"].toString(), QString("cpu"));
        QVERIFY2(vulkan["device"].toString().startsWith("vulkan:"), qPrintable(vulkan["device"].toString()));
        QCOMPARE(inspected(vulkan["device"].toString())["device"], vulkan["device"]);
        const QList<float> expected = weights(cpu);
        const QList<float> found = weights(vulkan);
        QVERIFY(!expected.isEmpty());
        QCOMPARE(found.size(), expected.size());
        for (qsizetype i = 0; i < expected.size(); ++i) QVERIFY(attnscope::test::isNear(found[i], expected[i]));
        QCOMPARE(vulkan["findings"].toArray(), cpu["findings"].toArray());
        QVERIFY(QDir(m_home.folder.filePath("attnscope")).entryList({"pipelines-*.bin"}, QDir::Files).size() == 1);
    }

    void aDeviceThatIsNotThereIsRefused() {
        for (const char* device : {"vulkan:99", "gpu", "vulkan:x"}) {
            const Outcome outcome = run(QStringList{"inspect", sentiment, "--device", device} + text);
            QCOMPARE(outcome.status, 1);
            QVERIFY2(outcome.err.contains("device"), qPrintable(outcome.err));
            QCOMPARE(outcome.err.count('\n'), 1);
            QCOMPARE(outcome.out, QString());
        }
    }

    void verifyingSaysWhereTheBackendsDifferMost() {
        const Outcome outcome = run(QStringList{"inspect", sentiment, "--verify", "--set", "epsilon=0.5"} + text);
        QCOMPARE(outcome.status, 0);
        const QRegularExpression line(
            "verify: +cpu and vulkan:\\d+ agree: \\d+ values, \\d+ numbers, largest difference \\S+ at \\S+\\[[0-9, "
            "]+\\]");
        QVERIFY2(outcome.out.contains(line), qPrintable(outcome.out.right(300)));
    }

    void theProfileSaysWhereTheTimeWent() {
        for (const char* device : {"cpu", "vulkan"}) {
            const Outcome outcome = run(QStringList{"inspect", sentiment, "--profile", "--device", device} + text);
            QCOMPARE(outcome.status, 0);
            QVERIFY2(outcome.out.contains(QRegularExpression("profile: +[0-9.]+ µs in \\d+ operations")),
                     qPrintable(outcome.out.right(300)));
            QVERIFY(outcome.out.contains(QRegularExpression("[0-9.]+ µs +\\d+ × +lstm")));
        }
        QCOMPARE(run(QStringList{"inspect", sentiment, "--profile", "--json"} + text).status, 1);
    }

private:
    Home m_home;
};

QTEST_GUILESS_MAIN(DeviceOptionsTest)
#include "device_test.moc"
