#include "heatmap/viewport.h"

#include <glm/geometric.hpp>
#include <glm/vec3.hpp>

#include <QtTest>

using namespace attnscope;

namespace {

bool near(glm::vec2 a, glm::vec2 b, float tolerance = 1e-3F) {
    return glm::distance(a, b) <= tolerance;
}

}  // namespace

class TestViewport : public QObject {
    Q_OBJECT

private slots:
    void fittedStretchFillsTheView() {
        const Viewport view({70, 128}, {700, 256});
        QVERIFY(near(view.scale(), {10, 2}));
        QVERIFY(near(view.toPixels({70, 128}), {700, 256}));
        QVERIFY(view.isFitted());
        QVERIFY((view.visibleCells() == CellRange{0, 70, 0, 128}));
    }

    void fittedSquareKeepsCellsSquareAndCentred() {
        const Viewport view({70, 1}, {700, 100}, Fit::Square);
        QVERIFY(near(view.scale(), {10, 10}));
        QVERIFY(near(view.offset(), {0, 45}));
        QVERIFY(!view.cellAt({5, 44}));
        QVERIFY((*view.cellAt({5, 45}) == Cell{0, 0}));
        QVERIFY(!view.cellAt({5, 55}));
    }

    void aPointFindsItsCellAndTheCellItsRectangle() {
        const Viewport view({7, 3}, {70, 30});
        QVERIFY((*view.cellAt({0, 0}) == Cell{0, 0}));
        QVERIFY((*view.cellAt({9.99F, 10}) == Cell{0, 1}));
        QVERIFY((*view.cellAt({69.9F, 29.9F}) == Cell{6, 2}));
        QVERIFY(!view.cellAt({70, 10}));
        QVERIFY(!view.cellAt({-0.1F, 10}));
        const PixelRect rect = view.rectOf({2, 1});
        QVERIFY(near(rect.low, {20, 10}) && near(rect.high, {30, 20}));
    }

    void theMatrixIsTheSameMap() {
        Viewport view({70, 128}, {700, 512});
        view.zoom({2, 3}, {321, 200});
        const glm::vec3 pixel = view.matrix() * glm::vec3(12.5F, 40.0F, 1.0F);
        QVERIFY(near({pixel.x, pixel.y}, view.toPixels({12.5F, 40.0F})));
    }

    void zoomKeepsThePointUnderThePointer_data() {
        QTest::addColumn<int>("fit");
        QTest::addColumn<float>("x");
        QTest::addColumn<float>("y");
        for (const int fit : {0, 1}) {
            for (const float x : {101.0F, 350.0F, 599.0F}) {
                for (const float y : {10.0F, 249.0F, 490.0F}) QTest::addRow("%d %g %g", fit, x, y) << fit << x << y;
            }
        }
    }
    void zoomKeepsThePointUnderThePointer() {
        QFETCH(int, fit);
        QFETCH(float, x);
        QFETCH(float, y);
        Viewport view({200, 200}, {700, 500}, fit == 0 ? Fit::Stretch : Fit::Square);
        const glm::vec2 before = view.toCells({x, y});
        for (int i = 0; i < 12; ++i) {
            view.zoom(glm::vec2(1.25F), {x, y});
            QVERIFY(near(view.toCells({x, y}), before, 2e-2F));
        }
    }

    void zoomStopsAtTheFittedSizeAndAtLargeCells() {
        Viewport view({70, 70}, {700, 700});
        view.zoom(glm::vec2(1e6F), {350, 350});
        QVERIFY(near(view.scale(), glm::vec2(Viewport::maximumCellPixels)));
        view.zoom(glm::vec2(1e-6F), {10, 10});
        QVERIFY(view.isFitted());
        QVERIFY(near(view.offset(), {0, 0}));
    }

    void aCellLargerThanTheLimitWhenFittedStaysAsItIs() {
        Viewport view({70, 1}, {700, 500});
        view.zoom(glm::vec2(4), {350, 250});
        QVERIFY(near(view.scale(), {40, 500}));
        QVERIFY(near({0, view.offset().y}, {0, 0}));
    }

    void panningNeverLosesTheData() {
        Viewport view({70, 128}, {700, 500});
        view.zoom(glm::vec2(8), {350, 250});
        for (const glm::vec2 direction : {glm::vec2(1e7F, 0), {-1e7F, 0}, {0, 1e7F}, {0, -1e7F}, {1e7F, -1e7F}}) {
            view.pan(direction);
            const CellRange seen = view.visibleCells();
            QVERIFY(seen.firstColumn < seen.endColumn && seen.firstRow < seen.endRow);
            QVERIFY(view.cellAt({350.5F, 250.5F}) || view.cellAt({349.5F, 249.5F}) || view.cellAt({350.5F, 249.5F}) ||
                    view.cellAt({349.5F, 250.5F}));
        }
    }

    void panningMovesByThePixelsAsked() {
        Viewport view({70, 128}, {700, 500});
        view.zoom(glm::vec2(4), {350, 250});
        const glm::vec2 before = view.toPixels({30, 60});
        view.pan({13, -7});
        QVERIFY(near(view.toPixels({30, 60}), before + glm::vec2(13, -7), 2e-2F));
    }

    void aFittedViewDoesNotPan() {
        Viewport view({70, 128}, {700, 500});
        view.pan({50, 50});
        QVERIFY(near(view.offset(), {0, 0}));
    }

    void resizingKeepsTheCentreAndTheZoom() {
        Viewport view({70, 128}, {700, 500});
        view.resize({900, 400});
        QVERIFY(view.isFitted());
        view.zoom(glm::vec2(4), {450, 200});
        const glm::vec2 centre = view.toCells({450, 200});
        view.resize({500, 800});
        QVERIFY(near(view.toCells({250, 400}), centre, 1e-2F));
        QVERIFY(near(view.scale() / (glm::vec2(500, 800) / glm::vec2(70, 128)), {4, 4}));
    }

    void onlyVisibleCellsAreCounted() {
        Viewport view({100, 100}, {1000, 1000});
        view.zoom(glm::vec2(10), {0, 0});
        QVERIFY((view.visibleCells() == CellRange{0, 10, 0, 10}));
        view.pan({-50, -149});
        QVERIFY((view.visibleCells() == CellRange{0, 11, 1, 12}));
    }

    void oneCellWorks() {
        Viewport view({1, 1}, {30, 20});
        view.zoom(glm::vec2(3), {15, 10});
        view.pan({5, 5});
        QVERIFY((*view.cellAt({15, 10}) == Cell{0, 0}));
    }
};

QTEST_GUILESS_MAIN(TestViewport)
#include "test_viewport.moc"
