#include "figure/parts.h"
#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "inspect/contributions.h"
#include "theme/theme.h"
#include "views/color_bar.h"
#include "views/heatmap_canvas.h"
#include "views/heatmap_view.h"
#include "views/mask_view.h"
#include "views/output_view.h"
#include "views/panel_canvas.h"
#include "views/stages_view.h"
#include "views/text_canvas.h"
#include "views/text_view.h"
#include "views/view_states.h"
#include "views/view_table.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QGridLayout>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

#include <cmath>
#include <numeric>

namespace attnscope {
namespace {

using Timesteps = std::vector<std::int64_t>;

/// What a view asked to be masked, one line per request.
struct Requests {
    std::vector<std::pair<Timesteps, bool>> all;

    explicit Requests(View& view) {
        QObject::connect(&view, &View::maskRequested, &view,
                         [this](const Timesteps& timesteps, bool masked) { all.emplace_back(timesteps, masked); });
    }
    [[nodiscard]] Timesteps together() const {
        Timesteps joined;
        for (const auto& [timesteps, masked] : all) joined.insert(joined.end(), timesteps.begin(), timesteps.end());
        return joined;
    }
};

struct Pointed {
    QString name;
    Timesteps index;
};

void wheel(QWidget& widget, QPoint at, int delta) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, delta}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&widget, &event);
}

/// QTest::mouseMove() sends nothing where the pointer happens to be already.
void pointAt(QWidget& widget, QPoint at) {
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&widget, &event);
}

/// The middle of a column under the data, where labels are.
QPoint labelOf(const ColumnCanvas& canvas, int column) {
    const PixelRect cell = canvas.viewport().rectOf({column, 0});
    return {canvas.plotRect().left() + static_cast<int>((cell.low.x + cell.high.x) / 2), canvas.labelRect().top() + 8};
}

QPoint cellCentre(const HeatmapCanvas& canvas, int column, int row) {
    const PixelRect cell = canvas.viewport().rectOf({column, row});
    return canvas.mapRect().topLeft() +
           QPoint(static_cast<int>((cell.low.x + cell.high.x) / 2), static_cast<int>((cell.low.y + cell.high.y) / 2));
}

QColor colorAt(QWidget& widget, QPoint point) {
    return widget.grab().toImage().pixelColor(point);
}

QColor expectedColor(const ViewState& state, float value, const Range& range) {
    return figures::toColor(figures::colorMapNamed(state.display.colorMap).colorAt(range.normalized(value)));
}

ViewState fourWords() {
    return test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}});
}

}  // namespace

class TestViews : public QObject {
    Q_OBJECT

private slots:
    void headsAndQueriesAreChosenInEveryView();
    void aTokenShowsWhatItAttendsTo();
    void theHeatmapOfHeadsIsQueryByKey();
    void anElementOfAChosenHeadIsPointedAtInTheWhole();
    void viewsStandInTheOrderOfTheirTabs();
    void withoutRecordsEveryViewSaysWhatToDo();
    void switchingStatesNeverShowsTheOldOne();

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

    void cellsHaveTheColorOfTheirWeight();
    void zoomingKeepsThePointUnderThePointer();
    void theReadOutIsExact();
    void clickingAndDraggingLabelsMasks();
    void keysMoveTheCrosshairAndMask();
    void pointingAtACellNamesTheWeight();
    void choosingARangeAsksForIt();
    void attainableIsOfferedOnlyWhereItIsKnown();
    void matrixWeightsAreIndexedInTheirOwnAxes();

    void stagesShowEveryValueOverTimeInTheFormulasOrder();
    void stagesReadOutEveryRowAtTheCrosshair();
    void clickingAStagePointsAtItsElement();
    void anUntouchedStageHasNoModelBehindIt();
    void barsReachFromZeroToTheirValue();

    void contributionsAddUpToTheOutput();
    void unitsAreSortedByMagnitude();
    void theOutputsReadOutComparesWithTheModel();
    void missingContributionsAreExplained();

