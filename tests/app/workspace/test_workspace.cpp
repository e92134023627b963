#include "workspace/workspace.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace attnscope {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/";
const std::string sentiment = samples + "sentiment/attention.h5";
const std::string reviews = samples + "sentiment/reviews.txt";
const std::string golden = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";
const std::string bad = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/bad/";
const std::string weights = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/weights/";

/// The CPU backend, counting how often it is asked to run anything.
class CountingBackend : public Backend {
public:
    explicit CountingBackend(std::atomic<int>& runs) : m_runs(runs) {}

    [[nodiscard]] std::string name() const override { return m_cpu->name(); }
    [[nodiscard]] std::string description() const override { return m_cpu->description(); }
    [[nodiscard]] Result<StoredPtr> store(TensorPtr tensor) override { return m_cpu->store(std::move(tensor)); }
    [[nodiscard]] Status run(std::span<const Step> steps, std::vector<StoredPtr>& table,
                             const CancelToken& cancel) override {
        if (!steps.empty()) ++m_runs;
        return m_cpu->run(steps, table, cancel);
    }

private:
    std::atomic<int>& m_runs;
    std::shared_ptr<Backend> m_cpu = makeCpuBackend();
};

bool isIdle(const Workspace& workspace) {
    return workspace.activity().what.isEmpty();
}

/// A file of more texts than a test waits for.
std::string fiveThousandTexts(const QTemporaryDir& folder) {
    const std::string path = folder.filePath(QStringLiteral("many.txt")).toStdString();
    std::ofstream file(path);
    for (int line = 0; line < 5000; ++line) file << "text number " << line << " is a fine film\n";
    return path;
}

double prediction(const RecordPtr& record) {
    return static_cast<double>((*record->predictions.front().data)[0]);
}

}  // namespace

class TestWorkspace : public QObject {
    Q_OBJECT

private:
    /// Opens the sample and waits until everything is evaluated.
    static void openSample(Workspace& workspace, const std::string& texts = reviews) {
        workspace.openModel(sentiment);
        workspace.openSequences({texts});
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.whatIfRecord() != nullptr, 30000);
    }

private slots:
    void opensModelWithTheTokenizerBesideIt();
    void openingTextsChoosesTheFirstAndPredictsAll();
    void choosingATextEvaluatesIt();
    void maskingChangesTheWhatIfRecordOnly();
    void undoRedoAndResetBringEditsBack();
    void editsOfOneGestureAreOneStep();
    void maskingBackToTheModelsOwnMaskIsNoEdit();
    void choosingAnotherTextDropsItsMaskAndUndoBringsBothBack();
    void weightEditsStayWithTheModel();
    void weightEditsSurviveATextThatCannotBeEvaluated();
    void pinsTheWeightsToUniform();
    void failingFilesLeaveEverythingAsItWas_data();
    void failingFilesLeaveEverythingAsItWas();
    void recognizesFilesByWhatTheyHold();
    void foldersAndPipesAreNamedNotWaitedFor();
    void aModelThatIsOnlyPartlyKnownOpens();
    void typedTextIsListedFirstAndChosen();
    void aModelThatTakesTextMakesItsIdsItself();
    void numericSequencesFeedNumericModels();
    void aTextForANumericModelIsAProblemNotACrash();
    void severalInputsAreChosenOneAfterTheOther();
    void aSourceGoesToTheInputThatTakesIt();
    void allFilesThatCannotBeReadAreSaid();
    void severalSitesCanBeChosen();
    void aModelWithoutAttentionStillPredicts();
    void rapidTogglingDoesNotQueueUp();
    void cancellingStopsThePredictions();
    void canEndWhileItWorks();
};

void TestWorkspace::opensModelWithTheTokenizerBesideIt() {
    Workspace workspace(makeCpuBackend());
    QSignalSpy changed(&workspace, &Workspace::modelChanged);
    workspace.openModel(sentiment);
    QVERIFY(!workspace.hasModel());  // it is opened elsewhere, not here
    QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, 20000);
    QVERIFY(workspace.opened().tokenizer != nullptr);
    QVERIFY(QString::fromStdString(workspace.opened().tokenizerPath).endsWith(QStringLiteral("tokenizer.json")));
    QCOMPARE(workspace.site(), std::string("attention"));
    const auto& layers = workspace.layers();
    QVERIFY(std::ranges::any_of(layers,
                                [](const LayerSummary& layer) { return layer.isSite && layer.name == "attention"; }));
    QVERIFY(workspace.siteWeights("attention") != nullptr);
    QCOMPARE(workspace.siteWeights("attention")->front().shape, Shape({32}));
}

