#include "base/read_file.h"
#include "h5_writer.h"
#include "problems.h"
#include "support/files.h"
#include "text/tokenizer.h"
#include "zip_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string metadata = R"({"keras_version": "3.15.1"})";
const std::string runsCode = "this format can run code; export to ";

/// A .npy file of Python objects, which numpy pickles.
std::string objectsNpy() {
    const std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header + "\x80\x04N.";
}

/// What is left of a message once it starts as it should; the message itself if it does not.
QString behind(const QString& message, const QString& start) {
    return message.startsWith(start) ? message.mid(start.size()) : message;
}

}  // namespace

/// What a careful reader refuses, row by row, in every kind of file where it can occur. Weights that HDF5 stores in
/// other ways than Keras are the business of refused_storage_test.cpp; layers and their weights, of
/// model/refused_layers_test.cpp.
class RefusalsTest : public QObject {
    Q_OBJECT

private slots:
    void zipArchivesThatAreNotSound_data();
    void zipArchivesThatAreNotSound();
    void weightsNamedLikeADriveAreNone();
    void jsonThatIsNotStrict_data();
    void jsonThatIsNotStrict();
    void absurdSizes_data();
    void absurdSizes();
    void whatCanRunCode_data();
    void whatCanRunCode();
    void formatsThatAreNotRead_data();
    void formatsThatAreNotRead();

private:
    /// Writes a file, and gives its path.
    [[nodiscard]] std::string file(const QString& name, const std::string& bytes) const {
        const std::string path = m_folder.filePath(name).toStdString();
        writeFile(path, bytes);
        return path;
    }
    /// A whole model in HDF5, one of whose attributes is this text.
    [[nodiscard]] std::string withAttribute(const char* name, const std::string& text) const {
        const std::string path = m_folder.filePath("attribute.h5").toStdString();
        {
            H5Writer writer(path);
            writeDenseModel(writer);
            if (H5Aexists(writer.id(), name) > 0) H5Adelete(writer.id(), name);
            writer.text("/", name, text);
        }
        return contentOf(path);
    }
    [[nodiscard]] QString tokenizerProblem(const QString& name, const std::string& bytes) const {
        const std::string path = file(name, bytes);
        const auto tokenizer = loadTokenizer(path);
        if (tokenizer) return {};
        return behind(QString::fromStdString(tokenizer.error().text()), QString::fromStdString(path) + ": ");
    }

    QTemporaryDir m_folder;
};

void RefusalsTest::zipArchivesThatAreNotSound_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("message");
    for (const char* name : {"m.keras", "m.zip", "m.npz"}) {
        const auto row = [&](const char* what, const std::string& bytes, const QString& message) {
            QTest::addRow("%s, %s", name, what) << name << QByteArray::fromStdString(bytes) << message;
        };
        const Member sound{"config.json", "{}"};
        const std::string longName(1025, 'n');
        const std::string newline = "a\nb";
        row("a way out", zipOf({sound, {"../evil", "x"}}), "member ../evil: has a name with ..");
        row("a way out in the middle", zipOf({{"a/../../evil", "x"}}), "member a/../../evil: has a name with ..");
        row("an absolute name", zipOf({{"/etc/evil", "x"}}), "member /etc/evil: has an absolute name");
        row("a drive", zipOf({{"C:/evil", "x"}}), "member C:/evil: has an absolute name");
        row("a drive with a backslash", zipOf({{"C:\\evil", "x"}}),
            "member C:\\evil: has a name with a backslash or control characters");
        row("a share", zipOf({{"\\\\host\\evil", "x"}}),
            "member \\\\host\\evil: has a name with a backslash or control characters");
        row("two lines", zipOf({{newline, "x"}}), "a member: has a name with a backslash or control characters");
        row("not UTF-8", zipOf({{"caf\xE9", "x"}}), "a member: has a name that is not UTF-8");
        row("no name", zipOf({{"", "x"}}), "a member: has an empty or overlong name");
        row("an endless name", zipOf({{longName, "x"}}), "a member: has an empty or overlong name");
        row("twice the same", zipOf({sound, sound}), "member config.json: is in the archive twice");
        row("encryption", zipOf({{"config.json", "{}", 1}}), "member config.json: is encrypted");
        row("another method", zipOf({{"config.json", "{}", 0, 12}}),
            "member config.json: is compressed by method 12; stored or deflate was expected");
        row("members that overlap", overlappingZip(sound), "member config.json: overlaps member outer");
        row("a bomb", zipOf({{"config.json", "{}", 0, 8, 1U << 30U}}),
            "member config.json: needs 1024 MiB, limit 200 bytes for the 2 bytes that are stored");
        row("a real bomb", zipOf({deflated("config.json", std::string(32U << 20U, ' '))}),
            "member config.json: needs 32 MiB, limit *");
        row("no directory", zipOf({sound}).substr(0, 60), "is a truncated or damaged zip archive");
    }
}

