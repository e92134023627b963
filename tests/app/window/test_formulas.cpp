#include "loading/loading.h"
#include "panels/formula_editor.h"
#include "panels/formula_view.h"
#include "panels/inspector_panel.h"
#include "panels/layer_card.h"
#include "panels/message_banner.h"
#include "panels/playground_dialog.h"
#include "panels/prediction_bar.h"
#include "support/files.h"
#include "theme/theme.h"
#include "views/panel_canvas.h"
#include "window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTextBlock>
#include <QTextLayout>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>

#include <sys/resource.h>
#include <algorithm>
#include <csignal>
#include <memory>

namespace attnscope {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/";
const std::string sentiment = samples + "sentiment/attention.h5";
const std::string reviews = samples + "sentiment/reviews.txt";
const std::string recording = samples + "vibration/recording.csv";

constexpr auto uniform = R"(# every timestep the same
input    x[t,f]
e[t] = 0 * sum(f: x[t,f])
a[t] = softmax(t: e[t])
c[f] = sum(t: a[t] * x[t,f])
site     score e, weights a, values x, output c
)";

/// A model whose attention layer is of a class that nothing knows.
std::string unknownModel(const QTemporaryDir& folder) {
    QByteArray bytes = test::contentOf(QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/attention.h5"));
    bytes.replace("\"class_name\": \"Attention\"", "\"class_name\": \"Mysterium\"");
    const QString path = folder.filePath(QStringLiteral("mystery.h5"));
    test::writeFile(path, bytes);
    return path.toStdString();
}

}  // namespace

/// Formulas as a person works with them: looked at, edited, kept, written, tried.
class TestFormulas : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void namesOfTheFormulaShowTheirValues();
    void editingTheFormulaIsAWhatIf();
    void whatIsNoFormulaIsUnderlined();
    void whatDoesNotFitSaysSo();
    void editsAreUndoneAsOneStep();
    void keepingWritesAFileThatIsOffered();
    void keepingAsksBeforeItReplaces();
    void aFormulaThatDoesNotFitOnTheDiskIsNotKept();
    void aFileThatAppearsIsOfferedAtOnce();
    void aBrokenFileIsACalmMessage();
    void anUnknownLayerListsItsWeightsAndIsWritten();
    void aChoiceIsRemembered();
    void aNewLayerIsASiteThatCanBeUndone();
    void aSequenceNeedsNoModel();

private:
    void openSample();
    void idle();
    void write(const QString& text);
    [[nodiscard]] FormulaEditor& editor() const { return *m_window->findChild<FormulaEditor*>(); }
    template <typename T>
    [[nodiscard]] T* child(const char* name) const {
        return m_window->findChild<T*>(QString::fromUtf8(name));
    }
    void makeWindow(QSettings* settings = nullptr);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

void TestFormulas::makeWindow(QSettings* settings) {
    m_window.reset();
    m_workspace = std::make_unique<Workspace>(makeCpuBackend(), nullptr, settings);
    m_window = std::make_unique<MainWindow>(*m_workspace, WindowParts{viewTable(), {}, nullptr});
    m_window->resize(1280, 900);
    m_window->setTheme(ThemeChoice::Light);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_workspace->watchFormulas(m_folder->filePath(QStringLiteral("formulas")).toStdString());
    idle();
}

void TestFormulas::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    makeWindow();
}

void TestFormulas::cleanup() {
    m_window.reset();
    m_workspace.reset();
}

void TestFormulas::idle() {
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->activity().what.isEmpty(), 30000);
}

void TestFormulas::openSample() {
    m_workspace->openFiles({sentiment, reviews});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->activity().what.isEmpty() && m_window->currentView() != nullptr, 30000);
}

