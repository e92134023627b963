#include "panels/message_banner.h"
#include "panels/playground_dialog.h"
#include "support/files.h"
#include "theme/theme.h"
#include "window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolBar>
#include <QtTest>

#include <fstream>

namespace attnscope {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/";
const std::string sentiment = samples + "sentiment/attention.h5";
const std::string reviews = samples + "sentiment/reviews.txt";

}  // namespace

/// The window as a person sees it: pictures are kept in the folder the test runs in (or ATTNSCOPE_PICTURES) for people
/// to look at; what can be measured is measured.
class TestWindowPictures : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void empty();
    void sampleLightAndDark();
    void whatIf();
    void featureByTime();
    void numericSequence();
    void errorBanner();
    void longList();
    void narrow();
    void formulaEditor();
    void unknownLayer();
    void newLayer();

private:
    void open(const std::vector<std::string>& files);
    QImage keep(const QString& name);

    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

void TestWindowPictures::init() {
    m_workspace = std::make_unique<Workspace>(makeCpuBackend());
    m_window = std::make_unique<MainWindow>(*m_workspace, WindowParts{viewTable(), {}, nullptr});
    m_window->resize(1280, 800);
    m_window->setTheme(ThemeChoice::Light);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void TestWindowPictures::cleanup() {
    m_window.reset();
    m_workspace.reset();
}

void TestWindowPictures::open(const std::vector<std::string>& files) {
    m_workspace->openFiles(files);
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->activity().what.isEmpty() && m_window->currentView() != nullptr, 60000);
}

QImage TestWindowPictures::keep(const QString& name) {
    QTest::qWait(20);
    const QImage picture = m_window->grab().toImage();
    const QDir folder(qEnvironmentVariable("ATTNSCOPE_PICTURES", QStringLiteral(".")));
    if (!picture.save(folder.filePath(name + QStringLiteral(".png"))))
        qWarning("picture %s is not kept", qPrintable(name));
    return picture;
}

void TestWindowPictures::empty() {
    const QImage picture = keep(QStringLiteral("window-empty"));
    QCOMPARE(picture.size(), m_window->size());
}

void TestWindowPictures::sampleLightAndDark() {
    open({sentiment, reviews});
    const QPoint bar(m_window->findChild<QToolBar*>()->geometry().bottomLeft() + QPoint(2, -4));
    QCOMPARE(keep(QStringLiteral("window-light")).pixelColor(bar), Theme::light().raised);
    m_window->setTheme(ThemeChoice::Dark);
    QCOMPARE(keep(QStringLiteral("window-dark")).pixelColor(bar), Theme::darkTheme().raised);
}

void TestWindowPictures::whatIf() {
    open({sentiment, reviews});
    m_workspace->chooseRow(1);
    QTRY_VERIFY(m_workspace->activity().what.isEmpty());
    m_workspace->maskTimesteps({44}, true);
    QTRY_VERIFY(m_workspace->activity().what.isEmpty());
    emit m_window->currentView()->elementPointedAt(QStringLiteral("a"), {47});
    const QImage light = keep(QStringLiteral("window-what-if"));
    m_window->setTheme(ThemeChoice::Dark);
    QVERIFY(keep(QStringLiteral("window-what-if-dark")) != light);
}

void TestWindowPictures::featureByTime() {
    open({samples + "sentiment/attention_layer.h5", reviews});
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QVERIFY(!keep(QStringLiteral("window-heatmap")).isNull());
}

void TestWindowPictures::numericSequence() {
    open({samples + "vibration/model.h5", samples + "vibration/recording.csv"});
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QVERIFY(!keep(QStringLiteral("window-numeric")).isNull());
}

void TestWindowPictures::errorBanner() {
    open({sentiment, reviews});
    auto* banner = m_window->findChild<MessageBanner*>();
    m_workspace->openFiles({ATTNSCOPE_SOURCE_DIR "/tests/fixtures/bad/missing_weight.h5"});
    QTRY_VERIFY(banner->isVisible());
    const QImage picture = keep(QStringLiteral("window-error"));
    QCOMPARE(picture.pixelColor(banner->mapTo(m_window.get(), QPoint(1, banner->height() / 2))), Theme::light().error);
}