void TestWorkspace::openingTextsChoosesTheFirstAndPredictsAll() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    QCOMPARE(workspace.list().size(), std::size_t{24});
    QCOMPARE(workspace.chosenRow(), 0);
    for (const ListedSource& listed : workspace.list()) QVERIFY(listed.prediction && *listed.prediction);
    const double listed = static_cast<double>((*(**workspace.list()[0].prediction).front().data)[0]);
    QCOMPARE(listed, prediction(workspace.modelRecord()));
}

void TestWorkspace::choosingATextEvaluatesIt() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.chooseRow(1);
    QTRY_COMPARE(workspace.modelRecord()->inputs.front().text, workspace.list()[1].source.content);
    QVERIFY(prediction(workspace.modelRecord()) < 0.5);
    QVERIFY(workspace.undoStack()->isClean());
    QCOMPARE(workspace.undoStack()->count(), 0);
}

void TestWorkspace::maskingChangesTheWhatIfRecordOnly() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    const RecordPtr model = workspace.modelRecord();
    workspace.maskTimesteps({45, 46}, true);
    QTRY_VERIFY(workspace.whatIfRecord() != workspace.modelRecord());
    QCOMPARE(workspace.modelRecord(), model);
    const SiteRecord& site = workspace.whatIfRecord()->sites.front();
    QCOMPARE(site.perTimestep[45], 0.0F);
    QCOMPARE(site.perTimestep[46], 0.0F);
    QVERIFY(prediction(workspace.whatIfRecord()) != prediction(model));
    QVERIFY2(workspace.whatIfRecord()->evaluatedOperations < 12, "a mask must not run the recurrent layers again");
}

void TestWorkspace::undoRedoAndResetBringEditsBack() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.maskTimesteps({45}, true);
    workspace.beginGesture();
    workspace.maskTimesteps({46}, true);
    const Edits both = workspace.edits();
    QCOMPARE(both.count(), std::size_t{2});
    workspace.undoStack()->undo();
    QCOMPARE(workspace.edits().count(), std::size_t{1});
    workspace.undoStack()->redo();
    QVERIFY(workspace.edits() == both);
    workspace.resetEdits();
    QVERIFY(workspace.edits().empty());
    workspace.undoStack()->undo();
    QVERIFY(workspace.edits() == both);
    workspace.undoStack()->undo();
    workspace.undoStack()->undo();
    QVERIFY(workspace.edits().empty());
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.whatIfRecord(), workspace.modelRecord());
}

void TestWorkspace::editsOfOneGestureAreOneStep() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.beginGesture();
    for (const std::int64_t timestep : {44, 45, 46}) workspace.maskTimesteps({timestep}, true);
    QCOMPARE(workspace.undoStack()->count(), 1);
    workspace.beginGesture();
    for (const float number : {0.1F, 0.2F, 0.3F}) workspace.setElement("attention/W", {3}, number);
    QCOMPARE(workspace.undoStack()->count(), 2);
    workspace.setElement("attention/W", {4}, 0.3F);
    QCOMPARE(workspace.undoStack()->count(), 3);
    workspace.undoStack()->undo();
    workspace.undoStack()->undo();
    QCOMPARE(workspace.edits().count(), std::size_t{3});
    workspace.undoStack()->undo();
    QVERIFY(workspace.edits().empty());
}

void TestWorkspace::maskingBackToTheModelsOwnMaskIsNoEdit() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.maskTimesteps({0}, true);  // padding: the model masks it already
    QVERIFY(workspace.edits().empty());
    workspace.maskTimesteps({0}, false);
    QCOMPARE(workspace.edits().count(), std::size_t{1});
    workspace.beginGesture();
    workspace.maskTimesteps({0}, true);
    QVERIFY(workspace.edits().empty());
}

void TestWorkspace::choosingAnotherTextDropsItsMaskAndUndoBringsBothBack() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.maskTimesteps({45}, true);
    const Edits masked = workspace.edits();
    workspace.chooseRow(2);
    QVERIFY(workspace.edits().empty());
    QCOMPARE(workspace.chosenRow(), 2);
    workspace.undoStack()->undo();
    QVERIFY(workspace.edits() == masked);
    QCOMPARE(workspace.chosenRow(), 0);
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.whatIfRecord()->sites.front().perTimestep[45], 0.0F);
}

