#include "formats/archive_stream.h"
#include "base/strict_json.h"
#include "formats/read_limits.h"
#include "problems.h"

#include <QTest>

#include <cstring>

using namespace attnscope;

namespace {

Archive smallArchive() {
    Archive archive{"Keras HDF5", "keras", "2.15.0", {{"class_name", "Sequential"}, {"config", {{"π", 0.1}}}},
                    nullptr,      {}};
    archive.groups.push_back({"dense",
                              {{"dense/kernel:0", share(Tensor(Shape{2, 3}, {1, 2, 3, 4, 5, -0.0F})), true},
                               {"dense/bias:0", share(Tensor(Shape{}, 7.0F)), false}}});
    archive.groups.push_back({"flatten", {}});
    archive.byPlace = true;
    archive.files = {{"layers/text/vocabulary.txt", "good\nbad\n"}};
    return archive;
}

std::string sent(const Result<Archive>& archive) {
    std::string bytes;
    sendArchive([&bytes](std::string_view more) { bytes += more; }, archive);
    return bytes;
}

Result<Archive> received(std::string_view bytes, std::uint64_t fileBytes = 1000,
                         const ReadBudget::Progress& progress = {}) {
    const auto source = [&bytes](std::span<char> buffer) -> Status {
        if (buffer.size() > bytes.size()) return fail(ErrorCode::Io, "the end");
        std::memcpy(buffer.data(), bytes.data(), buffer.size());
        bytes.remove_prefix(buffer.size());
        return {};
    };
    return receiveArchive(source, fileBytes, progress);
}

/// A frame as it travels.
std::string frame(char kind, const std::string& payload) {
    std::string bytes(9, kind);
    const std::uint64_t size = payload.size();
    std::memcpy(bytes.data() + 1, &size, sizeof size);
    return bytes + payload;
}

/// A header around the description of groups.
std::string header(const std::string& groups) {
    return frame(
        'A',
        R"({"format":"f","framework":"keras","version":"","backend":"","config":{},"training":null,"byPlace":false,"files":{},"groups":)" +
            groups + "}");
}

}  // namespace

class ArchiveStreamTest : public QObject {
    Q_OBJECT

private slots:
    void anArchiveArrivesAsItWasSent();
    void anErrorArrivesAsItWasSent();
    void progressIsToldOnTheWay();
    void aStreamCutAnywhereIsAnError();
    void aConfigMayBeAsDeepAsInAFile();
    void nonsenseIsRefused_data();
    void nonsenseIsRefused();
};

void ArchiveStreamTest::anArchiveArrivesAsItWasSent() {
    const Archive archive = smallArchive();
    const Result<Archive> copy = received(sent(archive));
    QVERIFY2(copy, copy ? "" : copy.error().text().c_str());
    QCOMPARE(copy->format, archive.format);
    QCOMPARE(copy->framework, archive.framework);
    QCOMPARE(copy->version, archive.version);
    QCOMPARE(copy->backend, archive.backend);
    QCOMPARE(copy->byPlace, archive.byPlace);
    QVERIFY(copy->files == archive.files);
    QVERIFY(copy->config == archive.config);
    QVERIFY(copy->training == archive.training);
    QCOMPARE(copy->groups.size(), archive.groups.size());
    for (std::size_t group = 0; group < archive.groups.size(); ++group) {
        QCOMPARE(copy->groups[group].layer, archive.groups[group].layer);
        QCOMPARE(copy->groups[group].weights.size(), archive.groups[group].weights.size());
        for (std::size_t place = 0; place < archive.groups[group].weights.size(); ++place) {
            const LayerWeight& found = copy->groups[group].weights[place];
            const LayerWeight& expected = archive.groups[group].weights[place];
            QCOMPARE(found.name, expected.name);
            QCOMPARE(found.trainable, expected.trainable);
            QCOMPARE(found.tensor->shape(), expected.tensor->shape());
            QVERIFY(std::ranges::equal(found.tensor->data(), expected.tensor->data()));
        }
    }
}

void ArchiveStreamTest::anErrorArrivesAsItWasSent() {
    const Error error{ErrorCode::Unsupported, "is a soft link", {"layer dense", "/model_weights"}};
    const Result<Archive> copy = received(sent(fail(error)));
    QVERIFY(!copy);
    QVERIFY(copy.error().code == ErrorCode::Unsupported);
    QCOMPARE(copy.error().text(), error.text());
}

