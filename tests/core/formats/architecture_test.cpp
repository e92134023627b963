#include "formats/architecture.h"
#include "base/read_file.h"
#include "formats/formats.h"
#include "model/model.h"
#include "problems.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace attnscope;

namespace {

const std::string weightsFolder = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/weights/";
constexpr const char* smallModel = R"({"class_name": "Sequential", "config": {"name": "s", "layers": []}})";

Archive weightsOf(const std::string& name) {
    Result<Archive> archive = readArchive(weightsFolder + name);
    if (!archive) throw std::runtime_error(archive.error().text());
    return *std::move(archive);
}

}  // namespace

class ArchitectureTest : public QObject {
    Q_OBJECT

private slots:
    void weightsAloneAreReadButAreNoModel_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("version");
        QTest::addColumn<int>("groups");
        const auto row = [](const char* what, const char* file, const char* format, const char* version, int groups) {
            QTest::newRow(what) << file << format << version << groups;
        };
        row("tf_keras", "sequential_weights.h5", "Keras HDF5 weights", "2.21.0", 3);
        row("Keras 1.2", "keras1.h5", "Keras HDF5 weights", "", 4);
        row("Keras 0.3", "numbered.h5", "Keras HDF5 weights", "", 4);
        row("tf_keras by place", "sequential.weights.h5", "Keras HDF5 weights", "", 2);
        row("Keras 3 by place", "keras3.weights.h5", "Keras HDF5 weights", "", 4);
        row("numpy's list", "sequential.npz", "NumPy weights", "", 1);
        row("numpy by name", "named.npz", "NumPy weights", "", 2);
    }
    void weightsAloneAreReadButAreNoModel() {
        QFETCH(QString, file);
        QFETCH(QString, format);
        QFETCH(QString, version);
        QFETCH(int, groups);
        Archive archive = weightsOf(file.toStdString());
        QCOMPARE(archive.format, format.toStdString());
        QCOMPARE(archive.version, version.toStdString());
        QCOMPARE(static_cast<int>(archive.groups.size()), groups);
        QVERIFY(archive.config.is_null());
        const auto model = Model::fromArchive(std::move(archive));
        QVERIFY(!model);
        QCOMPARE(model.error().text(),
                 std::string("holds weights only; its architecture, as model.to_json() gives it, was expected"));
    }

    void whatIsNoArchiveOfWeightsIsRefused_data() {
        QTest::addColumn<QString>("message");
        QTest::newRow("not_zip.npz") << "is a truncated or damaged zip archive";
        QTest::newRow("no_arrays.npz") << "holds no arrays";
        QTest::newRow("not_an_array.npz") << "member notes.txt: an array (.npy) was expected";
        QTest::newRow("empty_axis.npz") << "member arr_0.npy: has an axis of length 0; no weight has";
        QTest::newRow("objects.npz")
            << "member arr_0.npy: an array of Python objects: this format can run code; export "
               "to an array of float32 instead";
    }
    void whatIsNoArchiveOfWeightsIsRefused() {
        QFETCH(QString, message);
        const std::string path = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/bad/" + std::string(QTest::currentDataTag());
        const Result<Archive> archive = readArchive(path);
        QVERIFY(!archive);
        QCOMPARE(QString::fromStdString(archive.error().text()), QString::fromStdString(path) + ": " + message);
    }

    void aListOfWeightsHasToFitTheLayers() {
        const Result<std::string> architecture = readBytes(weightsFolder + "sequential.json", mostArchitectureBytes);
        QVERIFY(architecture);
        const auto problemWith = [&](const std::function<void(std::vector<LayerWeight>&)>& change) {
            Archive archive = weightsOf("sequential.npz");
            change(archive.groups.front().weights);
            if (!addArchitecture(archive, *architecture)) return std::string("no architecture");
            const auto model = Model::fromArchive(std::move(archive));
            return model ? std::string() : model.error().text();
        };
        QCOMPARE(problemWith([](auto&) {}), std::string());
        QCOMPARE(problemWith([](auto& weights) { weights.pop_back(); }),
                 std::string("4 weights found, 5 expected for the layers of the model"));
        QCOMPARE(problemWith([](auto& weights) { weights.push_back(weights.back()); }),
                 std::string("6 weights found, 5 expected for the layers of the model"));
    }

    void theArchitectureSaysWhichKerasItIs() {
        Archive archive;
        QVERIFY(addArchitecture(archive, R"({"class_name": "Model", "config": {"layers": []}, "keras_version": "2.2.4",
                                             "backend": "theano"})"));
        QCOMPARE(archive.version, std::string("2.2.4"));
        QCOMPARE(archive.backend, std::string("theano"));

        // Keras 3 leaves its version out; what the weights say is better than nothing.
        const std::string keras3 =
            R"({"module": "keras", "class_name": "Functional", "config": {"layers": []}, "registered_name": "F"})";
        archive = {};
        QVERIFY(addArchitecture(archive, keras3));
        QCOMPARE(archive.version, std::string("3"));
        archive = {};
        archive.version = "3.3.0";
        QVERIFY(addArchitecture(archive, keras3));
        QCOMPARE(archive.version, std::string("3.3.0"));
    }

    void whatIsNoArchitectureIsRefused_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("message");
        const QString expected = "a model's architecture as model.to_json() gives it was expected";
        QTest::newRow("a list") << "[1]"
                                << "is a list; " + expected;
        QTest::newRow("a text in a text") << "\"\\\"x\\\"\""
                                          << "is a string; " + expected;
        QTest::newRow("a word index") << R"({"the": 1})"
                                      << "has no class_name and config; " + expected;
        QTest::newRow("a tokenizer") << R"({"class_name": "Tokenizer", "config": {"num_words": null}})"
                                     << "is the config of class Tokenizer, which has no layers; " + expected;
        QTest::newRow("twice the same key") << R"({"config": {}, "config": {}})"
                                            << "the key \"config\" occurs twice in one object";
    }
    void whatIsNoArchitectureIsRefused() {
        QFETCH(QString, json);
        QFETCH(QString, message);
        QCOMPARE(test::architectureProblem(json.toStdString()), message);
    }

    void theFileBesideTheWeightsIsFound_data() {
        QTest::addColumn<QString>("weights");
        QTest::addColumn<QString>("json");
        QTest::newRow("same name") << "sentiment.h5"
                                   << "sentiment.json";
        QTest::newRow("without _weights") << "sentiment_weights.h5"
                                          << "sentiment.json";
        QTest::newRow("Keras 3") << "sentiment.weights.h5"
                                 << "sentiment.json";
        QTest::newRow("_config") << "sentiment.npz"
                                 << "sentiment_config.json";
        QTest::newRow("of any model") << "w.hdf5"
                                      << "model.json";
    }
    void theFileBesideTheWeightsIsFound() {
        QFETCH(QString, weights);
        QFETCH(QString, json);
        const QTemporaryDir folder;
        const auto write = [&](const QString& name, const char* text) {
            QFile file(folder.filePath(name));
            return file.open(QFile::WriteOnly) && file.write(text) > 0;
        };
        const std::string path = folder.filePath(weights).toStdString();
        QVERIFY(!findArchitectureBeside(path));
        // A tokenizer under such a name is not taken for an architecture.
        QVERIFY(write("config.json", R"({"class_name": "Tokenizer", "config": {}})"));
        QVERIFY(!findArchitectureBeside(path));
        QVERIFY(write(json, smallModel));
        QCOMPARE(findArchitectureBeside(path), std::optional(folder.filePath(json).toStdString()));
    }
};

QTEST_GUILESS_MAIN(ArchitectureTest)
#include "architecture_test.moc"
