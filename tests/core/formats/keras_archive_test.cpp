#include "formats/formats.h"
#include "model/model.h"
#include "problems.h"
#include "support/files.h"
#include "zip_writer.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string golden = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

QString problem(const std::string& bytes) {
    return problemOf("m.keras", bytes);
}

}  // namespace

/// Archives of Keras 3: what they hold, and what they must hold.
class KerasArchiveTest : public QObject {
    Q_OBJECT

private slots:
    void anArchiveIsReadWhole();
    void whatAModelNeedsMustBeThere();
    void everyCutIsAnErrorNotACrash();
    void weightsWithoutALayerAreNamed();
    void aLayerSharedWithAModelInsideIsOneLayer();
    void aFolderSaysWhatToOpen();
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

void KerasArchiveTest::whatAModelNeedsMustBeThere() {
    QCOMPARE(problem(zipOf({{"readme", "x"}})),
             QString("is a zip archive without config.json; a model saved by Keras as .keras was expected"));
    QCOMPARE(problem(zipOf({{"readme", "x"}, {"model/best.h5", "x"}})),
             QString("is a zip archive without config.json; unpack it and open model/best.h5"));
    std::vector<Member> members = membersOf(golden + "k3_frozen.keras");
    QCOMPARE(problem(zipOf(members)), QString());
    const auto weights = std::ranges::find(members, "model.weights.h5", &Member::name);
    QVERIFY(weights != members.end());
    std::vector<Member> changed = members;
    const auto place = changed.begin() + (weights - members.begin());
    place->name = "elsewhere";
    QCOMPARE(problem(zipOf(changed)), QString("the archive has no member model.weights.h5"));
}

void KerasArchiveTest::everyCutIsAnErrorNotACrash() {
    const std::string whole = contentOf(golden + "k3_frozen.keras");
    for (std::size_t length = 1; length < whole.size(); length += 97)
        QVERIFY2(!problem(whole.substr(0, length)).isEmpty(), std::to_string(length).c_str());
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

void KerasArchiveTest::aFolderSaysWhatToOpen() {
    const QTemporaryDir folder;
    QFile weights(folder.filePath("model.weights.h5"));
    QVERIFY(weights.open(QFile::WriteOnly));
    const Result<Archive> archive = readArchive(folder.path().toStdString());
    QVERIFY(!archive);
    QVERIFY2(archive.error().text().find("open model.weights.h5 in it") != std::string::npos,
             archive.error().text().c_str());
}

QTEST_GUILESS_MAIN(KerasArchiveTest)
#include "keras_archive_test.moc"
