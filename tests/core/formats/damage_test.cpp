#include "formats/formats.h"
#include "model/model.h"
#include "support/files.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <random>

#ifdef ATTNSCOPE_SANITIZED
// libhdf5 1.10 reads behind a damaged attribute message (H5O__attr_decode); what is tested here is our own code.
extern "C" const char* __asan_default_suppressions();
extern "C" const char* __asan_default_suppressions() {
    return "interceptor_via_lib:libhdf5";
}
#endif

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string golden = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

/// Names, places, number and shapes of weights, changed a little.
void changeWeights(std::vector<ArchiveGroup>& groups, std::mt19937& random) {
    const auto oneOf = [&random](auto& items) -> auto& {
        return items[random() % items.size()];
    };
    if (groups.empty()) return;
    ArchiveGroup& group = oneOf(groups);
    if (random() % 4 == 0) group.layer = random() % 2 == 0 ? oneOf(groups).layer : oneOf(groups).layer + "/vars/0";
    if (group.weights.empty()) return;
    LayerWeight& weight = oneOf(group.weights);
    switch (random() % 6) {
        case 0:
            group.weights.pop_back();
            break;
        case 1:
            group.weights.push_back(weight);
            break;
        case 2:
            weight.name = oneOf(group.weights).name;
            break;
        case 3:
            weight.name = "forward_layer/vars/" + std::to_string(random() % 3);
            break;
        case 4:
            weight.tensor = share(Tensor(Shape(std::vector<std::int64_t>(random() % 5, 1 + random() % 7))));
            break;
        default:
            std::swap(weight, oneOf(group.weights));
    }
}

}  // namespace

/// Whatever happens to a file's bytes, reading it ends in an error or in a model that can be listed.
class DamageTest : public QObject {
    Q_OBJECT

private slots:
    void aFileCutAnywhereIsRefused();
    void changedBytesGiveAnErrorOrASoundModel_data();
    void changedBytesGiveAnErrorOrASoundModel();
    void changedConfigsGiveAnErrorOrASoundModel_data();
    void changedConfigsGiveAnErrorOrASoundModel();

private:
    [[nodiscard]] std::string path() const { return m_folder.filePath("damaged.h5").toStdString(); }

    QTemporaryDir m_folder;
};

void DamageTest::aFileCutAnywhereIsRefused() {
    const std::string whole = contentOf(golden + "attention.h5");
    QVERIFY(!whole.empty());
    for (std::size_t length = 0; length < whole.size(); length += 61) {
        writeFile(path(), whole.substr(0, length));
        const Result<Archive> archive = readArchive(path());
        QVERIFY2(!archive, qPrintable(QString("%1 bytes of %2").arg(length).arg(whole.size())));
        QVERIFY(!archive.error().message.empty());
        QVERIFY(archive.error().text().find('\n') == std::string::npos);
    }
}

void DamageTest::changedBytesGiveAnErrorOrASoundModel_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("oldest file format") << "attention.h5";
    QTest::newRow("newer file format, nested") << "nested_attention.h5";
}

void DamageTest::changedBytesGiveAnErrorOrASoundModel() {
    QFETCH(QString, name);
    const std::string whole = contentOf(golden + name.toStdString());
    QVERIFY(!whole.empty());
    std::mt19937 random(20);
    int refused = 0;
    int sound = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string changed = whole;
        for (std::uint32_t change = static_cast<std::uint32_t>(random() % 3) + 1; change > 0; --change)
            changed[random() % static_cast<std::uint32_t>(whole.size())] = static_cast<char>(random());
        writeFile(path(), changed);
        Result<Archive> archive = readArchive(path());
        if (!archive) {
            QVERIFY(!archive.error().message.empty());
            ++refused;
            continue;
        }
        const auto model = Model::fromArchive(*std::move(archive));
        if (model && !summarize(**model, {}).empty()) ++sound;
    }
    QVERIFY(refused > 50);
    QVERIFY(sound > 50);
}

void DamageTest::changedConfigsGiveAnErrorOrASoundModel_data() {
    QTest::addColumn<QString>("name");
    for (const QString& name : QDir(QString::fromStdString(golden)).entryList({"*.h5", "*.keras"}))
        QTest::newRow(qPrintable(name)) << name;
}

// The config and the weights' names and shapes are all that the program itself makes something of: whatever stands in
// them, a model that can be listed or an error comes of it.
void DamageTest::changedConfigsGiveAnErrorOrASoundModel() {
    QFETCH(QString, name);
    const Result<Archive> whole = readArchive(golden + name.toStdString());
    QVERIFY(whole);
    const std::vector<nlohmann::json> bits{
        nullptr, true, -1, 0, 1e300, 4294967296, "", "x", nlohmann::json::array(), nlohmann::json::object()};
    std::mt19937 random(20);
    for (int round = 0; round < 12; ++round) {
        Archive changed = *whole;
        if (round % 2 == 1) changeWeights(changed.groups, random);
        for (auto change = random() % 3 + 1; change > 0; --change) {
            std::vector<nlohmann::json*> places;
            const auto collect = [&](auto& self, nlohmann::json& node) -> void {
                places.push_back(&node);
                for (nlohmann::json& inner : node)
                    if (node.is_structured()) self(self, inner);
            };
            collect(collect, changed.config);
            nlohmann::json& place = *places[random() % places.size()];
            const nlohmann::json other = *places[random() % places.size()];
            if (round % 3 != 0) place = random() % 3 == 0 ? other : bits[random() % bits.size()];
        }
        const auto model = Model::fromArchive(std::move(changed));
        if (!model)
            QVERIFY(!model.error().message.empty());
        else
            QVERIFY(!summarize(**model, {}).empty());
    }
}

QTEST_GUILESS_MAIN(DamageTest)
#include "damage_test.moc"