void RefusalsTest::zipArchivesThatAreNotSound() {
    QFETCH(QString, file);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, message);
    compareMessage(problemOf(file.toStdString(), bytes.toStdString()), message);
}

void RefusalsTest::weightsNamedLikeADriveAreNone() {
    // np.savez(file, **{"W:0": …}) of the smallest names there are.
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    header += std::string(118 - header.size() - 1, ' ') + '\n';
    const std::string npy =
        std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header + std::string(4, '\0');
    const Result<Archive> archive = readArchive(ModelFile{"m.npz", zipOf({{"W:0.npy", npy}, {"a/b:0.npy", npy}})});
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->groups.front().weights.front().name, std::string("W:0"));
}

void RefusalsTest::jsonThatIsNotStrict_data() {
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("found");
    QTest::addColumn<QString>("message");
    struct Wrong {
        const char* name;
        std::string json;
        QString message;
    };
    const std::string key(200, 'k');
    const std::string twice = "{\"" + key + "\": 1, \"" + key + "\": 2}";
    const std::vector<Wrong> all{
        {"a key twice", R"({"class_name": "A", "class_name": "B"})",
         "the key \"class_name\" occurs twice in one object"},
        {"a key twice, deep inside", R"({"a": [{"b": {"c": 1, "d": 2, "c": 3}}]})",
         "the key \"c\" occurs twice in one object"},
        {"a key of two lines twice", R"({"a\nb": 1, "a\nb": 2})", "the key \"a\\nb\" occurs twice in one object"},
        {"a long key twice", twice,
         "the key \"" + QString(80, 'k') + QString::fromUtf8("…") + "\" occurs twice in one object"},
        {"depth", std::string(65, '[') + std::string(65, ']'), "JSON nested more than 64 levels deep"},
        {"objects in depth", R"({"a":)" + std::string(64, '[') + std::string(64, ']') + "}",
         "JSON nested more than 64 levels deep"},
        {"no number", R"({"a": NaN})", "not valid JSON at line 1, column 7: in value - invalid literal"},
        {"half a surrogate", R"({"a": "\ud800"})",
         "not valid JSON at line 1, column 14: in value - invalid string: "
         "surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
        {"something behind it", "{} {}",
         "not valid JSON at line 1, column 4: in value - unexpected '{'; expected end "
         "of input"},
    };
    const std::vector<std::pair<const char*, const char*>> places{
        {"model_config in HDF5", "attribute model_config: "},
        {"training_config in HDF5", "attribute training_config: "},
        {"config.json", "member config.json: "},
        {"metadata.json", "member metadata.json: "},
        {"architecture", ""},
        {"architecture in a string", ""},
        {"tokenizer", ""},
        {"tokenizer in a string", "JSON inside a string: "},
        {"words of a tokenizer", "word_index: "},
    };
    for (const auto& [where, start] : places) {
        for (const Wrong& wrong : all)
            QTest::addRow("%s, %s", where, wrong.name)
                << where << QString::fromStdString(wrong.json) << start + wrong.message;
    }
}

void RefusalsTest::jsonThatIsNotStrict() {
    QFETCH(QString, where);
    QFETCH(QString, found);
    QFETCH(QString, message);
    const std::string json = found.toStdString();
    const std::string inString = nlohmann::json(json).dump();
    QString problem = "no such place";
    if (where == "model_config in HDF5") problem = problemOf("m.h5", withAttribute("model_config", json));
    if (where == "training_config in HDF5") problem = problemOf("m.h5", withAttribute("training_config", json));
    if (where == "config.json") problem = problemOf("m.keras", zipOf({{"config.json", json}}));
    if (where == "metadata.json")
        problem = problemOf("m.keras", zipOf({{"config.json", "{}"}, {"metadata.json", json}}));
    if (where == "architecture") problem = architectureProblem(json);
    if (where == "architecture in a string") problem = architectureProblem(inString);
    if (where == "tokenizer") problem = tokenizerProblem("t.json", json);
    if (where == "tokenizer in a string") problem = tokenizerProblem("t.json", inString);
    if (where == "words of a tokenizer")
        problem = tokenizerProblem(
            "t.json", R"({"class_name": "Tokenizer", "config": {"num_words": null, "word_index": )" + inString + "}}");
    QCOMPARE(problem, message);
}

void RefusalsTest::absurdSizes_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("message");
    QTest::newRow("values of an architecture") << 0 << "JSON of more than 16777216 values";
    QTest::newRow("values of a tokenizer") << 1 << "JSON of more than 16777216 values";
    QTest::newRow("words of a vocabulary") << 2 << "holds more than 16777216 words";
    QTest::newRow("a tokenizer's file") << 3 << "is larger than the limit of 256 MiB";
    QTest::newRow("an architecture's file") << 4 << "is larger than the limit of 64 MiB";
    QTest::newRow("config.json") << 5 << "member config.json: needs 9437184 bytes, limit 84*";
    QTest::newRow("config.json and what else is text") << 6 << "member assets/vocabulary.txt: needs 5242880 bytes, *";
}