    void theMaskViewComparesModelAndWhatIf();
    void pressingOnAMaskMasks();
    void theMaskViewSaysWhereTheLayerHasNoMask();

    void fiveThousandTokensStayFluid();
};

void TestViews::viewsStandInTheOrderOfTheirTabs() {
    QStringList ids;
    for (const ViewRow& row : viewTable()) ids << QString::fromUtf8(row.id);
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("text heatmap stages output mask"));
}

void TestViews::withoutRecordsEveryViewSaysWhatToDo() {
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        test::present(*view, {600, 400});
        for (const ViewState& state : {ViewState{}, fourWords(), ViewState{}}) {
            view->setState(state);
            QCoreApplication::processEvents();
            const bool empty = state.model == nullptr;
            const auto labels = view->findChildren<QLabel*>();
            const bool note = std::ranges::any_of(labels, [](const QLabel* label) {
                return label->isVisible() && label->text().startsWith(QStringLiteral("Open a model"));
            });
            QVERIFY2(note == empty, row.id);
        }
    }
}

void TestViews::switchingStatesNeverShowsTheOldOne() {
    // From many timesteps to few, pointed at and zoomed in between: nothing may reach beyond the new record.
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        test::present(*view, {600, 400});
        view->setState(test::handMadeState({.words = test::someWords(70), .features = 20, .matrixWeights = true}));
        for (auto* canvas : view->findChildren<ColumnCanvas*>()) {
            pointAt(*canvas, canvas->plotRect().bottomRight() - QPoint(2, 2));
            wheel(*canvas, canvas->plotRect().bottomRight() - QPoint(2, 2), 480);
        }
        view->setState(fourWords());
        for (auto* canvas : view->findChildren<ColumnCanvas*>()) {
            QVERIFY(!canvas->pointedCell());
            QVERIFY(canvas->viewport().isFitted());
        }
        view->setState(test::handMadeState({.timesteps = 30}));
        view->grab();
    }
}

void TestViews::clickingATokenAsksToMaskIt() {
    TextView view;
    test::present(view, {600, 300});
    view.setState(test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .padding = 3}));
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(5).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QCOMPARE(requests.all[0].first, Timesteps{5});
    QVERIFY(requests.all[0].second);
}

void TestViews::clickingAMaskedTokenAsksToUnmaskIt() {
    TextView view;
    test::present(view, {600, 300});
    view.setState(test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}}));
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(1).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QVERIFY(!requests.all[0].second);
}

