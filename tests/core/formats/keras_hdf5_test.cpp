#include "formats/formats.h"
#include "h5_writer.h"
#include "model/model.h"
#include "problems.h"

#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string fixtures = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/";
const std::string kernelPath = "/model_weights/dense/dense/kernel:0";
const std::string biasPath = "/model_weights/dense/dense/bias:0";

/// An HDF5 identifier that a test made; the few that a test leaves open do no harm.
hid_t chunked(const std::vector<hsize_t>& chunk) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    return creation;
}

}  // namespace

class KerasHdf5Test : public QObject {
    Q_OBJECT

private slots:
    void everyGoldenFileIsReadWhole_data();
    void everyGoldenFileIsReadWhole();
    void badFilesGiveOneLineThatSaysWhatIsWrong_data();
    void badFilesGiveOneLineThatSaysWhatIsWrong();
    void stringsOfAnyKindAreRead_data();
    void stringsOfAnyKindAreRead();
    void numbersOfAnyPlainTypeBecomeFloats_data();
    void numbersOfAnyPlainTypeBecomeFloats();
    void bfloat16IsWhatTheAttributeSays();
    void aScalarIsATensorWithoutAxes();
    void compressedNumbersAreRead();
    void aDamagedHeapIsRefused_data();
    void aDamagedHeapIsRefused();
    void aUserBlockIsPassedOver();
    void splitNamesAreJoined();
    void anEmptyListMayHaveAnyType();

private:
    [[nodiscard]] std::string newPath() { return m_folder.filePath(QString("%1.h5").arg(++m_files)).toStdString(); }

    QTemporaryDir m_folder;
    int m_files = 0;
};

void KerasHdf5Test::everyGoldenFileIsReadWhole_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(QString::fromStdString(fixtures + "golden"));
    for (const QString& name : folder.entryList({"*.h5"})) QTest::newRow(qPrintable(name)) << folder.filePath(name);
}

void KerasHdf5Test::everyGoldenFileIsReadWhole() {
    QFETCH(QString, path);
    const Result<Archive> archive = readArchive(path.toStdString());
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->format, std::string("Keras HDF5"));
    QCOMPARE(archive->framework, std::string("keras"));
    QVERIFY2(
        archive->version.empty() || QString::fromStdString(archive->version).contains(QRegularExpression("^[123]\\.")),
        archive->version.c_str());
    QVERIFY(archive->config.contains("class_name"));
    QVERIFY(!archive->groups.empty());
}

void KerasHdf5Test::badFilesGiveOneLineThatSaysWhatIsWrong_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const char* message) { QTest::newRow(name) << name << message; };
    row("absent.h5", "no such file");
    row("empty.h5", "is empty; a model file was expected, saved by Keras as .keras or .h5");
    row("not_hdf5.h5", "is not an HDF5 file; a model saved by Keras as .h5 was expected");
    row("truncated.h5", "is a truncated or damaged HDF5 file (truncated file: eof = *");
    row("no_model.h5", "has no model in it: there is no attribute model_config as Keras writes it");
    row("config_not_json.h5", "attribute model_config: not valid JSON at line 1, column 35: *");
    row("config_duplicate_key.h5", "attribute model_config: the key \"units\" occurs twice in one object");
    row("missing_layer_names.h5", "/model_weights: has no attribute layer_names");
    row("missing_weight.h5", "layer dense: /model_weights/dense/dense/kernel:0: not in the file");
    row("external_link.h5",
        "layer dense: /model_weights/dense/dense/kernel:0: is a link to another file, which is not "
        "followed; the data itself was expected");
    row("soft_link.h5",
        "layer dense: /model_weights/dense/dense/kernel:0: is a soft link, which is not followed; the "
        "data itself was expected");
    row("string_weight.h5", "layer dense: /model_weights/dense/dense/kernel:0: holds strings; numbers were expected");
    row("huge_weight.h5",
        "layer dense: /model_weights/dense/dense/kernel:0: needs 262144 MiB for shape "
        "(1048576, 65536), limit 128 MiB for all weights of a file of *");
}

