#include "base/text.h"
#include "panels/empty_state.h"
#include "panels/inspector_panel.h"
#include "panels/layers_panel.h"
#include "panels/message_banner.h"
#include "panels/prediction_bar.h"
#include "panels/texts_panel.h"
#include "theme/theme.h"
#include "window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>
#include <QtTest>

#include <array>
#include <fstream>
#include <mutex>

namespace attnscope {
namespace {

const QString samples = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/resources/samples/");
const QString sentiment = samples + QStringLiteral("sentiment/attention.h5");
const QString reviews = samples + QStringLiteral("sentiment/reviews.txt");

/// The smallest view: it remembers what it was given, and asks as it is told.
class PlainView : public View {
public:
    using View::View;
    void setState(const ViewState& state) override {
        last = state;
        ++given;
    }
    ViewState last;
    int given = 0;
};

View* makePlainView(QWidget* parent) {
    return new PlainView(parent);
}

constexpr std::array plainViews{
    ViewRow{"first", "First", &makePlainView, SiteView::Text},
    ViewRow{"second", "Second", &makePlainView, SiteView::Heatmap},
};

/// What was exported, written by the worker's thread.
struct Exported {
    std::mutex mutex;
    std::vector<std::string> paths;
    std::optional<Error> failure;
};

}  // namespace

/// The window driven as a person does: keys, clicks, typing, files dropped into it.
class TestWindow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { m_systemPalette = QApplication::palette(); }
    void init();
    void cleanup();

    void saysWhatToDoWhenNothingIsOpen();
    void droppedFilesAreOpened();
    void weightsAskForTheirArchitecture();
    void weightsAndArchitectureAreDroppedTogether();
    void droppedTextIsInspected();
    void aWrongFileShowsAMessageThatDoesNotBlock();
    void typedTextIsInspectedOnEnter();
    void enterInAnEmptyBoxTypesNothing();
    void aLostVocabularyIsAskedForAndDropped();
    void aNumericModelAsksForNumbers();
    void longNamesKeepTheWindowUsable();
    void messagesAreShownAsTheyAre();
    void clickingATextChoosesIt();
    void altDownAndAltUpGoThroughTheTexts();
    void filteringKeepsTheChoice();
    void shortcutsChooseViews();
    void onlyTheViewOnShowIsGivenRecords();
    void viewsAskAndTheWindowAnswers();
    void undoRedoAndResetByKeyboard();
    void pinUniformByKeyboard();
    void pointingShowsTheExactNumber();
    void predictionShowsModelAndWhatIf();
    void choosingAnAttentionLayerChoosesItsSite();
    void editingAParameterIsAWhatIf();
    void anyElementCanBeSetByTyping();
    void exportWritesTheViewOnShow();
    void aFailedExportIsAMessage();
    void themesReachTheViews();
    void remembersWhereThingsWere();

private:
    void openSample();
    void drop(QMimeData& data);
    [[nodiscard]] PlainView* view() const { return static_cast<PlainView*>(m_window->currentView()); }
    template <typename T>
    [[nodiscard]] T* child(const char* name) const {
        return m_window->findChild<T*>(QString::fromUtf8(name));
    }
    [[nodiscard]] bool isIdle() const { return m_workspace->activity().what.isEmpty(); }
    void makeWindow(QSettings* settings = nullptr);