void TestViews::draggingOverTokensAsksForTheRange() {
    TextView view;
    test::present(view, {600, 300});
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

void TestViews::keyboardMovesExtendsAndToggles() {
    TextView view;
    test::present(view, {600, 300});
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

void TestViews::theChipOfThePaddingStandsForAllOfIt() {
    TextView view;
    test::present(view, {600, 300});
    const ViewState state = test::handMadeState({.words = {"a", "film"}, .padding = 3, .maskIsWhatIf = true});
    view.setState(state);
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().centreOf(1).value());
    QCOMPARE(requests.all.size(), std::size_t{1});
    QCOMPARE(requests.all[0].first, (Timesteps{0, 1, 2}));
    QVERIFY(requests.all[0].second);
}

void TestViews::tokensHaveTheColorOfTheirWeight() {
    TextView view;
    test::present(view, {600, 300});
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

void TestViews::aTokensToolTipSaysWhatTheModelSees() {
    TextView view;
    const ViewState state = test::handMadeState({.words = {"a", "gorgeous", "film"}, .padding = 2, .masked = {3}});
    view.setState(state);
    const QString text = view.canvas().describe(1);
    const QString weight = figures::compactNumber(static_cast<double>(state.whatIfSite()->perTimestep[3]), 4);
    const QString model = figures::compactNumber(static_cast<double>(state.modelSite()->perTimestep[3]), 4);
    QCOMPARE(text, QStringLiteral("gorgeous\ntimestep 3 · weight %1 (model %2)\nid 5 · masked").arg(weight, model));
    QVERIFY(view.canvas().describe(3).startsWith(QStringLiteral("2 timesteps of padding")));
}

void TestViews::theTextIsColoredAnewWithItsLinesKept() {
    const std::vector<std::string> words = test::someWords(60);
    const ViewState before = test::handMadeState({.words = words});
    const ViewState after = test::handMadeState({.words = words, .masked = {2, 3, 4}});
    TextView recolored;
    test::present(recolored, {600, 300});
    recolored.setState(before);
    const QImage first = recolored.canvas().grab().toImage();
    recolored.setState(after);
    TextView fresh;
    test::present(fresh, {600, 300});
    fresh.setState(after);
    QVERIFY(first != recolored.canvas().grab().toImage());
    QCOMPARE(recolored.canvas().grab().toImage(), fresh.canvas().grab().toImage());
}

void TestViews::longTextsScrollToTheKeyboardsToken() {
    TextView view;
    test::present(view, {600, 300});
    view.setState(test::handMadeState({.words = test::someWords(800)}));
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

void TestViews::idsAreShownAsText() {
    TextView view;
    test::present(view, {600, 300});
    view.setState(test::sampleState("sentiment/attention.h5", {InputSource::Kind::Ids, "ids", "12 7 5999"}));
    QVERIFY(view.canvas().centreOf(49).has_value());
    QVERIFY(view.canvas().centreOf(47)->x() < view.canvas().centreOf(49)->x());
}

void TestViews::cellsHaveTheColorOfTheirWeight() {
    HeatmapView view;
    test::present(view, {700, 500});
    const ViewState state = test::handMadeState({.words = test::someWords(20), .features = 10, .matrixWeights = true});
    view.setState(state);
    const Tensor& weights = *state.whatIfSite()->weightsValue().tensor;
    const Range range = autoRange(weights.data());
    for (const auto& [row, column] : {std::pair{0, 0}, {3, 17}, {9, 5}})
        QCOMPARE(colorAt(view.canvas(), cellCentre(view.canvas(), column, row)),
                 expectedColor(state, weights[static_cast<std::size_t>(row * 20 + column)], range));
}

void TestViews::zoomingKeepsThePointUnderThePointer() {
    HeatmapView view;
    test::present(view, {700, 500});
    view.setState(test::handMadeState({.words = test::someWords(60), .features = 30, .matrixWeights = true}));
    const QPoint at = cellCentre(view.canvas(), 41, 11);
    const auto cellsAt = [&] {
        const QPoint inside = at - view.canvas().mapRect().topLeft();
        return view.canvas().viewport().toCells({static_cast<float>(inside.x()), static_cast<float>(inside.y())});
    };
    const glm::vec2 before = cellsAt();
    const float scale = view.canvas().viewport().scale().x;
    wheel(view.canvas(), at, 240);
    QVERIFY(view.canvas().viewport().scale().x > 1.5F * scale);
    QVERIFY(std::abs(cellsAt().x - before.x) < 0.01F && std::abs(cellsAt().y - before.y) < 0.01F);
    // Another record of the same size keeps the place, double clicking shows all.
    view.setState(
        test::handMadeState({.words = test::someWords(60), .features = 30, .matrixWeights = true, .masked = {2}}));
    QVERIFY(std::abs(cellsAt().x - before.x) < 0.01F);
    QVERIFY(view.canvas().viewport().scale().x > 1.5F * scale);
    QTest::mouseDClick(&view.canvas(), Qt::LeftButton, {}, at);
    QVERIFY(view.canvas().viewport().isFitted());
}

void TestViews::theReadOutIsExact() {
    HeatmapView view;
    test::present(view, {700, 500});
    const ViewState state = test::handMadeState({.words = test::someWords(20), .masked = {6}});
    view.setState(state);
    pointAt(view.canvas(), cellCentre(view.canvas(), 6, 0));
    const QString word = QString::fromStdString(test::someWords(20)[6]);
    QCOMPARE(view.findChild<QLabel*>(QStringLiteral("readOut"))->text(),
             QStringLiteral("timestep 6 “%1” · masked · weight 0").arg(word));
    pointAt(view.canvas(), cellCentre(view.canvas(), 7, 0));
    const double weight = static_cast<double>(state.whatIfSite()->perTimestep[7]);
    QVERIFY(view.canvas().readOut().endsWith(QStringLiteral("weight ") + figures::compactNumber(weight, 6)));
}

void TestViews::clickingAndDraggingLabelsMasks() {
    HeatmapView view;
    test::present(view, {700, 500});
    view.setState(test::handMadeState({.words = test::someWords(20), .masked = {6}}));
    Requests requests(view);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, labelOf(view.canvas(), 6));
    QCOMPARE(requests.all.size(), std::size_t{1});
    QCOMPARE(requests.all[0].first, Timesteps{6});
    QVERIFY(!requests.all[0].second);
    requests.all.clear();
    QTest::mousePress(&view.canvas(), Qt::LeftButton, {}, labelOf(view.canvas(), 12));
    pointAt(view.canvas(), labelOf(view.canvas(), 9));
    QTest::mouseRelease(&view.canvas(), Qt::LeftButton, {}, labelOf(view.canvas(), 9));
    QCOMPARE(requests.together(), (Timesteps{12, 11, 10, 9}));
}

void TestViews::keysMoveTheCrosshairAndMask() {
    HeatmapView view;
    test::present(view, {700, 500});
    view.setState(test::handMadeState({.words = test::someWords(20), .features = 5, .matrixWeights = true}));
    Requests requests(view);
    QTest::keyClick(&view.canvas(), Qt::Key_Right);
    QTest::keyClick(&view.canvas(), Qt::Key_Right);
    QTest::keyClick(&view.canvas(), Qt::Key_Down);
    QCOMPARE(view.canvas().pointedCell().value(), (Cell{1, 1}));
    QTest::keyClick(&view.canvas(), Qt::Key_End);
    QTest::keyClick(&view.canvas(), Qt::Key_Space);
    QCOMPARE(requests.together(), Timesteps{19});
    QTest::keyClick(&view.canvas(), Qt::Key_Plus);
    QVERIFY(!view.canvas().viewport().isFitted());
    QTest::keyClick(&view.canvas(), Qt::Key_0);
    QVERIFY(view.canvas().viewport().isFitted());
}

void TestViews::pointingAtACellNamesTheWeight() {
    HeatmapView view;
    test::present(view, {700, 500});
    view.setState(fourWords());
    Pointed pointed;
    connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    pointAt(view.canvas(), cellCentre(view.canvas(), 2, 0));
    QCOMPARE(pointed.name, QStringLiteral("attention/a"));
    QCOMPARE(pointed.index, Timesteps{2});
}

void TestViews::choosingARangeAsksForIt() {
    for (const char* id : {"text", "heatmap"}) {
        const auto row = std::ranges::find_if(viewTable(), [&](const ViewRow& r) { return std::string(r.id) == id; });
        const std::unique_ptr<View> view(row->make(nullptr));
        test::present(*view, {600, 400});
        ViewState state = fourWords();
        view->setState(state);
        std::vector<DisplayOptions> asked;
        connect(view.get(), &View::displayRequested, view.get(),
                [&](const DisplayOptions& display) { asked.push_back(display); });
        auto* map = view->findChild<QComboBox*>(QStringLiteral("colorMap"));
        map->setCurrentText(QStringLiteral("magma"));
        emit map->activated(map->currentIndex());
        QCOMPARE(asked.size(), std::size_t{1});
        QCOMPARE(asked[0].colorMap, std::string("magma"));
        auto* range = view->findChild<QComboBox*>(QStringLiteral("rangeMode"));
        emit range->activated(static_cast<int>(RangeMode::Attainable));
        QCOMPARE(asked.size(), std::size_t{2});
        QVERIFY(asked[1].range == RangeMode::Attainable);
    }
}

void TestViews::attainableIsOfferedOnlyWhereItIsKnown() {
    HeatmapView view;
    const auto offered = [&] {
        auto* range = view.findChild<QComboBox*>(QStringLiteral("rangeMode"));
        return range->model()->flags(range->model()->index(1, 0)).testFlag(Qt::ItemIsEnabled);
    };
    view.setState(fourWords());
    QVERIFY(!offered());
    view.setState(test::sampleState("sentiment/attention.h5", test::review(1)));
    QVERIFY(offered());
}

void TestViews::matrixWeightsAreIndexedInTheirOwnAxes() {
    HeatmapView view;
    test::present(view, {700, 500});
    view.setState(test::handMadeState({.words = test::someWords(20), .features = 10, .matrixWeights = true}));
    Pointed pointed;
    connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    pointAt(view.canvas(), cellCentre(view.canvas(), 13, 4));
    QCOMPARE(pointed.index, (Timesteps{4, 13}));
}

void TestViews::stagesShowEveryValueOverTimeInTheFormulasOrder() {
    StagesView view;
    test::present(view, {700, 500});
    view.setState(test::sampleState("sentiment/attention.h5", test::review(1)));
    QStringList names;
    for (const Panel& panel : view.canvas().figure().panels) names << QString::fromStdString(panel.name);
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("x mask b e u a"));
    view.setState(test::sampleState("sentiment/attention_layer.h5", test::review(1)));
    names.clear();
    for (const Panel& panel : view.canvas().figure().panels) names << QString::fromStdString(panel.name);
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("x mask W b e a"));
}

