#include "heatmap/raster.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace attnscope;

namespace {

const ColorMap& grey() {
    return *findColorMap("grey");
}

Rgb at(const Image& image, int x, int y) {
    const std::size_t i =
        4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x));
    return {image.rgba[i], image.rgba[i + 1], image.rgba[i + 2]};
}

int alphaAt(const Image& image, int x, int y) {
    return image
        .rgba[4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) +
              3];
}

Tensor ramp(std::int64_t rows, std::int64_t columns) {
    Tensor matrix(Shape{rows, columns});
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        matrix[i] = static_cast<float>(i * 37 % 101) / 100.0F;
    }
    return matrix;
}

Image fitted(const Tensor& matrix, const ColorMap& map, const Range& range, int width, int height,
             Aggregation aggregation = Aggregation::Max, Fit fit = Fit::Stretch) {
    const Viewport view({static_cast<int>(matrix.dim(1)), static_cast<int>(matrix.dim(0))}, {width, height}, fit);
    return rasterize(matrix, range, map, view, width, height, aggregation);
}

}  // namespace

class TestRaster : public QObject {
    Q_OBJECT

private slots:
    void largeCellsAreFlatWithExactEdges() {
        const Tensor matrix = ramp(3, 7);
        const Image image = fitted(matrix, grey(), {}, 70, 30);
        for (int y = 0; y < 30; ++y) {
            for (int x = 0; x < 70; ++x) {
                const float value = matrix[static_cast<std::size_t>(y / 10 * 7 + x / 10)];
                QVERIFY(at(image, x, y) == grey().colorAt(value));
                QCOMPARE(alphaAt(image, x, y), 255);
            }
        }
    }

    void aPixelShowsTheCellThatHoldsItsCentre() {
        const Tensor matrix(Shape{1, 2}, {0.0F, 1.0F});
        const Image image = fitted(matrix, grey(), {}, 5, 1);
        QVERIFY(at(image, 1, 0) == grey().colorAt(0.0F));
        QVERIFY(at(image, 2, 0) == grey().colorAt(1.0F));  // its centre is the edge, which belongs to the right cell
        QVERIFY(at(image, 3, 0) == grey().colorAt(1.0F));
    }

    void everySinglePeakSurvivesShrinking_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("1 x 70 in 23") << 1 << 70 << 23 << 5;
        QTest::newRow("128 x 70 in 41 x 37") << 128 << 70 << 41 << 37;
        QTest::newRow("130 x 3 in 9 x 64") << 130 << 3 << 9 << 64;
        QTest::newRow("65 x 67 in 64 x 66") << 65 << 67 << 64 << 66;
    }
    void everySinglePeakSurvivesShrinking() {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, width);
        QFETCH(int, height);
        const Rgb peak = grey().colorAt(1.0F);
        Tensor matrix(Shape{rows, columns});
        for (std::size_t i = 0; i < matrix.size(); ++i) {
            matrix[i] = 1.0F;
            const Image image = fitted(matrix, grey(), {}, width, height);
            matrix[i] = 0.0F;
            int found = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) found += at(image, x, y) == peak ? 1 : 0;
            }
            QVERIFY2(found > 0, qPrintable(QString("the peak in cell %1 vanished").arg(i)));
        }
    }

    void shrunkPixelsHoldTheMaximumOrTheMeanOfTheirCells() {
        const Tensor matrix(Shape{2, 4}, {0.0F, 0.25F, 1.0F, 0.5F,  //
                                          0.5F, 0.25F, 0.0F, 0.5F});
        const Image largest = fitted(matrix, grey(), {}, 2, 1, Aggregation::Max);
        QVERIFY(at(largest, 0, 0) == grey().colorAt(0.5F));
        QVERIFY(at(largest, 1, 0) == grey().colorAt(1.0F));
        const Image mean = fitted(matrix, grey(), {}, 2, 1, Aggregation::Mean);
        QVERIFY(at(mean, 0, 0) == grey().colorAt(0.25F));
        QVERIFY(at(mean, 1, 0) == grey().colorAt(0.5F));
    }

    void negativePeaksSurviveOnADivergingMap() {
        const ColorMap& map = *findColorMap("blue-orange");
        const Tensor matrix(Shape{1, 4}, {0.1F, -0.9F, 0.2F, 0.8F});
        const Image image = fitted(matrix, map, {-1.0F, 1.0F}, 2, 1);
        QVERIFY(at(image, 0, 0) == map.colorAt(0.05F));
        QVERIFY(at(image, 1, 0) == map.colorAt(0.9F));
    }

    void notANumberIsSeenEvenAmongManyCells() {
        Tensor matrix(Shape{100, 100}, 0.5F);
        matrix[4242] = std::numeric_limits<float>::quiet_NaN();
        for (const Aggregation aggregation : {Aggregation::Max, Aggregation::Mean}) {
            const Image image = fitted(matrix, grey(), {}, 10, 10, aggregation);
            QVERIFY(at(image, 4, 4) == grey().notANumber);
            QVERIFY(at(image, 5, 4) == grey().colorAt(0.5F));
        }
    }

    void pixelsBesideTheDataAreTransparent() {
        const Tensor matrix(Shape{1, 70}, 1.0F);
        const Image image = fitted(matrix, grey(), {}, 140, 10, Aggregation::Max, Fit::Square);
        QCOMPARE(alphaAt(image, 0, 3), 0);
        QCOMPARE(alphaAt(image, 0, 4), 255);
        QCOMPARE(alphaAt(image, 139, 5), 255);
        QCOMPARE(alphaAt(image, 0, 6), 0);
    }

    void aPannedAndZoomedViewAgreesWithTheViewport() {
        const Tensor matrix = ramp(23, 25);
        Viewport view({25, 23}, {101, 67});
        view.zoom({3.3F, 4.7F}, {40, 20});
        view.pan({-17, 9});
        const Image image = rasterize(matrix, {}, grey(), view, 101, 67, Aggregation::Max);
        for (int y = 0; y < 67; ++y) {
            for (int x = 0; x < 101; ++x) {
                const auto cell = view.cellAt({static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F});
                QCOMPARE(alphaAt(image, x, y), cell ? 255 : 0);
                if (!cell) continue;
                QVERIFY(at(image, x, y) ==
                        grey().colorAt(matrix[static_cast<std::size_t>(cell->row * 25 + cell->column)]));
            }
        }
    }

    void largeMatricesTakeOneStepPerCell() {
        const Tensor matrix = ramp(2000, 2000);
        QElapsedTimer timer;
        timer.start();
        const Image image = fitted(matrix, *findColorMap("viridis"), {}, 800, 600);
        QVERIFY(image.rgba.size() == 4U * 800U * 600U);
        // 4 million cells; a second is generous even without optimisation, a pass per pixel over a row would take
        // minutes.
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
    }

    void oneCellFillsTheView() {
        const Tensor matrix(Shape{1, 1}, 0.5F);
        const Image image = fitted(matrix, grey(), autoRange(matrix.data()), 9, 7);
        QVERIFY(at(image, 0, 0) == grey().colorAt(0.5F));
        QVERIFY(at(image, 8, 6) == grey().colorAt(0.5F));
    }
};

QTEST_GUILESS_MAIN(TestRaster)
#include "test_raster.moc"
