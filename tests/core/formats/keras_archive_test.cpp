#include "base/mapped_file.h"
#include "formats/formats.h"
#include "formats/zip_archive.h"
#include "model/model.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace attnscope;

namespace {

const std::string golden = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

struct Member {
    std::string name;
    std::string content;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;       ///< stored
    std::uint32_t claimedSize = 0;  ///< unpacked, where it is not the content's
};

std::uint32_t checksum(const std::string& bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

std::string number(std::uint32_t value, int bytes) {
    std::string text;
    for (int byte = 0; byte < bytes; ++byte) text += static_cast<char>(value >> (8U * static_cast<unsigned>(byte)));
    return text;
}

/// What a local header and a directory entry have in common (APPNOTE 4.3.7).
std::string shared(const Member& member) {
    const auto size = static_cast<std::uint32_t>(member.content.size());
    return number(20, 2) + number(member.flags, 2) + number(member.method, 2) + number(0, 4) +
           number(checksum(member.content), 4) + number(size, 4) +
           number(member.claimedSize != 0 ? member.claimedSize : size, 4) +
           number(static_cast<std::uint32_t>(member.name.size()), 2) + number(0, 2);
}

std::string local(const Member& member) {
    return "PK\x03\x04" + shared(member) + member.name + member.content;
}

std::string entry(const Member& member, std::uint32_t at) {
    return "PK\x01\x02" + number(20, 2) + shared(member) + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
           number(at, 4) + member.name;
}

std::string end(const std::string& bytes, const std::string& directory, std::size_t members) {
    const auto count = static_cast<std::uint32_t>(members);
    return "PK\x05\x06" + number(0, 4) + number(count, 2) + number(count, 2) +
           number(static_cast<std::uint32_t>(directory.size()), 4) +
           number(static_cast<std::uint32_t>(bytes.size()), 4) + number(0, 2);
}

/// A zip archive, byte by byte.
std::string zipOf(const std::vector<Member>& members) {
    std::string bytes;
    std::string directory;
    for (const Member& member : members) {
        directory += entry(member, static_cast<std::uint32_t>(bytes.size()));
        bytes += local(member);
    }
    return bytes + directory + end(bytes, directory, members.size());
}

/// Two members, one of which lies whole within the other's data.
std::string overlappingZip() {
    const Member inner{"config.json", "{}"};
    const Member outer{"outer", local(inner)};
    const std::string bytes = local(outer);
    const std::string directory = entry(outer, 0) + entry(inner, static_cast<std::uint32_t>(bytes.find("PK", 2)));
    return bytes + directory + end(bytes, directory, 2);
}

std::string problem(const std::string& bytes) {
    const Result<Archive> archive = readArchive(ModelFile{"m.keras", bytes});
    return archive ? std::string() : archive.error().text();
}

std::string bytesOf(const std::string& name) {
    Result<MappedFile> file = MappedFile::open(golden + name);
    if (!file) qFatal("%s", file.error().text().c_str());
    return std::string(file->bytes());
}

/// The members of a sound archive, for changing.
std::vector<Member> membersOf(const std::string& name) {
    const std::string bytes = bytesOf(name);
    const Result<ZipArchive> zip = ZipArchive::open(bytes);
    if (!zip) qFatal("%s", zip.error().text().c_str());
    std::vector<Member> members;
    for (const ZipMember& member : zip->members())
        members.push_back({member.name, zip->read(member.name, member.bytes).value_or("")});
    return members;
}

}  // namespace

/// Archives of Keras 3: what they hold, and what is refused before anything of them is unpacked.
class KerasArchiveTest : public QObject {
    Q_OBJECT

private slots:
    void anArchiveIsReadWhole();
    void archivesThatAreNotSoundAreRefused_data();
    void archivesThatAreNotSoundAreRefused();
    void whatAModelNeedsMustBeThere();
    void everyCutIsAnErrorNotACrash();
    void weightsWithoutALayerAreNamed();
    void aLayerSharedWithAModelInsideIsOneLayer();
};

void KerasArchiveTest::anArchiveIsReadWhole() {
    const Result<Archive> archive = readArchive(golden + "k3_sequential_text.keras");
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QCOMPARE(archive->version, std::string("3.15.1"));
    QVERIFY(archive->byPlace);
    const auto model = Model::fromArchive(*archive);
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QVERIFY((*model)->layerNamed("attention")->custom);
    QVERIFY(!(*model)->layerNamed("embedding")->custom);
    QCOMPARE((*model)->layerNamed("attention")->weights.size(), std::size_t{2});
    QVERIFY((*model)->inputs().front().tokenIds);
}

void KerasArchiveTest::archivesThatAreNotSoundAreRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const std::string& bytes, const char* message) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << message;
    };
    const Member config{"config.json", "{}"};
    row("a way out", zipOf({config, {"../evil", "x"}}), "member 2 of the archive has a name with ..");
    row("a way out in the middle", zipOf({{"a/../../evil", "x"}}), "member 1 of the archive has a name with ..");
    row("an absolute name", zipOf({{"/etc/evil", "x"}}), "member 1 of the archive has an absolute name");
    row("a drive", zipOf({{"C:evil", "x"}}), "member 1 of the archive has an absolute name");
    row("a backslash", zipOf({{"a\\b", "x"}}),
        "member 1 of the archive has a name with a backslash or control characters");
    row("two configs", zipOf({config, config}), "member config.json: is in the archive twice");
    row("encryption", zipOf({{"config.json", "{}", 1}}), "member config.json: is encrypted");
    row("another method", zipOf({{"config.json", "{}", 0, 12}}),
        "member config.json: is compressed by method 12; stored or deflate was expected");
    row("members that overlap", overlappingZip(), "is a zip archive whose members overlap");
    row("a bomb", zipOf({{"config.json", "{}", 0, 8, 1U << 30U}}),
        "member config.json: needs 1024 MiB, limit 200 bytes for the 2 bytes that are stored");
}