void TestViews::stagesReadOutEveryRowAtTheCrosshair() {
    StagesView view;
    test::present(view, {700, 500});
    const ViewState state = test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}});
    view.setState(state);
    const QRect a = view.canvas().plotOf(4);
    pointAt(view.canvas(), QPoint(a.left() + 3 * a.width() / 8, a.center().y()));
    const SiteRecord& site = *state.whatIfSite();
    const auto value = [&](const char* name) {
        return figures::compactNumber(static_cast<double>((*site.find(name)->tensor)[1]), 4);
    };
    const QString text = view.canvas().readOut();
    QVERIFY2(text.startsWith(QStringLiteral("timestep 1 “gorgeous” · masked")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("mask 0  ·  e %1  ·  u %2").arg(value("e"), value("u"))), qPrintable(text));
    const QString before = figures::compactNumber(static_cast<double>(state.modelSite()->perTimestep[1]), 4);
    QVERIFY2(text.contains(QStringLiteral("a 0 (model %1").arg(before)), qPrintable(text));
}

void TestViews::clickingAStagePointsAtItsElement() {
    StagesView view;
    test::present(view, {700, 500});
    view.setState(test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .features = 4}));
    Pointed pointed;
    connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    const QRect u = view.canvas().plotOf(3);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, QPoint(u.left() + 7 * u.width() / 8, u.center().y()));
    QCOMPARE(pointed.name, QStringLiteral("attention/u"));
    QCOMPARE(pointed.index, Timesteps{3});
    // x is [time, feature], shown turned.
    const QRect x = view.canvas().plotOf(0);
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {},
                      QPoint(x.left() + 5 * x.width() / 8, x.top() + 3 * x.height() / 8));
    QCOMPARE(pointed.name, QStringLiteral("attention/x"));
    QCOMPARE(pointed.index, (Timesteps{2, 1}));
}

