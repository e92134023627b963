#include "formats/sharded_weights.h"
#include "base/read_file.h"
#include "formats/formats.h"
#include "problems.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const QString fixtures = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/");

QString mapProblem(const std::string& map) {
    const auto names = shardNames(map);
    return names ? QString() : QString::fromStdString(names.error().text());
}

std::string mapOf(const std::string& files) {
    return R"({"weight_map": {"/layers/dense/vars": )" + files + "}}";
}

}  // namespace

/// Weights that Keras 3 spread over several files, and what a map may not ask for.
class ShardedWeightsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::string at(const QString& name) const { return m_folder.filePath(name).toStdString(); }

    void put(const QString& fixture, const QString& name) const {
        QVERIFY(QFile::copy(fixtures + fixture, m_folder.filePath(name)));
    }

    void putMap(const std::string& map) const {
        QFile file(m_folder.filePath("m.weights.json"));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray::fromStdString(map));
    }

    QString problem() const { return problemOf(at("m.weights.json")); }

private slots:
    void cleanup() {
        for (const QString& name : QDir(m_folder.path()).entryList(QDir::Files)) QFile::remove(m_folder.filePath(name));
    }

    void weightsOfOneLayerMayBeInSeveralFiles() {
        const Result<Archive> archive = readArchive((fixtures + "weights/sharded.weights.json").toStdString());
        QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
        const auto cell = std::ranges::find(archive->groups, "layers/lstm/cell", &ArchiveGroup::layer);
        QVERIFY(cell != archive->groups.end());
        QCOMPARE(cell->weights.size(), std::size_t{3});
        for (std::size_t index = 0; index < 3; ++index) QCOMPARE(cell->weights[index].name, std::to_string(index));
        QCOMPARE(archive->groups.size(), std::size_t{3});
    }

    void aMapNamesFilesBesideItOnly_data() {
        QTest::addColumn<QByteArray>("map");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const std::string& map, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(map) << message;
        };
        const char* notBeside =
            "config entry weight_map: names a file that is not called like one of weights beside it, such as "
            "model_00000.weights.h5";
        row("a way out", mapOf(R"("../m_00000.weights.h5")"), notBeside);
        row("an absolute name", mapOf(R"(["/etc/m.weights.h5"])"), notBeside);
        row("a way out elsewhere", mapOf(R"("..\\m.weights.h5")"), notBeside);
        row("a drive", mapOf(R"("C:m.weights.h5")"), notBeside);
        row("a control character", mapOf(R"("m\n.weights.h5")"), notBeside);
        row("another file", mapOf(R"("passwd")"), notBeside);
        row("no name", mapOf(R"(".weights.h5")"), notBeside);
        row("a number", mapOf("[1]"),
            "config entry weight_map: the number 1 found for some weights; a file's name or a list of names was "
            "expected");
        row("no map", R"({"class_name": "Sequential"})",
            "has no weight_map; the map of weights was expected that Keras 3 writes beside them");
        row("a list", "[]", "has no weight_map; the map of weights was expected that Keras 3 writes beside them");
        row("no layers", R"({"weight_map": {"/optimizer/vars": "m_0.weights.h5"}})",
            "config entry weight_map: names no weights of layers");
        std::string many = "[";
        for (int index = 0; index < 1025; ++index)
            many += (index == 0 ? "\"" : ", \"") + std::to_string(index) + ".weights.h5\"";
        row("too many", mapOf(many + "]"), "names more than 1024 files of weights");
    }
    void aMapNamesFilesBesideItOnly() {
        QFETCH(QByteArray, map);
        QFETCH(QString, message);
        QCOMPARE(mapProblem(map.toStdString()), message);
    }

    void eachFileIsNamedThatDoesNotFit() {
        putMap(mapOf(R"(["m_0.weights.h5", "m_1.weights.h5"])"));
        QVERIFY2(problem().startsWith("m_0.weights.h5: "), qPrintable(problem()));
        put("weights/sharded_00001.weights.h5", "m_0.weights.h5");
        put("weights/sharded_00001.weights.h5", "m_1.weights.h5");
        QCOMPARE(problem(), QString("m_1.weights.h5: layers/dense/vars/0: is in a file before this one, too"));
        QFile::remove(m_folder.filePath("m_1.weights.h5"));
        put("golden/attention.h5", "m_1.weights.h5");
        QCOMPARE(problem(), QString("m_1.weights.h5: weights of layers by their place in the model were expected"));
        QFile::remove(m_folder.filePath("m_1.weights.h5"));
        put("bad/not_hdf5.h5", "m_1.weights.h5");
        QVERIFY2(problem().startsWith("m_1.weights.h5: "), qPrintable(problem()));
    }
};

QTEST_GUILESS_MAIN(ShardedWeightsTest)
#include "sharded_weights_test.moc"