    QPalette m_systemPalette;
    Exported m_exported;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

void TestWindow::makeWindow(QSettings* settings) {
    m_window.reset();
    m_workspace = std::make_unique<Workspace>(makeCpuBackend());
    const ViewExporter exporter = [this](SiteView, const ViewState&, const std::string&,
                                         const std::string& path) -> Status {
        const std::lock_guard lock(m_exported.mutex);
        if (m_exported.failure) return fail(*m_exported.failure);
        m_exported.paths.push_back(path);
        return {};
    };
    m_window = std::make_unique<MainWindow>(*m_workspace, WindowParts{plainViews, exporter, settings});
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestWindow::init() {
    m_exported.paths.clear();
    m_exported.failure.reset();
    makeWindow();
}

void TestWindow::cleanup() {
    m_window.reset();
    m_workspace.reset();
    QApplication::setPalette(m_systemPalette);
}

void TestWindow::openSample() {
    m_workspace->openFiles({sentiment.toStdString(), reviews.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && m_window->currentView() != nullptr, 30000);
}

void TestWindow::drop(QMimeData& data) {
    const QPoint middle = m_window->rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent dropped(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &dropped);
}

void TestWindow::saysWhatToDoWhenNothingIsOpen() {
    auto* empty = m_window->findChild<EmptyState*>();
    QVERIFY(empty->isVisible());
    QVERIFY(empty->title().contains(QStringLiteral("Drop a model here")));
    QVERIFY(m_window->currentView() == nullptr);
    QVERIFY(!m_window->actions().exportView->isEnabled());

    m_workspace->openModel(sentiment.toStdString());
    QTRY_VERIFY(m_workspace->hasModel());
    QVERIFY(empty->title().contains(QStringLiteral("Choose a text")));
    QCOMPARE(m_window->windowTitle(), QStringLiteral("attention.h5 — attnscope"));
}

void TestWindow::weightsAskForTheirArchitecture() {
    const QString weights = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/weights/");
    m_workspace->openFiles({(weights + QStringLiteral("renamed.h5")).toStdString()});
    const auto box = [this] { return m_window->findChild<QMessageBox*>(); };
    QTRY_VERIFY(box() != nullptr && box()->isVisible());
    QVERIFY(box()->text().startsWith(QStringLiteral("renamed.h5 holds weights")));
    QTest::keyClick(box(), Qt::Key_Escape);
    QTRY_VERIFY(box() == nullptr);
    QVERIFY(!m_workspace->hasModel());

    m_workspace->openFiles({(weights + QStringLiteral("renamed.h5")).toStdString()});
    QTRY_VERIFY(box() != nullptr && box()->isVisible());
    QTest::keyClick(box(), Qt::Key_Return);
    const auto dialog = [this] { return m_window->findChild<QFileDialog*>(); };
    QTRY_VERIFY(dialog() != nullptr && dialog()->isVisible());
    QCOMPARE(dialog()->directory(), QDir(weights));
    auto* name = dialog()->findChild<QLineEdit*>();
    name->setText(QStringLiteral("twice.json"));
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_VERIFY(m_workspace->hasModel());
    QCOMPARE(m_window->windowTitle(), QStringLiteral("renamed.h5 — attnscope"));
    QCOMPARE(QString::fromStdString(m_workspace->opened().architecturePath), weights + QStringLiteral("twice.json"));
}

void TestWindow::weightsAndArchitectureAreDroppedTogether() {
    const QString weights = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/weights/");
    QMimeData alone;
    alone.setUrls({QUrl::fromLocalFile(weights + QStringLiteral("twice.json"))});
    drop(alone);
    auto* banner = m_window->findChild<MessageBanner*>();
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(!m_workspace->hasModel());

    QMimeData both;
    both.setUrls({QUrl::fromLocalFile(weights + QStringLiteral("twice.json")),
                  QUrl::fromLocalFile(weights + QStringLiteral("renamed.h5"))});
    drop(both);
    QTRY_VERIFY(m_workspace->hasModel());
    QVERIFY(!banner->isVisible());
}

void TestWindow::droppedFilesAreOpened() {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(reviews), QUrl::fromLocalFile(sentiment)});
    drop(data);
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && m_window->currentView() != nullptr, 30000);
    QCOMPARE(child<QListView>("texts")->model()->rowCount(), 24);
    QCOMPARE(view()->last.site, std::string("attention"));
}

void TestWindow::droppedTextIsInspected() {
    openSample();
    QMimeData data;
    data.setText(QStringLiteral("a lovely\nfilm"));
    drop(data);
    QTRY_VERIFY(isIdle());
    QCOMPARE(view()->last.model->inputs.front().text, std::string("a lovely film"));
}

