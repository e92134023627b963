#include "formats/formats.h"
#include "h5_writer.h"
#include "model/model.h"
#include "opened.h"
#include "problems.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string kernel = "/model_weights/dense/dense/kernel:0";
const std::string bias = "/model_weights/dense/dense/bias:0";

}  // namespace

/// Files made to reach outside themselves, to ask for too much or to never end.
class UntrustedTest : public QObject {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aVirtualDatasetOnAPipeOpensNothing();
    void aCycleOfHardLinksEnds();
    void tenThousandNestedGroupsAreRefused();
    void groupsWithoutAnEndAreRefused_data();
    void groupsWithoutAnEndAreRefused();
    void aHugeChunkIsRefused();
    void aConfigThatNamesASystemCallRunsNothing();
    void foldersAreNamed();

private:
    [[nodiscard]] std::string at(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void UntrustedTest::aVirtualDatasetOnAPipeOpensNothing() {
    const std::string pipe = at("pipe");
    QVERIFY(mkfifo(pipe.c_str(), 0600) == 0);
    {
        H5Writer file(at("model.h5"));
        writeDenseModel(file);
        const std::vector<hsize_t> extents{3, 2};
        const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
        const hid_t space = H5Screate_simple(2, extents.data(), nullptr);
        H5Pset_virtual(creation, space, pipe.c_str(), "/data", space);
        file.unwritten(kernel, extents, H5T_IEEE_F32LE, creation);
        file.numbers(bias, {2});
    }
    Watched watched;
    QVERIFY(watched.add(pipe));
    // Whoever opened the pipe would wait for ever.
    QCOMPARE(problemOf(at("model.h5")), QString::fromStdString("layer dense: " + kernel) +
                                            ": is a virtual dataset made of others, which are not opened");
    QVERIFY(!watched.wasOpened());
}

void UntrustedTest::aCycleOfHardLinksEnds() {
    {
        H5Writer file(at("model.h5"));
        writeDenseModel(file);
        file.numbers(kernel, {3, 2});
        file.numbers(bias, {2});
        H5Lcreate_hard(file.id(), "/model_weights", file.id(), "/model_weights/dense/again", H5P_DEFAULT, H5P_DEFAULT);
        H5Adelete_by_name(file.id(), "/model_weights/dense", "weight_names", H5P_DEFAULT);
        std::string round;
        for (int turn = 0; turn < 20; ++turn) round += "again/dense/";
        file.texts("/model_weights/dense", "weight_names", {round + "dense/kernel:0", "dense/bias:0"});
    }
    const Result<Archive> archive = readArchive(at("model.h5"));
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE((*archive->groups[0].weights[0].tensor)[5], 5.0F);
}

void UntrustedTest::tenThousandNestedGroupsAreRefused() {
    constexpr std::size_t levels = 10'000;
    {
        H5Writer file(at("model.h5"));
        writeDenseModel(file);
        file.numbers(bias, {2});
        H5Adelete_by_name(file.id(), "/model_weights/dense", "weight_names", H5P_DEFAULT);
        std::string name;
        hid_t group = H5Gopen2(file.id(), "/model_weights/dense", H5P_DEFAULT);
        for (std::size_t level = 0; level < levels; ++level) {
            const hid_t inner = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            QVERIFY(inner >= 0);
            H5Gclose(group);
            group = inner;
            name += "g/";
        }
        H5Gclose(group);
        file.texts("/model_weights/dense", "weight_names", {name + "kernel:0", "dense/bias:0"});
    }
    const QString found = problemOf(at("model.h5"));
    QVERIFY2(found.startsWith("layer dense: /model_weights/dense: a name of 10001 levels, limit 64: g/g/g/"),
             qPrintable(found.left(200)));
    QVERIFY(found.size() < 300);
}

void UntrustedTest::groupsWithoutAnEndAreRefused_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("ten thousand, one in another") << 0;
    QTest::newRow("a cycle") << 1;
    QTest::newRow("cycles within cycles") << 2;
}

// Weights by place are looked for in whatever groups there are.
void UntrustedTest::groupsWithoutAnEndAreRefused() {
    QFETCH(int, kind);
    const std::string path = at("m.weights.h5");
    {
        H5Writer file(path);
        file.group("/layers");
        hid_t group = H5Gopen2(file.id(), "/layers", H5P_DEFAULT);
        for (int level = 0; kind == 0 && level < 10'000; ++level) {
            const hid_t inner = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            QVERIFY(inner >= 0);
            H5Gclose(group);
            group = inner;
        }
        H5Gclose(group);
        for (const char* name : {"/layers/g", "/layers/h", "/layers/i"}) {
            if (kind > 0) H5Lcreate_hard(file.id(), "/layers", file.id(), name, H5P_DEFAULT, H5P_DEFAULT);
            if (kind == 1) break;
        }
    }
    QString expected = "/layers";
    for (int level = 0; level < 32; ++level) expected += "/g";
    QCOMPARE(problemOf(path), expected + ": needs more than 32 nested groups");
}

void UntrustedTest::aHugeChunkIsRefused() {
    {
        H5Writer file(at("model.h5"));
        writeDenseModel(file);
        const std::vector<hsize_t> chunk{1U << 14U, 1U << 14U};  // 1 GiB of zeros in about 1 MiB
        const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_chunk(creation, 2, chunk.data());
        H5Pset_deflate(creation, 1);
        const std::vector<hsize_t> extents{3, 2};
        const std::vector<hsize_t> most{H5S_UNLIMITED, H5S_UNLIMITED};
        const hid_t space = H5Screate_simple(2, extents.data(), most.data());
        file.group("/model_weights/dense/dense");
        const hid_t dataset =
            H5Dcreate2(file.id(), kernel.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        // As a hostile file would have it: stored ready-made, without anybody holding the chunk in memory.
        const std::string stored(std::size_t{1} << 20U, 'x');
        const std::vector<hsize_t> start{0, 0};
        QVERIFY(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, start.data(), stored.size(), stored.data()) >= 0);
        H5Dclose(dataset);
        file.numbers(bias, {2});
    }
    const QString found = problemOf(at("model.h5"));
    QVERIFY2(found.startsWith(QString::fromStdString("layer dense: " + kernel) +
                              ": needs 1024 MiB for one chunk, limit 144 MiB"),
             qPrintable(found));
}

void UntrustedTest::aConfigThatNamesASystemCallRunsNothing() {
    const std::string trace = at("ran");
    {
        H5Writer file(at("model.h5"));
        file.text("/", "model_config",
                  R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
                      {"class_name": "Dense", "config": {"name": "dense", "units": 2, "batch_input_shape": [null, 3]}},
                      {"module": "os", "class_name": "system", "registered_name": "os.system",
                       "config": {"name": "call", "command": "touch )" +
                      trace + R"("}}]}})");
        file.text("/", "keras_version", "2.15.0");
        file.group("/model_weights");
        file.group("/model_weights/dense");
        file.group("/model_weights/call");
        file.texts("/model_weights", "layer_names", {"dense", "call"});
        file.texts("/model_weights/dense", "weight_names", {"dense/kernel:0", "dense/bias:0"});
        file.emptyList("/model_weights/call", "weight_names");
        file.numbers(kernel, {3, 2});
        file.numbers(bias, {2});
    }
    Result<Archive> archive = readArchive(at("model.h5"));
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    const auto model = Model::fromArchive(*std::move(archive));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const std::vector<LayerSummary> layers = summarize(**model, {});
    QCOMPARE(layers.back().name, std::string("call"));
    QVERIFY2(layers.back().problem.find("class system is not known; choose a formula for it") != std::string::npos,
             layers.back().problem.c_str());
    QVERIFY(!QFile::exists(QString::fromStdString(trace)));
}

void UntrustedTest::foldersAreNamed() {
    QCOMPARE(problemOf(m_folder->path().toStdString()), QString("is a folder; a file was expected"));
    QVERIFY(QDir(m_folder->path()).mkdir("saved"));
    QFile file(m_folder->filePath("saved/saved_model.pb"));
    QVERIFY(file.open(QFile::WriteOnly));
    QCOMPARE(problemOf(at("saved")),
             QString("is a TensorFlow SavedModel folder, whose graph can run code; load it in Keras and save the model "
                     "as .keras or .h5 instead"));
}

QTEST_GUILESS_MAIN(UntrustedTest)
#include "untrusted_test.moc"