void TestWindowPictures::longList() {
    QTemporaryDir folder;
    const std::string many = folder.filePath(QStringLiteral("many.tsv")).toStdString();
    {
        std::ofstream file(many);
        file << "review\tsentiment\ttitle\n";
        for (int line = 0; line < 2000; ++line)
            file << "Text number " << line << " is a film that one can "
                 << (line % 3 == 0 ? "hardly bear" : "only love") << ", again and again and again\t"
                 << (line % 3 == 0 ? "neg" : "pos") << "\tTitle " << line << "\n";
    }
    m_workspace->openFiles({sentiment, many});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->activity().done > 40, 60000);
    QVERIFY(!keep(QStringLiteral("window-long-list")).isNull());
    m_workspace->cancel();
    QCOMPARE(m_window->findChild<QListView*>(QStringLiteral("texts"))->model()->rowCount(), 2000);
}

void TestWindowPictures::narrow() {
    m_window->resize(900, 560);
    open({sentiment, reviews});
    const QImage picture = keep(QStringLiteral("window-narrow"));
    QVERIFY2(picture.width() <= 960, "the window must fit a small screen");
}

void TestWindowPictures::formulaEditor() {
    open({sentiment, reviews});
    m_window->actions().editFormula->trigger();
    auto* text = m_window->findChild<QPlainTextEdit*>(QStringLiteral("formulaText"));
    text->setTextCursor(text->document()->find(QStringLiteral("tanh")));
    text->insertPlainText(QStringLiteral("relu"));
    QTRY_VERIFY(m_workspace->activity().what.isEmpty());
    QVERIFY(m_workspace->whatIfRecord() != m_workspace->modelRecord());
    keep(QStringLiteral("window-formula"));
    text->setTextCursor(text->document()->find(QStringLiteral("* mask[t]")));
    text->insertPlainText(QStringLiteral("* maks[t]"));
    keep(QStringLiteral("window-formula-error"));
    m_window->setTheme(ThemeChoice::Dark);
    m_window->resize(900, 640);
    QVERIFY(keep(QStringLiteral("window-formula-dark-narrow")).width() <= 960);
}

void TestWindowPictures::unknownLayer() {
    QTemporaryDir folder;
    QByteArray bytes = test::contentOf(QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/attention.h5"));
    bytes.replace("\"class_name\": \"Attention\"", "\"class_name\": \"Mysterium\"");
    const QString unknown = folder.filePath(QStringLiteral("謎のモデル.h5"));
    test::writeFile(unknown, bytes);
    m_workspace->openFiles({unknown.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(m_workspace->hasModel() && m_workspace->activity().what.isEmpty(), 60000);
    keep(QStringLiteral("window-unknown-layer"));
    m_window->findChild<QPushButton*>(QStringLiteral("writeFormula"))->click();
    QTRY_VERIFY(m_workspace->activity().what.isEmpty());
    QVERIFY(!keep(QStringLiteral("window-unknown-layer-written")).isNull());
}

void TestWindowPictures::newLayer() {
    open({sentiment, reviews});
    m_window->actions().newLayer->trigger();
    auto* dialog = m_window->findChild<PlaygroundDialog*>();
    QVERIFY(dialog != nullptr);
    auto* formulas = dialog->findChild<QComboBox*>(QStringLiteral("newFormula"));
    formulas->setCurrentIndex(formulas->findData(QStringLiteral("attention_with_context")));
    QTest::qWait(50);
    const QDir folder(qEnvironmentVariable("ATTNSCOPE_PICTURES", QStringLiteral(".")));
    dialog->grab().save(folder.filePath(QStringLiteral("dialog-new-layer.png")));
    dialog->findChild<QPushButton*>(QStringLiteral("addLayer"))->click();
    QTRY_VERIFY(m_workspace->activity().what.isEmpty());
    QVERIFY(!keep(QStringLiteral("window-new-layer")).isNull());
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestWindowPictures)
#include "test_window_pictures.moc"