void TestWindow::aWrongFileShowsAMessageThatDoesNotBlock() {
    openSample();
    auto* banner = m_window->findChild<MessageBanner*>();
    QVERIFY(!banner->isVisible());
    m_workspace->openFiles({(samples + QStringLiteral("sentiment/missing.h5")).toStdString()});
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(QStringLiteral("missing.h5")));
    QVERIFY(QApplication::activeModalWidget() == nullptr);
    QVERIFY(m_window->currentView() != nullptr);
    QTest::mouseClick(child<QToolButton>("bannerClose"), Qt::LeftButton);
    QVERIFY(!banner->isVisible());
}

void TestWindow::typedTextIsInspectedOnEnter() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier);
    auto* typed = child<QLineEdit>("typedText");
    QCOMPARE(QApplication::focusWidget(), typed);
    QTest::keyClicks(typed, QStringLiteral("what a dull film"));
    QTest::keyClick(typed, Qt::Key_Return);
    QTRY_VERIFY(isIdle());
    QCOMPARE(view()->last.model->inputs.front().text, std::string("what a dull film"));
    QCOMPARE(child<QListView>("texts")->currentIndex().row(), 0);
    QVERIFY(typed->text().isEmpty());
}

void TestWindow::enterInAnEmptyBoxTypesNothing() {
    openSample();
    auto* typed = child<QLineEdit>("typedText");
    QTest::keyClicks(typed, QStringLiteral("  "));
    QTest::keyClick(typed, Qt::Key_Return);
    QCOMPARE(m_workspace->list().size(), std::size_t{24});
    QVERIFY(typed->text().isEmpty());
}

void TestWindow::aNumericModelAsksForNumbers() {
    m_workspace->openModel(samples.toStdString() + "vibration/model.h5");
    QTRY_VERIFY(m_workspace->hasModel());
    QCOMPARE(m_window->actions().openTexts->text(), QStringLiteral("Open &numbers…"));
    m_workspace->openModel(sentiment.toStdString());
    QTRY_COMPARE(m_window->actions().openTexts->text(), QStringLiteral("Open &texts…"));
}

void TestWindow::longNamesKeepTheWindowUsable() {
    openSample();
    QTemporaryDir folder;
    const QString name = QStringLiteral("a_very_long_name_").repeated(10);
    const QString model = folder.filePath(name + QStringLiteral(".h5"));
    QVERIFY(QFile::copy(sentiment, model));
    const QString table = folder.filePath(QStringLiteral("table.csv"));
    std::ofstream(table.toStdString()) << "title," << name.toStdString() << "\na,a film that is long\nb,a good one\n";
    m_workspace->openFiles({model.toStdString(), table.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && m_workspace->columns().columns.size() == 2, 30000);
    QVERIFY2(m_window->minimumSizeHint().width() <= 900, QByteArray::number(m_window->minimumSizeHint().width()));
    m_window->resize(900, 600);
    m_window->showError({ErrorCode::NotFound, "does not exist", {folder.filePath(name + name).toStdString()}});
    QVERIFY2(m_window->minimumSizeHint().width() <= 900, QByteArray::number(m_window->minimumSizeHint().width()));
    QVERIFY(child<QComboBox>("column")->isVisible());
    QVERIFY2(child<QLineEdit>("filter")->width() >= 80, "the name of a column takes the filter's room");
}

void TestWindow::aLostVocabularyIsAskedForAndDropped() {
    const QString golden = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/");
    m_workspace->openFiles({(golden + QStringLiteral("words_attended_3.h5")).toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && isIdle(), 30000);
    QTest::keyClicks(child<QLineEdit>("typedText"), QStringLiteral("A quiet film"));
    QTest::keyClick(child<QLineEdit>("typedText"), Qt::Key_Return);
    QTRY_VERIFY(m_workspace->inspectProblem());
    const auto* empty = m_window->findChild<EmptyState*>();
    QVERIFY(empty->isVisible() && empty->title() == QStringLiteral("This cannot be evaluated"));
    QVERIFY(!m_window->findChild<MessageBanner*>()->isVisible());  // it is said once

    QMimeData vocabulary;
    vocabulary.setUrls({QUrl::fromLocalFile(golden + QStringLiteral("words_attended_3_vocabulary.txt"))});
    drop(vocabulary);
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->modelRecord() != nullptr, 10000);
    const Sequence& sequence = m_workspace->modelRecord()->inputs.front();
    QCOMPARE(sequence.tokens[1].text, std::string("quiet"));
    QVERIFY(sequence.tokens[1].state == TokenState::Known);
    QVERIFY(!empty->isVisible());
}

void TestWindow::messagesAreShownAsTheyAre() {
    auto* empty = m_window->findChild<EmptyState*>();
    empty->setMessage(QStringLiteral("<i>title</i>"), QStringLiteral("<b>layer</b>"), {});
    for (const QLabel* label : empty->findChildren<QLabel*>()) QCOMPARE(label->textFormat(), Qt::PlainText);
}

void TestWindow::clickingATextChoosesIt() {
    openSample();
    auto* texts = child<QListView>("texts");
    const QModelIndex third = texts->model()->index(2, 0);
    QTest::mouseClick(texts->viewport(), Qt::LeftButton, Qt::NoModifier, texts->visualRect(third).center());
    QTRY_VERIFY(isIdle());
    QCOMPARE(m_workspace->chosenRow(), 2);
    QCOMPARE(view()->last.model->inputs.front().text, m_workspace->list()[2].source.content);
}

void TestWindow::altDownAndAltUpGoThroughTheTexts() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_Down, Qt::AltModifier);
    QTest::keyClick(m_window.get(), Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(m_workspace->chosenRow(), 2);
    QTest::keyClick(m_window.get(), Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(m_workspace->chosenRow(), 1);
}

void TestWindow::filteringKeepsTheChoice() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    auto* filter = child<QLineEdit>("filter");
    QTest::keyClicks(filter, QStringLiteral("DULL"));
    auto* texts = child<QListView>("texts");
    QVERIFY(texts->model()->rowCount() > 0);
    QVERIFY(texts->model()->rowCount() < 24);
    QCOMPARE(m_workspace->chosenRow(), 0);  // hidden now, and still the one that is looked at
    QTest::keyClick(m_window.get(), Qt::Key_Down, Qt::AltModifier);
    QVERIFY(
        QString::fromStdString(m_workspace->list()[static_cast<std::size_t>(m_workspace->chosenRow())].source.content)
            .contains(QStringLiteral("dull"), Qt::CaseInsensitive));
    const int chosen = m_workspace->chosenRow();
    filter->clear();
    QCOMPARE(texts->model()->rowCount(), 24);
    QCOMPARE(texts->currentIndex().row(), chosen);
}