void RefusalsTest::absurdSizes() {
    QFETCH(int, kind);
    QFETCH(QString, message);
    std::string many = "[0";
    for (std::size_t value = 0; kind < 2 && value < (1U << 24U); ++value) many += ",0";
    many += "]";
    const auto sparse = [&](const QString& name, qint64 size) {
        QFile made(m_folder.filePath(name));
        if (!made.open(QFile::WriteOnly) || !made.resize(size)) qFatal("no room for a test's file");
        return made.fileName().toStdString();
    };
    QString found;
    if (kind == 0) found = architectureProblem(many);
    if (kind == 1) found = tokenizerProblem("t.json", many);
    if (kind == 2) found = tokenizerProblem("vocab.txt", std::string((1U << 24U) + 1U, '\n') + "a");
    if (kind == 3) {
        const std::string path = sparse("large.json", (qint64{256} << 20) + 1);
        found = behind(QString::fromStdString(loadTokenizer(path).error().text()), QString::fromStdString(path) + ": ");
    }
    if (kind == 4)
        found = QString::fromStdString(
            readBytes(sparse("large_model.json", (qint64{64} << 20) + 1), mostArchitectureBytes).error().text());
    if (kind == 5) found = problemOf("m.keras", zipOf({deflated("config.json", std::string(9U << 20U, ' '))}));
    if (kind == 6)
        found = problemOf("m.keras", zipOf({deflated("config.json", "{}" + std::string(5U << 20U, ' ')),
                                            {"metadata.json", metadata},
                                            deflated("assets/vocabulary.txt", std::string(5U << 20U, 'a'))}));
    compareMessage(found, message);
}

void RefusalsTest::whatCanRunCode_data() {
    QTest::addColumn<QString>("found");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const QString& found, const QString& message) {
        QTest::newRow(name) << found << message;
    };
    const QString model = QString::fromStdString(runsCode) + "a Keras .h5 file instead";
    const std::string pickle("\x80\x04\x95");
    const std::string torch = zipOf({{"archive/data.pkl", "x"}, {"archive/version", "3"}});
    const std::string late = zipOf({{"archive/data/0", std::string(8192, 'x')}, {"archive/data.pkl", "x"}});
    for (const char* name : {"m.pkl", "m.PICKLE", "m.pt", "m.pth", "m.joblib", "m.dill"})
        row(name, problemOf(name, "cos\nsystem\n(S'true'\ntR."), model);
    for (const char* name : {"m.h5", "m.weights.h5", "m.keras", "m.npz", "m.bin", "m.onnx", "m"}) {
        row(qPrintable(QString("a pickle called %1").arg(name)), problemOf(name, pickle), model);
        row(qPrintable(QString("PyTorch called %1").arg(name)), problemOf(name, torch), model);
    }
    for (const char* name : {"m.keras", "m.zip", "m.bin"})
        row(qPrintable(QString("PyTorch, the pickle last, called %1").arg(name)), problemOf(name, late),
            "member archive/data.pkl: " + model);
    row("arrays of objects", problemOf("m.npz", zipOf({{"dense/kernel:0.npy", objectsNpy()}})),
        "member dense/kernel:0.npy: an array of Python objects: " + QString::fromStdString(runsCode) +
            "an array of float32 instead");
    row("pickled weights in an archive",
        problemOf("m.keras", zipOf({{"config.json", "{}"}, {"metadata.json", metadata}, {"model.weights.npz", "x"}})),
        "member model.weights.npz: " + QString::fromStdString(runsCode) + "model.weights.h5 instead");
    row("a pickle as architecture", architectureProblem(pickle),
        QString::fromStdString(runsCode) + "JSON (model.to_json()) instead");
    for (const char* name : {"t.pickle", "t.json", "vocab.txt"})
        row(qPrintable(QString("a pickle as tokenizer, %1").arg(name)), tokenizerProblem(name, pickle),
            QString::fromStdString(runsCode) + "JSON (tokenizer.to_json()) instead");
}

