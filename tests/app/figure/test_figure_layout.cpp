#include "figure/figure_painter.h"
#include "figure/heatmap_painter.h"
#include "heatmap/color_map.h"
#include "sample_figures.h"

#include <QBuffer>
#include <QFont>
#include <QFontMetricsF>
#include <QImage>
#include <QPolygonF>
#include <QRegularExpression>
#include <QSvgGenerator>
#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>
#include <vector>

using namespace attnscope;

namespace {

/// A text as painted: its words and the four corners of its letters.
struct PaintedText {
    QString text;
    QPolygonF corners;
};

QTransform transformOf(const QString& attribute) {
    static const QRegularExpression matrix(R"(matrix\(([^)]*)\))");
    const QRegularExpressionMatch match = matrix.match(attribute);
    if (!match.hasMatch()) return {};
    const QStringList numbers = match.captured(1).split(u',');
    return QTransform(numbers[0].toDouble(), numbers[1].toDouble(), numbers[2].toDouble(), numbers[3].toDouble(),
                      numbers[4].toDouble(), numbers[5].toDouble());
}

std::vector<PaintedText> paintedTexts(const Figure& figure, const FigureStyle& style, QSizeF size) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setViewBox(QRectF(QPointF(), size));
    QPainter painter(&generator);
    paintFigure(painter, QRectF(QPointF(), size), figure, style);
    painter.end();

    std::vector<PaintedText> texts;
    QXmlStreamReader xml(buffer.data());
    QTransform transform;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        const QXmlStreamAttributes attributes = xml.attributes();
        if (xml.name() == u"g") transform = transformOf(attributes.value("transform").toString());
        if (xml.name() != u"text") continue;
        QFont font(attributes.value("font-family").toString());
        font.setPixelSize(attributes.value("font-size").toInt());
        font.setWeight(static_cast<QFont::Weight>(attributes.value("font-weight").toInt()));
        font.setHintingPreference(QFont::PreferNoHinting);
        const QPointF at(attributes.value("x").toDouble(), attributes.value("y").toDouble());
        const QString text = xml.readElementText();
        if (text.trimmed().isEmpty()) continue;
        // The letters themselves, without the air that fonts keep above and below.
        const qreal pixels = font.pixelSize();
        const QRectF box(at.x() + 0.75, at.y() - 0.7 * pixels, QFontMetricsF(font).horizontalAdvance(text) - 1.5,
                         0.85 * pixels);
        texts.push_back({text, transform.map(QPolygonF(box))});
    }
    return texts;
}

bool overlap(const QPolygonF& a, const QPolygonF& b) {
    const QPolygonF common = a.intersected(b);
    return common.boundingRect().width() > 0.5 && common.boundingRect().height() > 0.5;
}

void addAllFigures() {
    QTest::addColumn<int>("index");
    QTest::addColumn<double>("width");
    const auto figures = samples::all();
    for (std::size_t i = 0; i < figures.size(); ++i) {
        for (const double width : {0.0, 400.0, 1200.0}) {
            QTest::addRow("%s, %g wide", figures[i].first.c_str(), width) << static_cast<int>(i) << width;
        }
    }
}

}  // namespace