void TestViews::anUntouchedStageHasNoModelBehindIt() {
    StagesView view;
    view.setState(test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}}));
    const auto& panels = view.canvas().figure().panels;
    QVERIFY(panels[2].reference.empty());   // e does not depend on the mask
    QVERIFY(!panels[3].reference.empty());  // u does
}

void TestViews::barsReachFromZeroToTheirValue() {
    StagesView view;
    test::present(view, {700, 500});
    const ViewState state = fourWords();
    view.setState(state);
    const QRect plot = view.canvas().plotOf(4);
    const auto weights = state.whatIfSite()->perTimestep;
    const double largest = static_cast<double>(*std::ranges::max_element(weights));
    const QColor bar = FigureStyle::light().series[0];
    for (int t = 0; t < 4; ++t) {
        const int x = plot.left() + (2 * t + 1) * plot.width() / 8;
        const double height = plot.height() * static_cast<double>(weights[static_cast<std::size_t>(t)]) / largest;
        const int top = plot.top() + plot.height() - static_cast<int>(std::lround(height));
        QCOMPARE(colorAt(view.canvas(), {x, top + 2}), bar);
        if (top - 3 > plot.top()) QVERIFY(colorAt(view.canvas(), {x, top - 3}) != bar);
    }
}

void TestViews::contributionsAddUpToTheOutput() {
    OutputView view;
    const ViewState state = test::sampleState("sentiment/attention.h5", test::review(1), {48});
    view.setState(state);
    const auto& panels = view.canvas().figure().panels;
    QCOMPARE(panels.size(), std::size_t{2});
    const auto units = static_cast<std::size_t>(panels[1].matrix.dim(1));
    for (std::size_t unit = 0; unit < units; ++unit) {
        double sum = 0.0;
        for (std::size_t t = 0; t < static_cast<std::size_t>(panels[1].matrix.dim(0)); ++t)
            sum += static_cast<double>(panels[1].matrix[t * units + unit]);
        QVERIFY(std::abs(sum - static_cast<double>(panels[0].matrix[unit])) < 1e-5);
    }
    QCOMPARE(panels[1].range.low, -panels[1].range.high);
    QVERIFY(!panels[0].reference.empty());
}