/// Types in the place of all that there is.
void TestFormulas::write(const QString& text) {
    QPlainTextEdit& box = editor().text();
    box.setFocus();
    QTest::keyClick(&box, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(&box, Qt::Key_Delete);
    box.insertPlainText(text);
}

void TestFormulas::namesOfTheFormulaShowTheirValues() {
    openSample();
    auto* view = m_window->findChild<FormulaView*>(QStringLiteral("formula"));
    auto* inspector = m_window->findChild<InspectorPanel*>();
    QVERIFY(view->isVisible());
    QTest::mouseClick(view, Qt::LeftButton, Qt::NoModifier, view->areaOf("W").center().toPoint());
    QCOMPARE(view->chosen(), std::string("W"));
    QVERIFY2(inspector->elementText().contains(QStringLiteral("trained weight")), qPrintable(inspector->elementText()));
    // The same by keyboard: Home is the first name of the formula, its neighbours follow.
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Left);
    QTest::keyClick(view, Qt::Key_Return);
    QCOMPARE(view->chosen(), std::string("x"));

    // What is chosen is marked among the stages.
    QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
    auto* stages = m_window->currentView()->findChild<PanelCanvas*>();
    QVERIFY(stages != nullptr);
    QTest::mouseClick(view, Qt::LeftButton, Qt::NoModifier, view->areaOf("e").center().toPoint());
    const auto& panels = stages->figure().panels;
    const auto panel = std::ranges::find(panels, "attention/e", &Panel::valueName);
    QVERIFY(panel != panels.end());
    const QRect plot = stages->plotOf(static_cast<std::size_t>(panel - panels.begin()));
    QCOMPARE(stages->grab().toImage().pixelColor(1, plot.center().y()), Theme::light().accent);
}

void TestFormulas::editingTheFormulaIsAWhatIf() {
    openSample();
    const auto before = m_window->findChild<PredictionBar*>()->rows().front();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(editor().isVisible());
    QVERIFY(editor().source().find("softmax") == std::string::npos);
    write(QString::fromUtf8(uniform));
    idle();
    QVERIFY2(m_workspace->formulaProblem().has_value(), "the formula has no place for the layer's weights");

    // With the weights it fits; every timestep then weighs the same.
    write(QString::fromUtf8(uniform)
              .replace(QStringLiteral("input "), QStringLiteral("weights  W[f], b[t]\ninput "))
              .replace(QStringLiteral("x[t,f])\na"), QStringLiteral("x[t,f] * W[f]) + 0 * b[t]\na")));
    idle();
    QVERIFY2(!m_workspace->formulaProblem(),
             m_workspace->formulaProblem() ? m_workspace->formulaProblem()->text().c_str() : "");
    const SiteRecord* whatIf = m_workspace->viewState().whatIfSite();
    QVERIFY(std::abs(whatIf->perTimestep.front() - 1.0F / static_cast<float>(whatIf->perTimestep.size())) < 1e-6F);
    const auto after = m_window->findChild<PredictionBar*>()->rows().front();
    QCOMPARE(after.model, before.model);
    QVERIFY(after.whatIf != before.model);
    QCOMPARE(child<QToolButton>("whatIf")->text(), QStringLiteral("What-if ●1"));
    QVERIFY2(editor().message().contains(QStringLiteral("of the weight moved")), qPrintable(editor().message()));

    QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
    idle();
    QVERIFY(m_workspace->formulaEdits().empty());
    QVERIFY(editor().source().find("tanh") != std::string::npos);
    QTest::keyClick(&editor().text(), Qt::Key_Escape);
    QVERIFY(!editor().isVisible());
}

