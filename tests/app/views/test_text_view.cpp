#include "figure/text_kit.h"
#include "views/text_canvas.h"
#include "views/text_view.h"
#include "views/view_gestures.h"

#include <QComboBox>
#include <QScrollArea>
#include <QScrollBar>
#include <QtTest>

namespace attnscope {

using namespace test;

/// The text, its words coloured by their weights: clicked, dragged over, walked through by keys.
class TestTextView : public QObject {
    Q_OBJECT

private slots:
    void clickingATokenAsksToMaskIt();
    void clickingAMaskedTokenAsksToUnmaskIt();
    void draggingOverTokensAsksForTheRange();
    void keyboardMovesExtendsAndToggles();
    void theChipOfThePaddingStandsForAllOfIt();
    void tokensHaveTheColorOfTheirWeight();
    void aTokensToolTipSaysWhatTheModelSees();
    void theTextIsColoredAnewWithItsLinesKept();
    void longTextsScrollToTheKeyboardsToken();
    void idsAreShownAsText();
    void aTokenShowsWhatItAttendsTo();
};

void TestTextView::clickingATokenAsksToMaskIt() {
    TextView view;
    present(view, {600, 300});
    view.setState(handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .padding = 3}));
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(5).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QCOMPARE(requests.all[0].first, Timesteps{5});
    QVERIFY(requests.all[0].second);
}

void TestTextView::clickingAMaskedTokenAsksToUnmaskIt() {
    TextView view;
    present(view, {600, 300});
    view.setState(handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}}));
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(1).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QVERIFY(!requests.all[0].second);
}

void TestTextView::draggingOverTokensAsksForTheRange() {
    TextView view;
    present(view, {600, 300});
    view.setState(fourWords());
    Requests requests(view);
    QTest::mousePress(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(3).value());
    pointAt(view.canvas(), view.canvas().centreOf(1).value());
    pointAt(view.canvas(), view.canvas().centreOf(0).value());
    QTest::mouseRelease(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(0).value());
    Timesteps asked = requests.together();
    QCOMPARE(asked.front(), std::int64_t{3});
    std::ranges::sort(asked);
    QCOMPARE(asked, (Timesteps{0, 1, 2, 3}));
    for (const auto& request : requests.all) QVERIFY(request.second);
}