void TestWorkspace::weightEditsStayWithTheModel() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.setElement("attention/epsilon", {}, 0.5F);
    workspace.chooseRow(3);
    QCOMPARE(workspace.edits().count(), std::size_t{1});
    QTRY_VERIFY(isIdle(workspace));
    const RecordedValue* epsilon = workspace.whatIfRecord()->sites.front().find("epsilon");
    QVERIFY(epsilon != nullptr);
    QCOMPARE((*epsilon->tensor)[0], 0.5F);
}

void TestWorkspace::weightEditsSurviveATextThatCannotBeEvaluated() {
    QTemporaryDir folder;
    const std::string alone = folder.filePath(QStringLiteral("alone.h5")).toStdString();
    QVERIFY(QFile::copy(QString::fromStdString(sentiment), QString::fromStdString(alone)));
    Workspace workspace(makeCpuBackend());
    workspace.openModel(alone);  // no tokenizer lies beside it: what is typed are ids
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    workspace.typeText("12 7 3");
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.modelRecord(), 20000);
    workspace.setElement("attention/W", {0}, 1.5F);
    workspace.pinUniform(true);
    workspace.maskTimesteps({49}, true);
    QTRY_VERIFY(isIdle(workspace));
    workspace.typeText("999999999");
    QTRY_VERIFY(workspace.inspectProblem());
    workspace.typeText("5 6");
    QTRY_VERIFY(isIdle(workspace) && workspace.modelRecord());
    Edits kept;
    kept.set("attention/W", {0}, 1.5F);
    kept.pinUniform("attention/a", true);
    QCOMPARE(workspace.edits(), kept);
    QCOMPARE((*workspace.whatIfRecord()->sites.front().find("W")->tensor)[0], 1.5F);
}

void TestWorkspace::pinsTheWeightsToUniform() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.pinUniform(true);
    QVERIFY(workspace.isPinnedUniform());
    QTRY_VERIFY(workspace.whatIfRecord() != workspace.modelRecord());
    const SiteRecord& site = workspace.whatIfRecord()->sites.front();
    QCOMPARE(site.perTimestep[49], site.perTimestep[48]);
    workspace.pinUniform(false);
    QVERIFY(workspace.edits().empty());
}

void TestWorkspace::failingFilesLeaveEverythingAsItWas_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("missing") << QStringLiteral("/nowhere/model.h5");
    QTest::newRow("truncated") << QString::fromStdString(bad + "truncated.h5");
    QTest::newRow("not HDF5") << QString::fromStdString(bad + "not_hdf5.h5");
    QTest::newRow("no such texts") << QStringLiteral("/nowhere/texts.txt");
    QTest::newRow("no such matrix") << QStringLiteral("/nowhere/matrix.npy");
    QTest::newRow("no such tokenizer") << QStringLiteral("/nowhere/tokenizer.json");
    QTest::newRow("a model's JSON") << QString::fromStdString(weights + "sequential.json");
    QTest::newRow("JSON that is nothing") << QString::fromStdString(golden + "text_salad.json");
}

void TestWorkspace::failingFilesLeaveEverythingAsItWas() {
    QFETCH(QString, file);
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.maskTimesteps({45}, true);
    QTRY_VERIFY(isIdle(workspace));
    const RecordPtr before = workspace.whatIfRecord();
    const std::shared_ptr<const Model> model = workspace.opened().model;

    QStringList messages;
    connect(&workspace, &Workspace::problem, this,
            [&](const Error& error) { messages << QString::fromStdString(error.text()); });
    workspace.openFiles({file.toStdString()});
    QTRY_COMPARE_WITH_TIMEOUT(messages.size(), 1, 20000);
    QVERIFY2(messages.first().contains(QFileInfo(file).fileName()), qPrintable(messages.first()));
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.opened().model, model);
    QCOMPARE(workspace.whatIfRecord(), before);
    QCOMPARE(workspace.edits().count(), std::size_t{1});
    QCOMPARE(workspace.list().size(), std::size_t{24});
}