void TestFormulas::whatIsNoFormulaIsUnderlined() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    const QString good = editor().text().toPlainText();
    for (QTextBlock line = editor().text().document()->begin(); line.isValid(); line = line.next())
        QVERIFY2(line.text().isEmpty() || !line.layout()->formats().isEmpty(), qPrintable(line.text()));
    QTextCursor cursor = editor().text().document()->find(QStringLiteral("tanh"));
    editor().text().setTextCursor(cursor);
    QTest::keyClicks(&editor().text(), QStringLiteral("tamh"));
    QVERIFY(!editor().isValid());
    QVERIFY2(editor().message().contains(QStringLiteral("tanh")), qPrintable(editor().message()));
    QVERIFY2(editor().message().startsWith(QStringLiteral("Line ")), qPrintable(editor().message()));
    const auto marks = editor().text().extraSelections();
    QCOMPARE(marks.size(), 1);
    QCOMPARE(marks.front().cursor.selectedText(), QStringLiteral("tamh"));
    QCOMPARE(marks.front().format.underlineStyle(), QTextCharFormat::WaveUnderline);
    QVERIFY(m_workspace->formulaEdits().empty());
    QVERIFY(!child<QPushButton>("keepFormula")->isEnabled());
    while (editor().text().toPlainText() != good) QTest::keyClick(&editor().text(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(editor().isValid());
    QVERIFY(editor().text().extraSelections().isEmpty());
}

void TestFormulas::whatDoesNotFitSaysSo() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    write(editor()
              .text()
              .toPlainText()
              .replace(QStringLiteral("W[f]"), QStringLiteral("W[f,g]"))
              .replace(QStringLiteral("sum(f:"), QStringLiteral("sum(f,g:")));
    QVERIFY(editor().isValid());
    idle();
    QVERIFY2(editor().message().startsWith(QStringLiteral("It cannot be evaluated")), qPrintable(editor().message()));
    QVERIFY(m_window->currentView() != nullptr);  // what the model does is still there
    QCOMPARE(m_workspace->whatIfRecord(), m_workspace->modelRecord());
}

void TestFormulas::editsAreUndoneAsOneStep() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    QTextCursor cursor = editor().text().document()->find(QStringLiteral("tanh"));
    editor().text().setTextCursor(cursor);
    editor().text().insertPlainText(QStringLiteral("relu"));
    editor().text().setTextCursor(editor().text().document()->find(QStringLiteral("relu")));
    editor().text().insertPlainText(QStringLiteral("sigmoid"));
    QCOMPARE(m_workspace->undoStack()->count(), 1);
    m_window->actions().undo->trigger();
    QVERIFY(m_workspace->formulaEdits().empty());
    QVERIFY(editor().source().find("tanh") != std::string::npos);
    m_window->actions().redo->trigger();
    QVERIFY(editor().source().find("sigmoid") != std::string::npos);
    idle();
    QVERIFY(m_workspace->whatIfRecord() != m_workspace->modelRecord());
}

void TestFormulas::keepingWritesAFileThatIsOffered() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    editor().text().setTextCursor(editor().text().document()->find(QStringLiteral("tanh")));
    editor().text().insertPlainText(QStringLiteral("relu"));
    QTest::keyClick(m_window.get(), Qt::Key_S, Qt::ControlModifier);
    auto* name = child<QLineEdit>("formulaName");
    QVERIFY(name != nullptr);
    QVERIFY(!child<QPushButton>("keep")->isEnabled());
    QTest::keyClicks(name, QStringLiteral("my/../formula"));
    QVERIFY(!child<QPushButton>("keep")->isEnabled());
    name->clear();
    QTest::keyClicks(name, QStringLiteral("rectified"));
    QTest::mouseClick(child<QPushButton>("keep"), Qt::LeftButton);
    QTRY_VERIFY(m_workspace->catalogue().find("rectified") != nullptr);
    QCOMPARE(test::contentOf(m_folder->filePath(QStringLiteral("formulas/rectified.formula"))).toStdString(),
             editor().source());
    QVERIFY(m_window->findChild<MessageBanner*>()->text().contains(QStringLiteral("rectified")));
}

void TestFormulas::keepingAsksBeforeItReplaces() {
    openSample();
    const QString path = m_folder->filePath(QStringLiteral("formulas/mine.formula"));
    test::writeFile(path, "# mine\n");
    QTest::keyClick(m_window.get(), Qt::Key_S, Qt::ControlModifier);
    QTest::keyClicks(child<QLineEdit>("formulaName"), QStringLiteral("mine"));
    QCOMPARE(child<QPushButton>("keep")->text(), QStringLiteral("Replace"));
    QVERIFY(child<QLabel>("keepNote")->text().contains(QStringLiteral("replaced")));
    const Status refused = keepFormula(m_workspace->formulaFolder(), "mine", uniform, false);
    QVERIFY(!refused);
    QCOMPARE(test::contentOf(path), QByteArray("# mine\n"));
    QVERIFY(!keepFormula(m_workspace->formulaFolder(), "../mine", uniform, true));
    QVERIFY(!keepFormula(m_workspace->formulaFolder(), "broken", "a = b", true));
    QVERIFY(!QFile::exists(m_folder->filePath(QStringLiteral("formulas/broken.formula"))));
}