void ArchiveStreamTest::progressIsToldOnTheWay() {
    std::string bytes;
    const ByteSink sink = [&bytes](std::string_view more) { bytes += more; };
    sendProgress(sink, 5);
    sendProgress(sink, 12);
    sendArchive(sink, smallArchive());
    std::vector<std::uint64_t> told;
    QVERIFY(received(bytes, 1000, [&told](std::uint64_t done) { told.push_back(done); }));
    QCOMPARE(told, (std::vector<std::uint64_t>{5, 12}));
}

void ArchiveStreamTest::aStreamCutAnywhereIsAnError() {
    const std::string bytes = sent(smallArchive());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const Result<Archive> copy = received(std::string_view(bytes).substr(0, length));
        QVERIFY(!copy);
        QCOMPARE(copy.error().message, std::string("the end"));
    }
}

void ArchiveStreamTest::aConfigMayBeAsDeepAsInAFile() {
    Archive archive = smallArchive();
    const std::string deep = std::string(deepestJson, '[') + std::string(deepestJson, ']');
    archive.config = *parseStrictJson(deep);
    QVERIFY(received(sent(archive)));
}

void ArchiveStreamTest::nonsenseIsRefused_data() {
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const std::string& stream, const char* problem) {
        QTest::newRow(name) << QByteArray::fromStdString(stream) << problem;
    };
    const std::string twoFloats = frame('T', std::string(8, '\0'));
    const auto weight = [](const std::string& shape) {
        return R"([{"layer":"d","weights":[{"name":"w","trainable":true,"shape":)" + shape + "}]}]";
    };
    row("a sound one", header(weight("[2]")) + twoFloats, "");
    row("an unknown frame", frame('X', ""), "the reader answered nonsense: an unknown frame");
    row("no JSON", frame('A', "{"), "the reader answered nonsense: not valid JSON at column 2: *");
    row("a key twice", frame('A', R"({"a":1,"a":2})"),
        "the reader answered nonsense: the key \"a\" occurs twice in one object");
    row("no object", frame('A', "[]"), "the reader answered nonsense: a list, an object was expected");
    row("no format", frame('A', "{}"), "the reader answered nonsense: no format");
    row("groups of another kind", header("{}"), "the reader answered nonsense: groups is an object");
    row("a group of another kind", header("[3]"), "the reader answered nonsense: a group is the number 3");
    row("a weight of another kind", header(R"([{"layer":"d","weights":[null]}])"),
        "the reader answered nonsense: a weight is null");
    row("a shape of another kind", header(weight("{}")),
        "the reader answered nonsense: a shape is no list of up to 8 extents");
    row("nine axes", header(weight("[1,1,1,1,1,1,1,1,1]")),
        "the reader answered nonsense: a shape is no list of up to 8 extents");
    row("a negative extent", header(weight("[-1]")), "the reader answered nonsense: an extent is the number -1");
    row("an extent of nothing", header(weight("[0]")), "the reader answered nonsense: an extent is the number 0");
    row("an extent too far", header(weight("[4294967296]")),
        "the reader answered nonsense: an extent is the number 4294967296");
    row("a huge tensor", header(weight("[2147483647,2147483647]")),
        "needs 17592186028032 MiB for shape (2147483647, 2147483647), limit 128 MiB for all weights of a file of 1000 "
        "bytes");
    row("another size", header(weight("[3]")) + twoFloats,
        "the reader answered nonsense: a tensor of another size than its shape");
    row("a huge header", std::string("A\xff\xff\xff\xff\xff\xff\xff\x7f", 9),
        "needs 8796093022207 MiB for configs and names, limit 8392608 bytes for a file of its size");
    row("an unknown error", frame('E', R"({"code":99,"message":"m","context":[]})"),
        "the reader answered nonsense: an unknown error");
}

void ArchiveStreamTest::nonsenseIsRefused() {
    QFETCH(QByteArray, stream);
    QFETCH(QString, problem);
    const Result<Archive> archive = received(stream.toStdString());
    test::compareMessage(archive ? QString() : QString::fromStdString(archive.error().text()), problem);
}

QTEST_GUILESS_MAIN(ArchiveStreamTest)
#include "archive_stream_test.moc"
