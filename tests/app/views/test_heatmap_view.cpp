#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "views/heatmap_canvas.h"
#include "views/heatmap_view.h"
#include "views/view_gestures.h"

#include <QComboBox>
#include <QLabel>
#include <QtTest>

#include <cmath>

namespace attnscope {

using namespace test;

/// The heatmap: its cells, its crosshair and its labels.
class TestHeatmapView : public QObject {
    Q_OBJECT

private slots:
    void cellsHaveTheColorOfTheirWeight();
    void zoomingKeepsThePointUnderThePointer();
    void theReadOutIsExact();
    void clickingAndDraggingLabelsMasks();
    void keysMoveTheCrosshairAndMask();
    void pointingAtACellNamesTheWeight();
    void attainableIsOfferedOnlyWhereItIsKnown();
    void matrixWeightsAreIndexedInTheirOwnAxes();
    void theHeatmapOfHeadsIsQueryByKey();
    void anElementOfAChosenHeadIsPointedAtInTheWhole();
};

void TestHeatmapView::cellsHaveTheColorOfTheirWeight() {
    HeatmapView view;
    present(view, {700, 500});
    const ViewState state = handMadeState({.words = someWords(20), .features = 10, .matrixWeights = true});
    view.setState(state);
    const Tensor& weights = *state.whatIfSite()->weightsValue().tensor;
    const Range range = autoRange(weights.data());
    for (const auto& [row, column] : {std::pair{0, 0}, {3, 17}, {9, 5}})
        QCOMPARE(colorAt(view.canvas(), cellCentre(view.canvas(), column, row)),
                 expectedColor(state, weights[static_cast<std::size_t>(row * 20 + column)], range));
}

void TestHeatmapView::zoomingKeepsThePointUnderThePointer() {
    HeatmapView view;
    present(view, {700, 500});
    view.setState(handMadeState({.words = someWords(60), .features = 30, .matrixWeights = true}));
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
    view.setState(handMadeState({.words = someWords(60), .features = 30, .matrixWeights = true, .masked = {2}}));
    QVERIFY(std::abs(cellsAt().x - before.x) < 0.01F);
    QVERIFY(view.canvas().viewport().scale().x > 1.5F * scale);
    QTest::mouseDClick(&view.canvas(), Qt::LeftButton, {}, at);
    QVERIFY(view.canvas().viewport().isFitted());
}

void TestHeatmapView::theReadOutIsExact() {
    HeatmapView view;
    present(view, {700, 500});
    const ViewState state = handMadeState({.words = someWords(20), .masked = {6}});
    view.setState(state);
    pointAt(view.canvas(), cellCentre(view.canvas(), 6, 0));
    const QString word = QString::fromStdString(someWords(20)[6]);
    QCOMPARE(view.findChild<QLabel*>(QStringLiteral("readOut"))->text(),
             QStringLiteral("timestep 6 “%1” · masked · weight 0").arg(word));
    pointAt(view.canvas(), cellCentre(view.canvas(), 7, 0));
    const double weight = static_cast<double>(state.whatIfSite()->perTimestep[7]);
    QVERIFY(view.canvas().readOut().endsWith(QStringLiteral("weight ") + figures::compactNumber(weight, 6)));
}

void TestHeatmapView::clickingAndDraggingLabelsMasks() {
    HeatmapView view;
    present(view, {700, 500});
    view.setState(handMadeState({.words = someWords(20), .masked = {6}}));
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

void TestHeatmapView::keysMoveTheCrosshairAndMask() {
    HeatmapView view;
    present(view, {700, 500});
    view.setState(handMadeState({.words = someWords(20), .features = 5, .matrixWeights = true}));
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

void TestHeatmapView::pointingAtACellNamesTheWeight() {
    HeatmapView view;
    present(view, {700, 500});
    view.setState(fourWords());
    Pointed pointed;
    connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    pointAt(view.canvas(), cellCentre(view.canvas(), 2, 0));
    QCOMPARE(pointed.name, QStringLiteral("attention/a"));
    QCOMPARE(pointed.index, Timesteps{2});
}

void TestHeatmapView::attainableIsOfferedOnlyWhereItIsKnown() {
    HeatmapView view;
    const auto offered = [&] {
        auto* range = view.findChild<QComboBox*>(QStringLiteral("rangeMode"));
        return range->model()->flags(range->model()->index(1, 0)).testFlag(Qt::ItemIsEnabled);
    };
    view.setState(fourWords());
    QVERIFY(!offered());
    view.setState(sampleState("sentiment/attention.h5", review(1)));
    QVERIFY(offered());
}

void TestHeatmapView::matrixWeightsAreIndexedInTheirOwnAxes() {
    HeatmapView view;
    present(view, {700, 500});
    view.setState(handMadeState({.words = someWords(20), .features = 10, .matrixWeights = true}));
    Pointed pointed;
    connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    pointAt(view.canvas(), cellCentre(view.canvas(), 13, 4));
    QCOMPARE(pointed.index, (Timesteps{4, 13}));
}

void TestHeatmapView::theHeatmapOfHeadsIsQueryByKey() {
    ViewState state = handMadeState({.words = someWords(9), .heads = 2});
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

void TestHeatmapView::anElementOfAChosenHeadIsPointedAtInTheWhole() {
    ViewState state = handMadeState({.words = someWords(9), .heads = 2});
    HeatmapView view;
    present(view, {900, 600});
    Pointed pointed;
    QObject::connect(&view, &View::elementPointedAt, &view, [&](const QString& name, const Timesteps& index) {
        pointed = {name, index};
    });
    view.setState(state);
    pointAt(view.canvas(), cellCentre(view.canvas(), 3, 5));
    QVERIFY(pointed.name.isEmpty());  // a mean has no element
    state.display.slice = {{"h", 1}};
    view.setState(state);
    pointAt(view.canvas(), cellCentre(view.canvas(), 4, 5));
    QCOMPARE(pointed.name, QStringLiteral("attention/a"));
    QCOMPARE(pointed.index, (Timesteps{1, 5, 4}));
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestHeatmapView)
#include "test_heatmap_view.moc"