void KerasArchiveTest::archivesThatAreNotSoundAreRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, message);
    QCOMPARE(QString::fromStdString(problem(bytes.toStdString())), message);
}

void KerasArchiveTest::whatAModelNeedsMustBeThere() {
    QCOMPARE(problem(zipOf({{"readme", "x"}})),
             std::string("is a zip archive without config.json; a model saved by Keras as .keras was expected"));
    std::vector<Member> members = membersOf("k3_frozen.keras");
    QCOMPARE(problem(zipOf(members)), std::string());
    const auto weights = std::ranges::find(members, "model.weights.h5", &Member::name);
    QVERIFY(weights != members.end());
    std::vector<Member> changed = members;
    const auto place = changed.begin() + (weights - members.begin());
    place->name = "model.weights.npz";
    QVERIFY(problem(zipOf(changed)).find("this format can run code") != std::string::npos);
    place->name = "elsewhere";
    QCOMPARE(problem(zipOf(changed)), std::string("the archive has no member model.weights.h5"));
}

void KerasArchiveTest::everyCutIsAnErrorNotACrash() {
    const std::string whole = bytesOf("k3_frozen.keras");
    for (std::size_t length = 1; length < whole.size(); length += 97)
        QVERIFY2(!problem(whole.substr(0, length)).empty(), std::to_string(length).c_str());
}

void KerasArchiveTest::weightsWithoutALayerAreNamed() {
    Result<Archive> archive = readArchive(golden + "k3_frozen.keras");
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    archive->groups.front().layer = "layers/dense_7";
    const auto model = Model::fromArchive(*std::move(archive));
    QVERIFY(!model);
    QCOMPARE(model.error().text(), std::string("weights found at 'dense_7', where the model has no such layer"));
}

void KerasArchiveTest::aLayerSharedWithAModelInsideIsOneLayer() {
    const Result<Archive> archive = readArchive(golden + "../releases/tf215_shared.keras");
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    const auto model = Model::fromArchive(*archive);
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const auto same = [&](const char* name, const char* other) {
        return (*model)->layerNamed(name) != nullptr && (*model)->layerNamed(name) == (*model)->layerNamed(other);
    };
    QVERIFY(same("outside", "first/outside"));
    QVERIFY(same("inside", "second/inside"));
    QVERIFY(same("wrapped", "time_distributed/wrapped"));
    QVERIFY(same("first", "third/first"));
    QVERIFY(!same("first/dense", "second/dense_1"));
    QCOMPARE((*model)->parameterCount(), std::int64_t{80});  // model.count_params()
}

QTEST_GUILESS_MAIN(KerasArchiveTest)
#include "keras_archive_test.moc"