void TestFormulas::aFormulaThatDoesNotFitOnTheDiskIsNotKept() {
    const QString path = m_folder->filePath(QStringLiteral("formulas/mine.formula"));
    test::writeFile(path, "# mine\n");
    // As on a full disk, a file takes some bytes and then no more.
    rlimit before{};
    QVERIFY(getrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit few{100, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &few);
    const Status kept = keepFormula(m_workspace->formulaFolder(), "mine", uniform, true);
    const Status fresh = keepFormula(m_workspace->formulaFolder(), "fresh", uniform, true);
    setrlimit(RLIMIT_FSIZE, &before);
    for (const Status* status : {&kept, &fresh}) {
        QVERIFY(!*status);
        QVERIFY2(status->error().text().find(".formula: cannot be written: ") != std::string::npos,
                 status->error().text().c_str());
    }
    QCOMPARE(QDir(m_folder->filePath(QStringLiteral("formulas"))).entryList(QDir::Files | QDir::Hidden),
             QStringList{QStringLiteral("mine.formula")});
    QCOMPARE(test::contentOf(path), QByteArray("# mine\n"));
}

void TestFormulas::aFileThatAppearsIsOfferedAtOnce() {
    openSample();
    const QString path = m_folder->filePath(QStringLiteral("formulas/uniform.formula"));
    test::writeFile(path, uniform);
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->catalogue().find("uniform") != nullptr, 5000);
    test::writeFile(path, QByteArray(uniform).replace("every timestep the same", "another title"));
    QTRY_COMPARE_WITH_TIMEOUT(m_workspace->catalogue().find("uniform")->title(), std::string("another title"), 5000);
    QVERIFY(QFile::remove(path));
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->catalogue().find("uniform") == nullptr, 5000);
}

void TestFormulas::aBrokenFileIsACalmMessage() {
    openSample();
    test::writeFile(m_folder->filePath(QStringLiteral("formulas/good.formula")), uniform);
    test::writeFile(m_folder->filePath(QStringLiteral("formulas/bad.formula")), "a[t] = \n");
    auto* banner = m_window->findChild<MessageBanner*>();
    QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible() && banner->text().contains(QStringLiteral("bad:1:8")), 5000);
    QCOMPARE(banner->property("kind").toString(), QStringLiteral("notice"));
    QVERIFY(m_workspace->catalogue().find("good") != nullptr);
    QVERIFY(m_window->currentView() != nullptr);
}

void TestFormulas::anUnknownLayerListsItsWeightsAndIsWritten() {
    m_workspace->openFiles({unknownModel(*m_folder)});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && m_workspace->activity().what.isEmpty(), 30000);
    auto* card = m_window->findChild<LayerCard*>();
    QVERIFY(card->isVisible());
    QVERIFY2(child<QLabel>("layerWeights")->text().contains(QStringLiteral("(5)")),
             qPrintable(child<QLabel>("layerWeights")->text()));
    QTest::mouseClick(child<QPushButton>("writeFormula"), Qt::LeftButton);
    QVERIFY(editor().isVisible());
    QVERIFY2(editor().source().find("x[t,f]") != std::string::npos, editor().source().c_str());
    QVERIFY2(editor().isValid(), qPrintable(editor().message() + QLatin1Char('\n') + editor().text().toPlainText()));
    idle();
    QVERIFY(!card->isVisible());
    QCOMPARE(m_workspace->sites().size(), std::size_t{1});
    QCOMPARE(m_workspace->site(), m_workspace->sites().front());
    QVERIFY2(!editor().message().startsWith(QStringLiteral("It cannot")), qPrintable(editor().message()));
    QVERIFY(m_workspace->layer(m_workspace->sites().front())->problem.empty());
    m_window->actions().undo->trigger();
    idle();
    QVERIFY(m_workspace->sites().empty());
}