void RefusalsTest::whatCanRunCode() {
    QFETCH(QString, found);
    QFETCH(QString, message);
    QCOMPARE(found, message);
}

void RefusalsTest::formatsThatAreNotRead_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* what, const char* name, const QByteArray& content, const char* message) {
        QTest::newRow(what) << name << content << message;
    };
    const char* const onnx =
        "is an ONNX model, which is not supported yet; open the Keras model that it was made from, saved as .keras or "
        ".h5";
    const char* const tflite =
        "is a TensorFlow Lite model, which is not supported yet; open the Keras model that it was made from, saved as "
        ".keras or .h5";
    const char* const checkpoint =
        "is a TensorFlow checkpoint, which is not supported yet; load it into its Keras model and save that as .keras "
        "or .h5";
    const char* const unknown =
        "is not a model file of a known format; a whole model saved by Keras as .keras or .h5 was expected";
    row("ONNX", "m.onnx", "\x08\x07", onnx);
    row("capital letters", "M.ONNX", "\x08\x07", onnx);
    row("safetensors", "m.safetensors", "{}",
        "is a safetensors file, which is not supported yet; load it into its Keras model and save that as .keras or "
        ".h5");
    row("the graph of a SavedModel", "saved_model.pb", "\x08\x01",
        "is a TensorFlow graph, which is not supported yet; load its folder in Keras and save the model as .keras or "
        ".h5");
    row("a checkpoint", "m.ckpt", "x", checkpoint);
    row("a checkpoint's index", "m.ckpt.index", "x", checkpoint);
    row("a checkpoint's data", "m.ckpt.data-00000-of-00001", "x", checkpoint);
    row("TensorFlow Lite", "m.tflite", "x", tflite);
    row("TensorFlow Lite by its bytes", "m", QByteArray("\x1c\0\0\0TFL3", 8), tflite);
    row("GGUF by its bytes", "m.bin", "GGUF",
        "is a GGUF model, which is not supported yet; a whole model saved by Keras as .keras or .h5 was expected");
    row("an architecture", "m.json", "{}",
        "is JSON, without weights; open the file of weights: an architecture beside it is found by itself");
    row("YAML", "m.yaml", "backend: tensorflow",
        "is YAML, which is not supported; export the architecture as JSON (model.to_json()) and open the file of "
        "weights");
    row("an array", "m.npy", "\x93NUMPY",
        "is NumPy data, an input rather than a model; a whole model saved by Keras as .keras or .h5 was expected");
    row("a cut archive", "m.keras", "PK\x03\x04", "is a truncated or damaged zip archive");
    row("a cut archive of arrays", "m.npz", "PK\x03\x04", "is a truncated or damaged zip archive");
    row("no archive of arrays", "m.npz", "hello", "is a truncated or damaged zip archive");
    row("no HDF5", "m.h5", "hello", "is not an HDF5 file; a model saved by Keras as .h5 was expected");
    row("anything", "m.doc", "hello", unknown);
    row("an empty zip archive", "m.zip", "PK\x05\x06", unknown);
}

void RefusalsTest::formatsThatAreNotRead() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    QFETCH(QString, message);
    QCOMPARE(problemOf(name.toStdString(), content.toStdString()), message);
}

QTEST_GUILESS_MAIN(RefusalsTest)
#include "refusals_test.moc"
