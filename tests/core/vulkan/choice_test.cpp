#include "vulkan/device_info.h"
#include "vulkan/pipeline_cache.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace attnscope;
using namespace attnscope::vulkan;

namespace {

DeviceInfo device(DeviceType type, const char* unusable = "") {
    DeviceInfo info;
    info.name = std::string(typeName(type));
    info.type = type;
    info.unusable = unusable;
    return info;
}

const std::vector<std::uint8_t> bytes{7, 0, 255, 42, 1, 2, 3, 4, 5};

}  // namespace

class VulkanChoiceTest : public QObject {
    Q_OBJECT

private slots:
    void aDiscreteGpuComesBeforeAnIntegratedOne() {
        const std::vector devices{device(DeviceType::Software), device(DeviceType::Integrated),
                                  device(DeviceType::Discrete), device(DeviceType::Discrete)};
        QCOMPARE(*chooseDevice(devices, {}), std::size_t{2});
        QCOMPARE(*chooseDevice(std::span(devices).first(2), {}), std::size_t{1});
    }

    void aSoftwareDeviceIsTakenOnlyWhenAskedFor() {
        const std::vector devices{device(DeviceType::Software)};
        const auto refused = chooseDevice(devices, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::NotFound);
        QVERIFY(refused.error().message.find("software") != std::string::npos);
        QCOMPARE(*chooseDevice(devices, {std::nullopt, true}), std::size_t{0});
        QCOMPARE(*chooseDevice(devices, {std::size_t{0}, false}), std::size_t{0});
    }

    void aGpuComesBeforeASoftwareDeviceThatWouldDo() {
        const std::vector devices{device(DeviceType::Software), device(DeviceType::Virtual)};
        QCOMPARE(*chooseDevice(devices, {std::nullopt, true}), std::size_t{1});
    }

    void whatCannotComputeIsPassedOver() {
        const std::vector devices{device(DeviceType::Discrete, "it has no queue that computes"),
                                  device(DeviceType::Integrated)};
        QCOMPARE(*chooseDevice(devices, {}), std::size_t{1});
        const auto named = chooseDevice(devices, {std::size_t{0}, false});
        QVERIFY(!named);
        QVERIFY(named.error().message.find("no queue that computes") != std::string::npos);
    }

    void aDeviceThatIsNotThereIsNamed() {
        const auto missing = chooseDevice({}, {std::size_t{3}, false});
        QCOMPARE(missing.error().text(), std::string("there is no Vulkan device 3, there are 0"));
        QCOMPARE(chooseDevice({}, {}).error().text(), std::string("there is no GPU to compute on"));
    }

    void aCacheFileReadsBack() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("deep/er/cache.bin").toStdString();
        QVERIFY(readCacheFile(path).empty());
        writeCacheFile(path, bytes);
        QCOMPARE(readCacheFile(path), bytes);
        QCOMPARE(QDir(folder.filePath("deep/er")).entryList(QDir::Files).size(), 1);  // nothing half-written beside it
    }

    void aDamagedCacheFileIsNotRead() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("cache.bin");
        writeCacheFile(path.toStdString(), bytes);
        QFile file(path);
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray whole = file.readAll();
        file.close();
        for (int place = 0; place < whole.size(); ++place) {
            QByteArray damaged = whole;
            damaged[place] = static_cast<char>(damaged[place] ^ 16);
            QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
            file.write(damaged);
            file.close();
            QVERIFY2(readCacheFile(path.toStdString()).empty(), qPrintable(QString::number(place)));
        }
        for (int size = 0; size < whole.size(); ++size) {
            QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
            file.write(whole.left(size));
            file.close();
            QVERIFY2(readCacheFile(path.toStdString()).empty(), qPrintable(QString::number(size)));
        }
    }
};

QTEST_GUILESS_MAIN(VulkanChoiceTest)
#include "choice_test.moc"