void TestFormulas::aChoiceIsRemembered() {
    const QString store = m_folder->filePath(QStringLiteral("settings.ini"));
    const std::string model = unknownModel(*m_folder);
    {
        QSettings settings(store, QSettings::IniFormat);
        makeWindow(&settings);
        m_workspace->openFiles({model});
        QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && m_workspace->activity().what.isEmpty(), 30000);
        QTest::mouseClick(child<QPushButton>("writeFormula"), Qt::LeftButton);
        idle();
        QVERIFY(!m_workspace->sites().empty());
        m_window.reset();
        m_workspace.reset();
    }
    QSettings settings(store, QSettings::IniFormat);
    makeWindow(&settings);
    // It is the content that counts: under another name the file is the same model.
    const QString moved = m_folder->filePath(QStringLiteral("moved.h5"));
    QVERIFY(QFile::rename(QString::fromStdString(model), moved));
    m_workspace->openFiles({moved.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && m_workspace->activity().what.isEmpty(), 30000);
    QCOMPARE(m_workspace->sites().size(), std::size_t{1});
    QCOMPARE(m_workspace->choices().written.size(), std::size_t{1});
    m_window.reset();
    m_workspace.reset();
}

void TestFormulas::aNewLayerIsASiteThatCanBeUndone() {
    openSample();
    const float before = (*m_workspace->modelRecord()->predictions.front().data)[0];
    QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
    auto* dialog = m_window->findChild<PlaygroundDialog*>();
    QVERIFY(dialog != nullptr);
    auto* formulas = child<QComboBox>("newFormula");
    formulas->setCurrentIndex(formulas->findData(QStringLiteral("attention_step_dim")));
    child<QSpinBox>("newSeed")->setValue(5);
    QCOMPARE(dialog->layer().inputs, std::vector<std::string>{"embedding"});
    QTest::mouseClick(child<QPushButton>("addLayer"), Qt::LeftButton);
    idle();
    QCOMPARE(m_workspace->site(), std::string("new_1"));
    QCOMPARE(child<QComboBox>("site")->currentText(), QStringLiteral("new_1"));
    QVERIFY(m_window->currentView() != nullptr);
    QCOMPARE((*m_workspace->modelRecord()->predictions.front().data)[0], before);
    const SiteRecord* site = m_workspace->viewState().modelSite();
    QCOMPARE(site->perTimestep.size(), m_workspace->modelRecord()->inputs.front().tokens.size());

    // Its weights are edited like any other.
    m_workspace->setElement("new_1/W", {0}, 2.0F);
    idle();
    QVERIFY(m_workspace->whatIfRecord()->findSite("new_1")->perTimestep != site->perTimestep);
    m_window->actions().undo->trigger();
    QVERIFY(m_window->actions().removeLayer->isEnabled());
    m_window->actions().removeLayer->trigger();
    idle();
    QCOMPARE(m_workspace->site(), std::string("attention"));
    m_window->actions().undo->trigger();
    idle();
    QVERIFY(m_workspace->modelRecord()->findSite("new_1") != nullptr);
}

void TestFormulas::aSequenceNeedsNoModel() {
    m_workspace->openFiles({recording});
    QTRY_VERIFY(!m_workspace->list().empty());
    QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(m_window->findChild<PlaygroundDialog*>() != nullptr);
    auto* formulas = child<QComboBox>("newFormula");
    formulas->setCurrentIndex(formulas->findData(QStringLiteral("attention_step_dim")));
    QTest::mouseClick(child<QPushButton>("addLayer"), Qt::LeftButton);
    idle();
    QCOMPARE(m_workspace->site(), std::string("new_1"));
    const SiteRecord* site = m_workspace->viewState().modelSite();
    QCOMPARE(site->perTimestep.size(), std::size_t{120});
    QVERIFY(m_workspace->modelRecord()->predictions.empty());
    QVERIFY(m_window->currentView() != nullptr);
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestFormulas)
#include "test_formulas.moc"