void KerasHdf5Test::badFilesGiveOneLineThatSaysWhatIsWrong() {
    QFETCH(QString, name);
    QFETCH(QString, message);
    compareMessage(problemOf(fixtures + "bad/" + name.toStdString()), message);
}

void KerasHdf5Test::stringsOfAnyKindAreRead_data() {
    QTest::addColumn<int>("how");
    QTest::newRow("variable length") << static_cast<int>(Strings::Variable);
    QTest::newRow("fixed length") << static_cast<int>(Strings::Fixed);
    QTest::newRow("fixed length, spaces") << static_cast<int>(Strings::FixedSpacePadded);
    QTest::newRow("a list of one") << static_cast<int>(Strings::FixedList);
}

void KerasHdf5Test::stringsOfAnyKindAreRead() {
    QFETCH(int, how);
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file, static_cast<Strings>(how));
        file.numbers(kernelPath, {3, 2});
        file.numbers(biasPath, {2});
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->version, std::string("2.15.0"));
    QCOMPARE(archive->config["config"]["name"].get<std::string>(), std::string("réseau"));
    QCOMPARE(archive->groups.size(), std::size_t{1});
    QCOMPARE(archive->groups[0].weights[0].name, std::string("dense/kernel:0"));
    QVERIFY(archive->training.is_null());
}

void KerasHdf5Test::numbersOfAnyPlainTypeBecomeFloats_data() {
    QTest::addColumn<qint64>("type");
    const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_ebias(half, 15);
    H5Tset_size(half, 2);
    QTest::newRow("float16") << qint64(half);
    QTest::newRow("float32") << qint64(H5T_IEEE_F32LE);
    QTest::newRow("float32, big end first") << qint64(H5T_IEEE_F32BE);
    QTest::newRow("float64") << qint64(H5T_IEEE_F64LE);
    const hid_t brain = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(brain, 15, 7, 8, 0, 7);
    H5Tset_ebias(brain, 127);
    H5Tset_size(brain, 2);
    QTest::newRow("bfloat16 as a type of its own") << qint64(brain);
    QTest::newRow("int16, big end first") << qint64(H5T_STD_I16BE);
    QTest::newRow("int64") << qint64(H5T_STD_I64LE);
    QTest::newRow("uint8") << qint64(H5T_STD_U8LE);
}

void KerasHdf5Test::numbersOfAnyPlainTypeBecomeFloats() {
    QFETCH(qint64, type);
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        file.numbers(kernelPath, {3, 2}, type);
        file.numbers(biasPath, {2});
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    const Tensor& kernel = *archive->groups[0].weights[0].tensor;
    QCOMPARE(kernel.shape(), Shape({3, 2}));
    for (std::size_t index = 0; index < kernel.size(); ++index) QCOMPARE(kernel[index], static_cast<float>(index));
}

void KerasHdf5Test::bfloat16IsWhatTheAttributeSays() {
    for (const bool named : {true, false}) {
        const std::string path = newPath();
        {
            H5Writer file(path);
            writeDenseModel(file);
            const hid_t opaque = H5Tcreate(H5T_OPAQUE, 2);
            file.unwritten(kernelPath, {3, 2}, opaque);
            const hid_t dataset = H5Dopen2(file.id(), kernelPath.c_str(), H5P_DEFAULT);
            // 1, -2, 0.15625, 0, 3e38, -0.0078125 as the upper halves of float32.
            const std::array<std::uint16_t, 6> numbers{0x3F80, 0xC000, 0x3E20, 0, 0x7F62, 0xBC00};
            H5Dwrite(dataset, opaque, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
            H5Dclose(dataset);
            H5Tclose(opaque);
            if (named) file.text(kernelPath, "dtype", "bfloat16");
            file.numbers(biasPath, {2});
        }
        const Result<Archive> archive = readArchive(path);
        QCOMPARE(archive.has_value(), named);
        if (!named) {
            QVERIFY(archive.error().text().ends_with("holds opaque bytes; numbers were expected"));
            continue;
        }
        const std::span<const float> kernel = archive->groups[0].weights[0].tensor->data();
        QVERIFY(std::ranges::equal(kernel.first(4), std::array{1.0F, -2.0F, 0.15625F, 0.0F}));
        QVERIFY(kernel[4] > 2.9e38F && kernel[4] < 3.1e38F);
        QCOMPARE(kernel[5], -0.0078125F);
    }
}

void KerasHdf5Test::aScalarIsATensorWithoutAxes() {
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        file.numbers(kernelPath, {}, H5T_IEEE_F64BE);
        file.numbers(biasPath, {2});
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->groups[0].weights[0].tensor->shape(), Shape());
}