void TestViews::unitsAreSortedByMagnitude() {
    OutputView view;
    view.setState(test::handMadeState({.words = test::someWords(9), .features = 12}));
    view.findChild<QComboBox*>(QStringLiteral("unitOrder"))->setCurrentIndex(1);
    const auto values = view.canvas().figure().panels[0].matrix.data();
    for (std::size_t i = 1; i < values.size(); ++i) QVERIFY(std::abs(values[i - 1]) >= std::abs(values[i]));
    QVERIFY(view.canvas().figure().columnLabels.size() == 12);
}

void TestViews::theOutputsReadOutComparesWithTheModel() {
    OutputView view;
    test::present(view, {700, 500});
    const ViewState state = test::handMadeState({.words = {"a", "gorgeous", "film"}, .features = 4, .masked = {1}});
    view.setState(state);
    const QRect map = view.canvas().plotOf(1);
    pointAt(view.canvas(), QPoint(map.left() + 5 * map.width() / 8, map.top() + map.height() / 6));
    const auto number = [](float value) { return figures::compactNumber(static_cast<double>(value), 4); };
    const float after = (*state.whatIfSite()->outputValue().tensor)[2];
    const float before = (*state.modelSite()->outputValue().tensor)[2];
    const float part = contributions(*state.whatIfSite())[2];
    QCOMPARE(view.readOut(),
             QStringLiteral("unit 2  ·  c %1  ·  model %2  ·  Δ %3  ·  timestep 0 “a”  ·  contribution %4")
                 .arg(number(after), number(before), number(after - before), number(part)));
}

void TestViews::missingContributionsAreExplained() {
    ViewState state = fourWords();
    Record record = *state.model;
    record.sites[0].attended = record.sites[0].weights;  // no features to line up with
    state.model = state.whatIf = std::make_shared<const Record>(std::move(record));
    OutputView view;
    view.setState(state);
    QCOMPARE(view.canvas().figure().panels.size(), std::size_t{1});
    QVERIFY(view.findChild<QLabel*>(QStringLiteral("whyNoContributions"))->text().contains(QStringLiteral("line up")));
}