void TestWindow::shortcutsChooseViews() {
    openSample();
    View* first = m_window->currentView();
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QVERIFY(m_window->currentView() != first);
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(m_window->currentView(), first);
}

void TestWindow::onlyTheViewOnShowIsGivenRecords() {
    openSample();
    auto* tabs = child<QTabWidget>("views");
    auto* hidden = static_cast<PlainView*>(tabs->widget(1));
    QCOMPARE(hidden->given, 0);
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(hidden->given, 1);
    QCOMPARE(hidden->last.model, m_workspace->modelRecord());
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(hidden->given, 1);  // nothing new
}

void TestWindow::viewsAskAndTheWindowAnswers() {
    openSample();
    emit view()->maskRequested({44, 45}, true);
    QCOMPARE(m_workspace->edits().count(), std::size_t{2});
    QTRY_VERIFY(isIdle());
    QCOMPARE(view()->last.whatIfSite()->perTimestep[44], 0.0F);
    QCOMPARE(child<QToolButton>("whatIf")->text(), QStringLiteral("What-if ●2"));

    DisplayOptions display = m_workspace->display();
    display.colorMap = "magma";
    emit view()->displayRequested(display);
    QCOMPARE(view()->last.display.colorMap, std::string("magma"));
}

void TestWindow::undoRedoAndResetByKeyboard() {
    openSample();
    emit view()->maskRequested({45}, true);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(m_workspace->edits().empty());
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(m_workspace->edits().count(), std::size_t{1});
    QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier);
    QVERIFY(m_workspace->edits().empty());
    QVERIFY(!m_window->actions().reset->isEnabled());
    QTRY_VERIFY(isIdle());
    QCOMPARE(view()->last.whatIf, view()->last.model);
}