void TestWorkspace::recognizesFilesByWhatTheyHold() {
    QTemporaryDir folder;
    const std::string renamed = folder.filePath(QStringLiteral("renamed.bin")).toStdString();
    std::filesystem::copy_file(sentiment, renamed);
    Workspace workspace(makeCpuBackend());
    workspace.openFiles({reviews, samples + "sentiment/tokenizer.json", renamed});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.whatIfRecord() != nullptr, 30000);
    QCOMPARE(workspace.opened().path, renamed);
    QVERIFY(workspace.opened().tokenizer != nullptr);
    QCOMPARE(workspace.list().size(), std::size_t{24});
}

void TestWorkspace::foldersAndPipesAreNamedNotWaitedFor() {
    const QTemporaryDir folder;
    const std::string pipe = folder.filePath(QStringLiteral("pipe.json")).toStdString();
    const std::string saved = folder.filePath(QStringLiteral("saved")).toStdString();
    QVERIFY(mkfifo(pipe.c_str(), 0600) == 0);
    QVERIFY(std::filesystem::create_directory(saved));
    std::ofstream(saved + "/saved_model.pb") << "x";
    const std::vector<std::pair<std::string, std::string>> expected{
        {folder.path().toStdString(), ": is a folder; a file was expected"},
        {saved,
         ": is a TensorFlow SavedModel folder, whose graph can run code; load it in Keras and save the model as .keras "
         "or .h5 instead"},
        {pipe, ": is not a regular file"},
    };
    for (const auto& [path, problem] : expected) {
        Workspace workspace(makeCpuBackend());
        QSignalSpy problems(&workspace, &Workspace::problem);
        workspace.openFiles({path});
        QTRY_COMPARE_WITH_TIMEOUT(problems.count(), 1, 10000);
        QCOMPARE(problems[0][0].value<Error>().text(), path + problem);
    }
}

void TestWorkspace::aModelThatIsOnlyPartlyKnownOpens() {
    const QTemporaryDir folder;
    const std::string matrix = folder.filePath(QStringLiteral("x.csv")).toStdString();
    {
        std::ofstream file(matrix);
        for (int row = 0; row < 6; ++row) file << row << ",1,2,-1,0.5\n";
    }
    Workspace workspace(makeCpuBackend());
    workspace.openFiles({bad + "lambda.keras", matrix});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.modelRecord() != nullptr, 30000);
    // All layers are listed; those that need Python code say so, and the others are evaluated.
    QCOMPARE(workspace.layers().size(), std::size_t{12});
    QCOMPARE(workspace.layer("code")->problem, std::string("layer code contains Python code; it is shown, not run"));
    QCOMPARE(workspace.layer("nested/last")->problem,
             std::string("layer last contains Python code; it is shown, not run"));
    QCOMPARE(workspace.layer("after")->problem, std::string("needs layer code, which cannot be evaluated"));
    QVERIFY(workspace.layer("beside")->problem.empty());
    QCOMPARE(workspace.modelRecord()->predictions.size(), std::size_t{1});
    QCOMPARE(workspace.modelRecord()->predictions.front().output, std::string("beside"));
}

void TestWorkspace::typedTextIsListedFirstAndChosen() {
    Workspace workspace(makeCpuBackend());
    openSample(workspace);
    workspace.chooseRow(5);
    workspace.typeText("a wonderful film");
    QCOMPARE(workspace.list().size(), std::size_t{25});
    QCOMPARE(workspace.chosenRow(), 0);
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.modelRecord()->inputs.front().text, std::string("a wonderful film"));
    QVERIFY(workspace.list().front().prediction.has_value());
    workspace.openSequences({reviews});
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.list().size(), std::size_t{25});
    QCOMPARE(workspace.list().front().source.content, std::string("a wonderful film"));
}

void TestWorkspace::aModelThatTakesTextMakesItsIdsItself() {
    Workspace workspace(makeCpuBackend());
    QSignalSpy changed(&workspace, &Workspace::modelChanged);
    QSignalSpy problems(&workspace, &Workspace::problem);
    workspace.openModel(golden + "words_attended_3.keras");
    QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, 20000);
    workspace.typeText("2 good films 7");
    QTRY_VERIFY(workspace.modelRecord() != nullptr);
    const Sequence& sequence = workspace.modelRecord()->inputs.front();
    QCOMPARE(sequence.text, std::string("2 good films 7"));
    QCOMPARE(sequence.tokens.size(), std::size_t{10});
    QCOMPARE(sequence.tokens[1].text, std::string("good"));
    QVERIFY(sequence.tokens[1].state == TokenState::Known && sequence.tokens[0].state == TokenState::Unknown);
    QVERIFY(sequence.tokens[9].state == TokenState::Padding);  // at the end, as TextVectorization does
    workspace.openTokenizer(samples + "sentiment/tokenizer.json");
    QTRY_COMPARE(problems.count(), 1);
    QVERIFY(workspace.opened().tokenizer == nullptr);
}