void TestViews::theMaskViewComparesModelAndWhatIf() {
    MaskView view;
    test::present(view, {700, 500});
    const ViewState state = test::sampleState("sentiment/attention_layer.h5", test::review(1), {0, 1, 2, 48});
    view.setState(state);
    const auto& panels = view.canvas().figure().panels;
    QCOMPARE(panels.size(), std::size_t{5});
    for (std::size_t t = 0; t < 50; ++t)
        QCOMPARE(panels[4].matrix[t], state.whatIfSite()->perTimestep[t] - state.modelSite()->perTimestep[t]);
    QCOMPARE(panels[4].range.low, -panels[4].range.high);
    QVERIFY(panels[1].range == panels[3].range);  // on one scale, or they could not be compared
    QStringList facts;
    for (const QLabel* label : view.findChild<QWidget*>(QStringLiteral("facts"))->findChildren<QLabel*>())
        facts << label->text();
    QVERIFY(facts.contains(QStringLiteral("weight on padding")));
    QVERIFY(facts.contains(QStringLiteral("weight moved")));
    QVERIFY(facts.contains(QStringLiteral("change of the output vector")));
    QVERIFY(facts.contains(QStringLiteral("prediction dense[0]")));
}

void TestViews::pressingOnAMaskMasks() {
    MaskView view;
    test::present(view, {700, 500});
    view.setState(fourWords());
    Requests requests(view);
    const QRect mask = view.canvas().plotOf(2);
    QTest::mousePress(&view.canvas(), Qt::LeftButton, {}, QPoint(mask.left() + mask.width() / 8, mask.center().y()));
    pointAt(view.canvas(), QPoint(mask.left() + 5 * mask.width() / 8, mask.center().y()));
    QTest::mouseRelease(&view.canvas(), Qt::LeftButton, {}, mask.center());
    QCOMPARE(requests.together(), (Timesteps{0, 1, 2}));
    requests.all.clear();
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, view.canvas().plotOf(3).center());
    QVERIFY(requests.all.empty());
}

void TestViews::theMaskViewSaysWhereTheLayerHasNoMask() {
    MaskView view;
    test::present(view, {700, 500});
    view.setState(test::sampleState("sentiment/attention_layer.h5", test::review(1)));
    auto* note = view.findChild<QLabel*>(QStringLiteral("note"));
    QVERIFY(note->isVisible() && note->text().startsWith(QStringLiteral("AttentionLayer has no mask")));
    view.setState(test::sampleState("sentiment/attention.h5", test::review(1)));
    QVERIFY(!note->isVisible());
}

void TestViews::fiveThousandTokensStayFluid() {
    const auto words = test::someWords(5000);
    const std::vector<ViewState> states{test::handMadeState({.words = words, .masked = {1}}),
                                        test::handMadeState({.words = words, .masked = {1, 2}})};
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        test::present(*view, {900, 600});
        view->setState(states[0]);
        view->grab();
        // Edits and pointing, as a person dragging over the text makes them.
        QElapsedTimer timer;
        timer.start();
        constexpr int edits = 4;
        for (int i = 0; i < edits; ++i) {
            view->setState(states[static_cast<std::size_t>((i + 1) % 2)]);
            view->repaint();
        }
        const qint64 perEdit = timer.elapsed() / edits;
        timer.restart();
        constexpr int moves = 20;
        for (int i = 0; i < moves; ++i) {
            for (auto* canvas : view->findChildren<ColumnCanvas*>())
                pointAt(*canvas, canvas->plotRect().topLeft() + QPoint(10 + 7 * i, 12));
            for (auto* canvas : view->findChildren<TextCanvas*>()) pointAt(*canvas, QPoint(30 + 9 * i, 40));
            view->repaint();
        }
        const qint64 perMove = timer.elapsed() / moves;
        qInfo() << row.id << perEdit << "ms per edit," << perMove << "ms per move";
        // Far above what it takes (printed above), so that a busy machine does not fail it, and far below quadratic.
        QVERIFY2(perEdit < 1500, row.id);
        QVERIFY2(perMove < 200, row.id);
    }
}