void TestWindow::pinUniformByKeyboard() {
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_U, Qt::ControlModifier);
    QVERIFY(m_workspace->isPinnedUniform());
    QVERIFY(m_window->actions().pinUniform->isChecked());
    QTRY_VERIFY(isIdle());
    QTest::keyClick(m_window.get(), Qt::Key_U, Qt::ControlModifier);
    QVERIFY(!m_workspace->isPinnedUniform());
}

void TestWindow::pointingShowsTheExactNumber() {
    openSample();
    auto* inspector = m_window->findChild<InspectorPanel*>();
    const SiteRecord& site = *view()->last.modelSite();
    emit view()->elementPointedAt(QStringLiteral("a"), {49});
    const float weight = (*site.weightsValue().tensor)[49];
    QVERIFY2(inspector->elementText().contains(QString::fromStdString(floatText(weight))),
             qPrintable(inspector->elementText()));
    QVERIFY(inspector->elementText().contains(QStringLiteral("t = 49")));
    emit view()->elementPointedAt({}, {});
    QVERIFY(!inspector->elementText().contains(QStringLiteral("t = 49")));
}

void TestWindow::predictionShowsModelAndWhatIf() {
    openSample();
    auto* bar = m_window->findChild<PredictionBar*>();
    QCOMPARE(bar->rows().size(), std::size_t{1});
    QCOMPARE(bar->rows().front().model, bar->rows().front().whatIf);
    emit view()->maskRequested({40, 41, 42, 43, 44}, true);
    QTRY_VERIFY(isIdle());
    QVERIFY(bar->rows().front().model != bar->rows().front().whatIf);
    QVERIFY(bar->accessibleDescription().contains(QStringLiteral("what-if")));
}

void TestWindow::choosingAnAttentionLayerChoosesItsSite() {
    m_workspace->openModel(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/two_attentions.h5");
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && isIdle(), 30000);
    const std::vector<std::string> sites = m_workspace->sites();
    QCOMPARE(sites.size(), std::size_t{2});
    auto* layers = m_window->findChild<LayersPanel*>();
    for (const std::size_t chosen : {1, 0}) {
        const std::string& site = sites[chosen];
        const QModelIndex row = layers->layers().indexOf(site);
        QVERIFY(row.isValid());
        QVERIFY(layers->layers().data(row, LayersModel::IsSiteRole).toBool());
        QTest::mouseClick(layers->view().viewport(), Qt::LeftButton, Qt::NoModifier,
                          layers->view().visualRect(row).center());
        QCOMPARE(m_workspace->site(), site);
        QCOMPARE(child<QComboBox>("site")->currentText(), QString::fromStdString(site));
        // The other way round, the layer follows the site.
        m_workspace->setSite(sites[1 - chosen]);
        QCOMPARE(layers->view().currentIndex(), layers->layers().indexOf(sites[1 - chosen]));
        m_workspace->setSite(site);
    }
}

void TestWindow::editingAParameterIsAWhatIf() {
    openSample();
    auto* epsilon = child<QLineEdit>("attention/epsilon");
    QVERIFY(epsilon != nullptr);
    epsilon->setFocus();
    epsilon->selectAll();
    QTest::keyClicks(epsilon, QStringLiteral("0.25"));
    QTest::keyClick(epsilon, Qt::Key_Return);
    QTRY_VERIFY(isIdle());
    QCOMPARE((*view()->last.whatIfSite()->find("epsilon")->tensor)[0], 0.25F);
    for (const char* nonsense : {"nonsense", "nan", "inf"}) {
        epsilon->selectAll();
        QTest::keyClicks(epsilon, QString::fromUtf8(nonsense));
        QTest::keyClick(epsilon, Qt::Key_Return);
        QVERIFY2(isIdle(), nonsense);
        QCOMPARE(epsilon->text(), QStringLiteral("0.25"));
    }
}