void TestWorkspace::numericSequencesFeedNumericModels() {
    Workspace workspace(makeCpuBackend());
    workspace.openModel(samples + "vibration/model.h5");
    workspace.openSequences({samples + "vibration/recording.csv", samples + "vibration/quiet.csv"});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.whatIfRecord() != nullptr, 30000);
    QCOMPARE(workspace.list().size(), std::size_t{2});
    QCOMPARE(workspace.modelRecord()->inputs.front().values->rank(), std::size_t{2});
}

void TestWorkspace::aTextForANumericModelIsAProblemNotACrash() {
    Workspace workspace(makeCpuBackend());
    workspace.openModel(samples + "vibration/model.h5");
    workspace.openSequences({samples + "vibration/recording.csv"});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(workspace) && workspace.whatIfRecord() != nullptr, 30000);
    QSignalSpy problems(&workspace, &Workspace::problem);
    workspace.typeText("not a number");
    QTRY_COMPARE(problems.count(), 1);
    QVERIFY(workspace.inspectProblem().has_value());
    workspace.chooseRow(1);
    QTRY_VERIFY(workspace.whatIfRecord() != nullptr);
    QVERIFY(!workspace.inspectProblem());
}

void TestWorkspace::severalInputsAreChosenOneAfterTheOther() {
    QTemporaryDir folder;
    const auto matrix = [&](const QString& name, int rows, int columns) {
        const std::string path = folder.filePath(name).toStdString();
        std::ofstream file(path);
        for (int row = 0; row < rows; ++row) {
            for (int column = 0; column < columns; ++column) file << (column == 0 ? "" : ",") << row * 0.5 - column;
            file << '\n';
        }
        return path;
    };
    Workspace workspace(makeCpuBackend());
    workspace.openModel(golden + "dot_attention.h5");
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    const std::vector<ModelInput>& inputs = workspace.opened().model->inputs();
    QCOMPARE(inputs.size(), std::size_t{2});
    std::vector<std::string> files;
    for (const ModelInput& input : inputs) {
        const auto columns = input.extents.size() > 1 ? static_cast<int>(*input.extents[1]) : 1;
        files.push_back(
            matrix(QString::fromStdString(input.name + ".csv"), static_cast<int>(*input.extents[0]), columns));
    }
    workspace.openSequences(files);
    QTRY_COMPARE(workspace.list().size(), std::size_t{2});
    QTRY_VERIFY(isIdle(workspace));
    QCOMPARE(workspace.activeInput(), std::size_t{1});  // the first has been chosen for, the second has nothing yet
    QVERIFY(workspace.modelRecord() == nullptr);
    workspace.chooseRow(1);
    QTRY_VERIFY(workspace.modelRecord() != nullptr);
    QCOMPARE(workspace.modelRecord()->inputs[0].name, workspace.list()[0].source.name);
    QCOMPARE(workspace.modelRecord()->inputs[1].name, workspace.list()[1].source.name);
    workspace.setActiveInput(0);
    QCOMPARE(workspace.chosenRow(), 0);
}

void TestWorkspace::aSourceGoesToTheInputThatTakesIt() {
    Workspace workspace(makeCpuBackend());
    workspace.openModel(golden + "two_inputs_two_outputs.h5");
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    QVERIFY(workspace.opened().model->inputs()[0].tokenIds && !workspace.opened().model->inputs()[1].tokenIds);
    workspace.typeText("1 2 3");
    QCOMPARE(workspace.activeInput(), std::size_t{1});  // the numbers are missing now
    workspace.typeText("3 2 1");
    QCOMPARE(workspace.activeInput(), std::size_t{0});
    QCOMPARE(workspace.inputs()[0]->content, std::string("3 2 1"));
    QVERIFY(!workspace.inputs()[1]);
    workspace.setActiveInput(1);
    QTRY_VERIFY(isIdle(workspace));
    for (const ListedSource& listed : workspace.list()) QVERIFY(!listed.prediction);  // no failure: it is no number
}