void TestTextView::keyboardMovesExtendsAndToggles() {
    TextView view;
    present(view, {600, 300});
    view.setState(fourWords());
    Requests requests(view);
    QTest::keyClick(&view.canvas(), Qt::Key_Right);
    QCOMPARE(view.canvas().cursorTimestep().value(), std::int64_t{1});
    QTest::keyClick(&view.canvas(), Qt::Key_Space);
    QTest::keyClick(&view.canvas(), Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(&view.canvas(), Qt::Key_End, Qt::ShiftModifier);
    QTest::keyClick(&view.canvas(), Qt::Key_Space);
    QCOMPARE(requests.all.size(), std::size_t{2});
    QCOMPARE(requests.all[0].first, Timesteps{1});
    QCOMPARE(requests.all[1].first, (Timesteps{1, 2, 3}));
}

void TestTextView::theChipOfThePaddingStandsForAllOfIt() {
    TextView view;
    present(view, {600, 300});
    const ViewState state = handMadeState({.words = {"a", "film"}, .padding = 3, .maskIsWhatIf = true});
    view.setState(state);
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(1).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QCOMPARE(requests.all[0].first, (Timesteps{0, 1, 2}));
    QVERIFY(requests.all[0].second);
}

void TestTextView::tokensHaveTheColorOfTheirWeight() {
    TextView view;
    present(view, {600, 300});
    const ViewState state = fourWords();
    view.setState(state);
    const SiteRecord& site = *state.whatIfSite();
    const Range range = autoRange(site.perTimestep);
    for (std::int64_t t = 0; t < 4; ++t) {
        // Between the letters and the edge of the chip.
        const QPoint point = view.canvas().centreOf(t).value() + QPoint(0, 10);
        QCOMPARE(colorAt(view.canvas(), point),
                 expectedColor(state, site.perTimestep[static_cast<std::size_t>(t)], range));
    }
}

void TestTextView::aTokensToolTipSaysWhatTheModelSees() {
    TextView view;
    const ViewState state = handMadeState({.words = {"a", "gorgeous", "film"}, .padding = 2, .masked = {3}});
    view.setState(state);
    const QString text = view.canvas().describe(1);
    const QString weight = figures::compactNumber(static_cast<double>(state.whatIfSite()->perTimestep[3]), 4);
    const QString model = figures::compactNumber(static_cast<double>(state.modelSite()->perTimestep[3]), 4);
    QCOMPARE(text, QStringLiteral("gorgeous\ntimestep 3 · weight %1 (model %2)\nid 5 · masked").arg(weight, model));
    QVERIFY(view.canvas().describe(3).startsWith(QStringLiteral("2 timesteps of padding")));
}

void TestTextView::theTextIsColoredAnewWithItsLinesKept() {
    const std::vector<std::string> words = someWords(60);
    const ViewState before = handMadeState({.words = words});
    const ViewState after = handMadeState({.words = words, .masked = {2, 3, 4}});
    TextView recolored;
    present(recolored, {600, 300});
    recolored.setState(before);
    const QImage first = recolored.canvas().grab().toImage();
    recolored.setState(after);
    TextView fresh;
    present(fresh, {600, 300});
    fresh.setState(after);
    QVERIFY(first != recolored.canvas().grab().toImage());
    QCOMPARE(recolored.canvas().grab().toImage(), fresh.canvas().grab().toImage());
}

void TestTextView::longTextsScrollToTheKeyboardsToken() {
    TextView view;
    present(view, {600, 300});
    view.setState(handMadeState({.words = someWords(800)}));
    auto* scroll = view.findChild<QScrollArea*>();
    QTRY_VERIFY(scroll->verticalScrollBar()->maximum() > 1000);
    QTest::keyClick(&view.canvas(), Qt::Key_End);
    QVERIFY(scroll->verticalScrollBar()->value() > 1000);
    QCOMPARE(view.canvas().cursorTimestep().value(), std::int64_t{799});
    const int bottom = scroll->verticalScrollBar()->value();
    for (int i = 0; i < 20; ++i) QTest::keyClick(&view.canvas(), Qt::Key_Up);
    QVERIFY(scroll->verticalScrollBar()->value() < bottom);
    QVERIFY(view.canvas().cursorTimestep().value() < 790);
}

void TestTextView::idsAreShownAsText() {
    TextView view;
    present(view, {600, 300});
    view.setState(sampleState("sentiment/attention.h5", {InputSource::Kind::Ids, "ids", "12 7 5999"}));
    QVERIFY(view.canvas().centreOf(49).has_value());
    QVERIFY(view.canvas().centreOf(47)->x() < view.canvas().centreOf(49)->x());
}

void TestTextView::aTokenShowsWhatItAttendsTo() {
    ViewState state = handMadeState({.words = someWords(9), .heads = 2});
    TextView view;
    present(view, {900, 600});
    view.setState(state);
    QObject::connect(&view, &View::displayRequested, &view, [&](const DisplayOptions& display) {
        state.display = display;
        view.setState(state);
    });
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::ControlModifier, *view.canvas().centreOf(4));
    QVERIFY(state.display.slice == (SiteSlice{{"i", 4}}));
    QVERIFY(requests.all.empty());
    QCOMPARE(view.findChild<QComboBox*>(QStringLiteral("slice_i"))->currentIndex(), 5);
    const Tensor& weights = *state.whatIfSite()->weightsValue().tensor;
    for (std::size_t j = 0; j < 9; ++j) {
        const float expected = (weights[4 * 9 + j] + weights[81 + 4 * 9 + j]) / 2.0F;
        const QString said = view.canvas().describe(j);
        QVERIFY2(said.contains(figures::compactNumber(expected, 4)), qPrintable(said));
    }
    // Once more: all queries again. The keyboard does the same.
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::ControlModifier, *view.canvas().centreOf(4));
    QVERIFY(state.display.slice.empty());
    QTest::keyClick(&view.canvas(), Qt::Key_Home);
    QTest::keyClick(&view.canvas(), Qt::Key_Q);
    QVERIFY(state.display.slice == (SiteSlice{{"i", 0}}));
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, *view.canvas().centreOf(4));
    QCOMPARE(requests.together(), Timesteps{4});
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestTextView)
#include "test_text_view.moc"