void TestWindow::anyElementCanBeSetByTyping() {
    openSample();
    auto* index = child<QLineEdit>("elementIndex");
    auto* number = child<QLineEdit>("elementNumber");
    auto* problem = child<QLabel>("elementProblem");
    // Chosen by a click in a view.
    emit view()->elementChosen(QStringLiteral("attention/a"), {49});
    QCOMPARE(index->text(), QStringLiteral("49"));
    QCOMPARE(number->text().toFloat(), (*view()->last.modelSite()->weightsValue().tensor)[49]);
    number->setFocus();
    number->selectAll();
    QTest::keyClicks(number, QStringLiteral("0.5"));
    QTest::keyClick(number, Qt::Key_Return);
    QTRY_VERIFY(isIdle());
    QCOMPARE((*view()->last.whatIfSite()->weightsValue().tensor)[49], 0.5F);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QTRY_VERIFY(isIdle());
    QVERIFY(m_workspace->edits().empty());
    QCOMPARE(number->text().toFloat(), (*view()->last.modelSite()->weightsValue().tensor)[49]);
    // A trained weight, which no view shows: chosen in the formula, its index typed.
    emit view()->elementChosen(QStringLiteral("attention/W"), {0});
    index->selectAll();
    QTest::keyClicks(index, QStringLiteral("17"));
    QCOMPARE(number->text().toFloat(), (*view()->last.modelSite()->find("W")->tensor)[17]);
    number->selectAll();
    QTest::keyClicks(number, QStringLiteral("-2.25"));
    QTest::keyClick(number, Qt::Key_Return);
    QTRY_VERIFY(isIdle());
    QCOMPARE((*view()->last.whatIfSite()->find("W")->tensor)[17], -2.25F);
    // What is no element, or no number, is said and changes nothing.
    const Edits edits = m_workspace->edits();
    QVERIFY(!problem->isVisible());
    number->selectAll();
    QTest::keyClicks(number, QStringLiteral("much"));
    QTest::keyClick(number, Qt::Key_Return);
    QVERIFY(problem->isVisible());
    QVERIFY(problem->text().contains(QStringLiteral("much")));
    for (const char* nowhere : {"1000000", "-1", "1, 1, 1", "x"}) {
        index->selectAll();
        QTest::keyClicks(index, QString::fromUtf8(nowhere));
        number->selectAll();
        QTest::keyClicks(number, QStringLiteral("1"));
        QTest::keyClick(number, Qt::Key_Return);
        QVERIFY2(problem->isVisible() && problem->text().contains(QString::fromUtf8(nowhere)), nowhere);
    }
    QCOMPARE(m_workspace->edits(), edits);
}

void TestWindow::exportWritesTheViewOnShow() {
    openSample();
    m_window->exportTo(QStringLiteral("/some/where/figure.svg"));
    QTRY_VERIFY(isIdle());
    QCOMPARE(m_exported.paths, std::vector<std::string>{"/some/where/figure.svg"});
    QVERIFY(m_window->findChild<MessageBanner*>()->text().contains(QStringLiteral("figure.svg")));
}

void TestWindow::aFailedExportIsAMessage() {
    openSample();
    m_exported.failure = Error{ErrorCode::Io, "the disk is full", {"figure.svg"}};
    m_window->exportTo(QStringLiteral("figure.svg"));
    auto* banner = m_window->findChild<MessageBanner*>();
    QTRY_VERIFY(banner->isVisible());
    QCOMPARE(banner->text(), QStringLiteral("figure.svg: the disk is full"));
}

void TestWindow::themesReachTheViews() {
    openSample();
    m_window->actions().darkTheme->trigger();
    QVERIFY(view()->last.display.dark);
    QVERIFY(Theme::of(m_window->palette()).dark);
    m_window->actions().lightTheme->trigger();
    QVERIFY(!view()->last.display.dark);
    QVERIFY(!Theme::of(m_window->palette()).dark);
}

void TestWindow::remembersWhereThingsWere() {
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    makeWindow(&settings);
    openSample();
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    m_window->actions().darkTheme->trigger();
    m_window->resize(1000, 600);
    m_window->close();
    makeWindow(&settings);
    QCOMPARE(m_window->size(), QSize(1000, 600));
    QCOMPARE(child<QTabWidget>("views")->currentIndex(), 1);
    QVERIFY(m_window->actions().darkTheme->isChecked());
    QCOMPARE(settings.value(QStringLiteral("recentModels")).toStringList(), QStringList{sentiment});
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestWindow)
#include "test_window.moc"