void KerasHdf5Test::compressedNumbersAreRead() {
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        const hid_t creation = chunked({2, 2});
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 6);
        H5Pset_fletcher32(creation);
        file.numbers(kernelPath, {3, 2}, H5T_IEEE_F32LE, creation);
        file.numbers(biasPath, {2});
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE((*archive->groups[0].weights[0].tensor)[5], 5.0F);
}

void KerasHdf5Test::aDamagedHeapIsRefused_data() {
    QTest::addColumn<QByteArray>("anchor");
    QTest::addColumn<int>("offset");
    QTest::addColumn<int>("value");
    // An object of the heap is its index, 6 bytes, its size in 8 bytes, and the string.
    QTest::newRow("a string that is not there") << QByteArray("2.15.0") << -16 << 99;
    QTest::newRow("a string longer than its place") << QByteArray("2.15.0") << -8 << 1;
    QTest::newRow("a string beyond the collection") << QByteArray("2.15.0") << -4 << 1;
    QTest::newRow("no collection") << QByteArray("GCOL") << 0 << int('X');
    QTest::newRow("a collection beyond the file") << QByteArray("GCOL") << 12 << 1;
}

void KerasHdf5Test::aDamagedHeapIsRefused() {
    QFETCH(QByteArray, anchor);
    QFETCH(int, offset);
    QFETCH(int, value);
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        file.numbers(kernelPath, {3, 2});
        file.numbers(biasPath, {2});
    }
    QCOMPARE(problemOf(path), QString());
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QFile::ReadWrite));
    const qsizetype at = file.readAll().indexOf(anchor);
    QVERIFY(at > 0 && file.seek(at + offset) && file.putChar(static_cast<char>(value)));
    file.close();
    const QString found = problemOf(path);
    QVERIFY2(found.endsWith(": cannot be read, the file is truncated or damaged (global heap)"), qPrintable(found));
}

void KerasHdf5Test::aUserBlockIsPassedOver() {
    const std::string path = newPath();
    {
        H5Writer file(path, 1024);
        writeDenseModel(file);
        file.numbers(kernelPath, {3, 2});
        file.numbers(biasPath, {2});
    }
    QCOMPARE(problemOf(path), QString());
}

void KerasHdf5Test::splitNamesAreJoined() {
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        H5Adelete_by_name(file.id(), "/model_weights", "layer_names", H5P_DEFAULT);
        H5Adelete_by_name(file.id(), "/model_weights/dense", "weight_names", H5P_DEFAULT);
        file.texts("/model_weights", "layer_names0", {"dense"});
        file.texts("/model_weights/dense", "weight_names0", {"dense/kernel:0"});
        file.texts("/model_weights/dense", "weight_names1", {"dense/bias:0"}, Strings::Fixed);
        file.numbers(kernelPath, {3, 2});
        file.numbers(biasPath, {2});
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->groups[0].weights.size(), std::size_t{2});
    QCOMPARE(archive->groups[0].weights[1].name, std::string("dense/bias:0"));
}

void KerasHdf5Test::anEmptyListMayHaveAnyType() {
    const std::string path = newPath();
    {
        H5Writer file(path);
        writeDenseModel(file);
        H5Adelete_by_name(file.id(), "/model_weights/dense", "weight_names", H5P_DEFAULT);
        file.emptyList("/model_weights/dense", "weight_names");
    }
    const Result<Archive> archive = readArchive(path);
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QVERIFY(archive->groups[0].weights.empty());
}

QTEST_GUILESS_MAIN(KerasHdf5Test)
#include "keras_hdf5_test.moc"