class TestFigureLayout : public QObject {
    Q_OBJECT

private slots:
    void noTextOverlapsAnotherOrLeavesTheFigure_data() { addAllFigures(); }
    void noTextOverlapsAnotherOrLeavesTheFigure() {
        QFETCH(int, index);
        QFETCH(double, width);
        const Figure figure = samples::all()[static_cast<std::size_t>(index)].second;
        const FigureStyle style = FigureStyle::light();
        const QSizeF size = naturalSize(figure, style, width);
        const auto texts = paintedTexts(figure, style, size);
        QVERIFY(!texts.empty());
        const QRectF sheet(QPointF(), size);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            QVERIFY2(sheet.contains(texts[i].corners.boundingRect()), qPrintable(texts[i].text + " is cut off"));
            const QRectF box = texts[i].corners.boundingRect();
            for (std::size_t j = i + 1; j < texts.size(); ++j) {
                if (!box.intersects(texts[j].corners.boundingRect())) continue;
                QVERIFY2(!overlap(texts[i].corners, texts[j].corners),
                         qPrintable(texts[i].text + " overlaps " + texts[j].text));
            }
        }
    }

    void nothingIsPaintedBesideTheRectangle_data() {
        QTest::addColumn<int>("index");
        QTest::addColumn<QSizeF>("size");
        const auto figures = samples::all();
        for (std::size_t i = 0; i < figures.size(); ++i) {
            for (const QSizeF size : {QSizeF(160, 90), QSizeF(500, 140), QSizeF(300, 600), QSizeF(1000, 700)}) {
                QTest::addRow("%s in %g x %g", figures[i].first.c_str(), size.width(), size.height())
                    << static_cast<int>(i) << size;
            }
        }
    }
    void nothingIsPaintedBesideTheRectangle() {
        QFETCH(int, index);
        QFETCH(QSizeF, size);
        const Figure figure = samples::all()[static_cast<std::size_t>(index)].second;
        const QColor beside(255, 0, 255);
        QImage image((size + QSizeF(100, 100)).toSize(), QImage::Format_RGB32);
        image.fill(beside);
        QPainter painter(&image);
        const QRect rect(QPoint(50, 50), size.toSize());
        paintFigure(painter, rect, figure, FigureStyle::dark());
        painter.end();
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                if (rect.contains(x, y)) continue;
                QVERIFY2(image.pixelColor(x, y) == beside, qPrintable(QString("painted at %1, %2").arg(x).arg(y)));
            }
        }
        QVERIFY(image.pixelColor(rect.topLeft()) == FigureStyle::dark().background);
    }

    void aFigureAtItsNaturalSizeIsNotScaled_data() { addAllFigures(); }
    void aFigureAtItsNaturalSizeIsNotScaled() {
        QFETCH(int, index);
        QFETCH(double, width);
        const Figure figure = samples::all()[static_cast<std::size_t>(index)].second;
        const FigureStyle style = FigureStyle::light();
        const QSizeF size = naturalSize(figure, style, width);
        QCOMPARE(naturalSize(figure, style, size.width()).width(), size.width());
        for (const PaintedText& text : paintedTexts(figure, style, size)) {
            const QLineF side(text.corners[1], text.corners[2]);
            QVERIFY2(std::abs(side.length() / 0.85 - std::round(side.length() / 0.85)) < 0.02, qPrintable(text.text));
        }
    }

    void naturalCellsAreWholePixels() {
        const FigureStyle style = FigureStyle::light();
        const HeatmapFigure figure = samples::heatmap(128, 70, true);
        const QRectF map = figures::mapRectOf(figure, style, naturalSize(figure, style));
        QCOMPARE(map.width(), 70 * 14.0);
        QCOMPARE(map.height(), 128 * 4.0);
        QCOMPARE(map.left(), std::round(map.left()));
    }

    void maskedColumnsAreHatchedAndOthersAreFlat() {
        HeatmapFigure figure = samples::heatmap(1, 6, true);
        figure.showNumbers = false;
        figure.columnMasked = {false, true, false, false, true, true};
        const FigureStyle style = FigureStyle::light();
        const QSizeF size = naturalSize(figure, style);
        QImage image(size.toSize(), QImage::Format_RGB32);
        QPainter painter(&image);
        paintFigure(painter, QRectF(QPointF(), size), figure, style);
        painter.end();
        const QRectF map = figures::mapRectOf(figure, style, size);
        const qreal cell = map.width() / 6;
        for (std::size_t column = 0; column < 6; ++column) {
            const int left = static_cast<int>(map.left() + static_cast<qreal>(column) * cell) + 2;
            int others = 0;
            int total = 0;
            const Rgb color = findColorMap("viridis")->colorAt(figure.matrix[column]);
            for (int x = left; x < left + static_cast<int>(cell) - 4; ++x) {
                for (int y = static_cast<int>(map.top()) + 2; y < static_cast<int>(map.bottom()) - 2; ++y) {
                    ++total;
                    others += image.pixelColor(x, y) != QColor(color.red, color.green, color.blue) ? 1 : 0;
                }
            }
            if (figure.columnMasked[column]) {
                QVERIFY2(others > total / 5 && others < total * 4 / 5, "neither hatch nor colour can be seen");
            } else {
                QCOMPARE(others, 0);
            }
        }
    }

    void numbersStandInCellsOnlyWhereAllFit() {
        const FigureStyle style = FigureStyle::light();
        const auto hasNumber = [&](const HeatmapFigure& figure) {
            for (const PaintedText& text : paintedTexts(figure, style, naturalSize(figure, style))) {
                if (text.text == "0.85") return true;
            }
            return false;
        };
        HeatmapFigure figure = samples::heatmap(2, 5, true);
        QCOMPARE(figure.matrix[1], 7919 % 1009 / 1009.0F);
        QVERIFY(hasNumber(figure));
        figure.showNumbers = false;
        QVERIFY(!hasNumber(figure));
        QVERIFY(!hasNumber(samples::heatmap(2, 70, true)));
    }

    void theColourScaleOfOneValueSaysOnlyThat() {
        HeatmapFigure figure = samples::heatmap(1, 1, true);
        figure.showNumbers = false;
        figure.range = {0.25F, 0.25F};
        int found = 0;
        for (const PaintedText& text : paintedTexts(figure, FigureStyle::light(), {600, 300}))
            found += text.text == "0.25";
        QCOMPARE(found, 1);
    }
};

QTEST_MAIN(TestFigureLayout)
#include "test_figure_layout.moc"