void TestViews::headsAndQueriesAreChosenInEveryView() {
    ViewState state = test::handMadeState({.words = test::someWords(9), .heads = 3});
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        test::present(*view, {900, 600});
        view->setState(state);
        QSignalSpy asked(view.get(), &View::displayRequested);
        auto* heads = view->findChild<QComboBox*>(QStringLiteral("slice_h"));
        auto* queries = view->findChild<QComboBox*>(QStringLiteral("slice_i"));
        QVERIFY2(heads != nullptr && heads->isVisible(), row.id);
        QCOMPARE(heads->count(), 4);
        QCOMPARE(heads->currentText(), QStringLiteral("mean over 3 heads"));
        // The heatmap shows all queries anyway.
        QCOMPARE(queries == nullptr, row.exported == SiteView::Heatmap);
        if (queries != nullptr) QCOMPARE(queries->itemText(2), QStringLiteral("1  quite"));
        QTest::keyClick(heads, Qt::Key_Down);
        QCOMPARE(asked.size(), 1);
        QVERIFY(asked.front().front().value<DisplayOptions>().slice == (SiteSlice{{"h", 0}}));
        // A site with nothing to choose has no bar.
        view->setState(fourWords());
        QVERIFY(view->findChild<QWidget*>(QStringLiteral("sliceBar"))->isHidden());
    }
}

void TestViews::aTokenShowsWhatItAttendsTo() {
    ViewState state = test::handMadeState({.words = test::someWords(9), .heads = 2});
    TextView view;
    test::present(view, {900, 600});
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

void TestViews::theHeatmapOfHeadsIsQueryByKey() {
    ViewState state = test::handMadeState({.words = test::someWords(9), .heads = 2});
    state.display.slice = {{"h", 1}, {"i", 3}};
    const auto figure = std::get<HeatmapFigure>(*siteFigure(SiteView::Heatmap, state));
    QCOMPARE(figure.matrix.shape().text(), std::string("(9, 9)"));
    QCOMPARE(figure.rowAxis, std::string("query"));
    QCOMPARE(figure.rowLabels, figure.columnLabels);
    QVERIFY2(figure.subtitle.ends_with("head 1"), figure.subtitle.c_str());
    const Tensor& weights = *state.whatIfSite()->weightsValue().tensor;
    for (std::size_t at = 0; at < 81; ++at) QCOMPARE(figure.matrix[at], weights[81 + at]);
    state.display.slice.clear();
    const auto mean = std::get<HeatmapFigure>(*siteFigure(SiteView::Heatmap, state));
    QVERIFY2(mean.subtitle.ends_with("mean over 2 heads"), mean.subtitle.c_str());
    QVERIFY(std::abs(mean.matrix[40] - (weights[40] + weights[121]) / 2.0F) < 1e-6F);
}

void TestViews::anElementOfAChosenHeadIsPointedAtInTheWhole() {
    ViewState state = test::handMadeState({.words = test::someWords(9), .heads = 2});
    HeatmapView view;
    test::present(view, {900, 600});
    Pointed pointed;
    QObject::connect(&view, &View::elementPointedAt, &view,
                     [&](const QString& name, const Timesteps& index) { pointed = {name, index}; });
    view.setState(state);
    ::attnscope::pointAt(view.canvas(), cellCentre(view.canvas(), 3, 5));
    QVERIFY(pointed.name.isEmpty());  // a mean has no element
    state.display.slice = {{"h", 1}};
    view.setState(state);
    ::attnscope::pointAt(view.canvas(), cellCentre(view.canvas(), 4, 5));
    QCOMPARE(pointed.name, QStringLiteral("attention/a"));
    QCOMPARE(pointed.index, (Timesteps{1, 5, 4}));
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestViews)
#include "test_views.moc"