void TestWorkspace::allFilesThatCannotBeReadAreSaid() {
    Workspace workspace(makeCpuBackend());
    QStringList messages;
    connect(&workspace, &Workspace::problem, this,
            [&](const Error& error) { messages << QString::fromStdString(error.text()); });
    workspace.openFiles({"/nowhere/a.txt", reviews, "/nowhere/b.txt", "/nowhere/c.npy"});
    QTRY_COMPARE(messages.size(), 1);
    QVERIFY2(messages.first().contains(QStringLiteral("a.txt")), qPrintable(messages.first()));
    QVERIFY2(messages.first().contains(QStringLiteral("2 more files")), qPrintable(messages.first()));
    QCOMPARE(workspace.list().size(), std::size_t{24});
}

void TestWorkspace::severalSitesCanBeChosen() {
    Workspace workspace(makeCpuBackend());
    workspace.openModel(golden + "two_attentions.h5");
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    const std::vector<std::string> sites = workspace.sites();
    QCOMPARE(sites.size(), std::size_t{2});
    QSignalSpy changed(&workspace, &Workspace::siteChanged);
    workspace.setSite(sites[1]);
    QCOMPARE(workspace.site(), sites[1]);
    workspace.setSite("no such site");
    QCOMPARE(workspace.site(), sites[1]);
    QCOMPARE(changed.count(), 1);
}

void TestWorkspace::aModelWithoutAttentionStillPredicts() {
    Workspace workspace(makeCpuBackend());
    workspace.openModel(golden + "embedding.h5");
    workspace.typeText("1 2 3");
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    QTRY_VERIFY(isIdle(workspace) && workspace.modelRecord());
    QVERIFY(workspace.modelRecord()->sites.empty());
    QVERIFY(!workspace.modelRecord()->predictions.empty());
    QVERIFY(workspace.site().empty());
    workspace.maskTimesteps({0}, true);  // there is nothing to mask
    workspace.pinUniform(true);
    QVERIFY(workspace.edits().empty());
}

void TestWorkspace::rapidTogglingDoesNotQueueUp() {
    std::atomic<int> runs{0};
    Workspace workspace(std::make_shared<CountingBackend>(runs));
    openSample(workspace);
    const int before = runs;
    constexpr int toggles = 200;
    for (int toggle = 0; toggle < toggles; ++toggle) {
        workspace.beginGesture();
        workspace.setElement("attention/W", {0}, static_cast<float>(toggle) + 0.5F);
    }
    QTRY_VERIFY(isIdle(workspace));
    const RecordedValue* kernel = workspace.whatIfRecord()->sites.front().find("W");
    QCOMPARE((*kernel->tensor)[0], toggles - 0.5F);  // what was asked for last is what is shown
    QVERIFY2(runs - before < toggles / 2,
             qPrintable(QStringLiteral("%1 evaluations for %2 edits").arg(runs - before).arg(toggles)));
}

void TestWorkspace::cancellingStopsThePredictions() {
    const QTemporaryDir folder;
    Workspace workspace(makeCpuBackend());
    workspace.openModel(sentiment);
    workspace.openSequences({fiveThousandTexts(folder)});
    QTRY_VERIFY_WITH_TIMEOUT(workspace.whatIfRecord() != nullptr && workspace.activity().total == 5000, 30000);

    // Edits are answered while the list is being predicted.
    workspace.maskTimesteps({48}, true);
    QTRY_VERIFY(workspace.whatIfRecord() != workspace.modelRecord());
    QVERIFY(!isIdle(workspace));

    workspace.cancel();
    QVERIFY(isIdle(workspace));
    QVERIFY(!workspace.list().back().prediction.has_value());
    QVERIFY(workspace.whatIfRecord() != nullptr);
}

// Neither a crash nor a wait; that the reader of a model ends too is tested in loading/test_reader_mishaps.cpp.
void TestWorkspace::canEndWhileItWorks() {
    const QTemporaryDir folder;
    const std::string many = fiveThousandTexts(folder);
    {
        Workspace opening(makeCpuBackend());
        opening.openModel(sentiment);
        opening.openSequences({many});
        QVERIFY(!isIdle(opening));
    }
    {
        Workspace predicting(makeCpuBackend());
        predicting.openModel(sentiment);
        predicting.openSequences({many});
        QTRY_VERIFY_WITH_TIMEOUT(predicting.activity().total == 5000 && predicting.activity().done > 0, 30000);
    }
}

}  // namespace attnscope

QTEST_GUILESS_MAIN(attnscope::TestWorkspace)
#include "test_workspace.moc"
