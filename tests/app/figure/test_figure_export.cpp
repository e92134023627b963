#include "figure/figure_export.h"
#include "figure/figure_painter.h"
#include "figure/heatmap_painter.h"
#include "heatmap/color_map.h"
#include "sample_figures.h"
#include "support/files.h"

#include <QDir>
#include <QImage>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include <sys/resource.h>

#include <csignal>
#include <string>

using namespace attnscope;

namespace {

QColor colorOf(const ColorMap& map, float t) {
    const Rgb color = map.colorAt(t);
    return QColor(color.red, color.green, color.blue);
}

/// All texts of an SVG; empty if it is not well-formed.
QStringList textsIn(const QByteArray& svg) {
    QStringList texts;
    QXmlStreamReader xml(svg);
    while (!xml.atEnd()) {
        if (xml.readNext() == QXmlStreamReader::StartElement && (xml.name() == u"text" || xml.name() == u"title")) {
            texts << xml.readElementText();
        }
    }
    return xml.hasError() ? QStringList() : texts;
}

}  // namespace

class TestFigureExport : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string path(const char* name) const { return m_dir.filePath(name).toStdString(); }
    QByteArray exported(const Figure& figure, const char* name, const FigureStyle& style = FigureStyle::light()) const {
        const Status status = exportFigure(figure, style, path(name));
        if (!status) qWarning("%s", status.error().text().c_str());
        return test::contentOf(m_dir.filePath(name));
    }

private slots:
    void pngColoursInsideCellsAreTheColourMaps_data() {
        QTest::addColumn<double>("scale");
        for (const double scale : {1.0, 1.5, 2.0, 3.3}) QTest::addRow("%g", scale) << scale;
    }
    void pngColoursInsideCellsAreTheColourMaps() {
        QFETCH(double, scale);
        HeatmapFigure figure = samples::heatmap(9, 23, true);
        figure.showNumbers = false;
        figure.matrix[40] = NAN;
        figure.range = {0.1F, 0.9F};
        const FigureStyle style = FigureStyle::light();
        ExportOptions options;
        options.scale = scale;
        QVERIFY(exportFigure(figure, style, path("cells.png"), options));
        const QImage image(m_dir.filePath("cells.png"));
        const QSizeF size = naturalSize(figure, style);
        QCOMPARE(image.width(), static_cast<int>(std::ceil(size.width() * scale)));
        QCOMPARE(image.dotsPerMeterX(), qRound(96 * scale / 0.0254));
        const QRectF map = figures::mapRectOf(figure, style, size);
        const ColorMap& viridis = *findColorMap("viridis");
        for (std::size_t i = 0; i < figure.matrix.size(); ++i) {
            const QString expected = colorOf(viridis, figure.range.normalized(figure.matrix[i])).name();
            const QSizeF cell(map.width() / 23, map.height() / 9);
            const QRectF rect(map.topLeft() + QPointF(static_cast<double>(i % 23) * cell.width(),
                                                      static_cast<double>(i / 23) * cell.height()),
                              cell);
            // Up to the pixel beside the edge.
            const double inset = 1.5 / scale;
            const QRectF inner = rect.adjusted(inset, inset, -inset, -inset);
            for (const QPointF& point : {rect.center(), inner.topLeft(), inner.bottomRight()}) {
                const QPoint pixel(static_cast<int>(point.x() * scale), static_cast<int>(point.y() * scale));
                QCOMPARE(image.pixelColor(pixel).name(), expected);
            }
        }
    }

    void noPeakVanishesFromALargeMap() {
        HeatmapFigure figure = samples::heatmap(1500, 2300, false);
        figure.matrix = Tensor(Shape{1500, 2300});
        figure.matrix[1'234'567] = 1.0F;
        ExportOptions options;
        options.scale = 1;
        QVERIFY(exportFigure(figure, FigureStyle::light(), path("large.png"), options));
        const QImage image(m_dir.filePath("large.png"));
        const QRgb peak = colorOf(*findColorMap("viridis"), 1.0F).rgb();
        const QRectF map = figures::mapRectOf(figure, FigureStyle::light(), naturalSize(figure, FigureStyle::light()));
        int found = 0;
        for (int y = static_cast<int>(map.top()); y < map.bottom(); ++y) {
            for (int x = static_cast<int>(map.left()); x < map.right(); ++x) found += image.pixel(x, y) == peak ? 1 : 0;
        }
        QCOMPARE(found, 1);
    }

    void svgOfAMapHoldsTokensAxesAndNumbers() {
        HeatmapFigure figure = samples::heatmap(2, 5, true);
        figure.title = "<b> & \"co\"";
        figure.columnLabels[3] = "a\x01<&>\n";
        figure.rowLabels = {"first", "second"};
        figure.columnMasked = {true, false, false, false, false};
        const QByteArray svg = exported(figure, "map.svg");
        const QStringList texts = textsIn(svg);
        for (const char* expected :
             {"<b> & \"co\"", "sentiment.h5 · Attention", "the", "unexpectedly", "a·<&>↵", "first", "second", "token",
              "feature", "attention weight", "attainable range", "0", "0.5", "1", "0.85", "masked"}) {
            QVERIFY2(texts.contains(QString::fromUtf8(expected)), expected);
        }
        QCOMPARE(texts.first(), QString::fromUtf8("<b> & \"co\""));  // the document's own title
        QVERIFY(svg.contains("mm\"") && svg.contains("viewBox"));
    }

    void svgCellsAreShapesUpToALimitAndAnImageBeyond() {
        const QByteArray small = exported(samples::heatmap(100, 200, false), "small.svg");
        QVERIFY(small.count("<rect") >= 20'000 && !small.contains("<image"));
        const QByteArray large = exported(samples::heatmap(101, 200, false), "large.svg");
        QVERIFY(large.count("<rect") < 100 && large.contains("<image"));
    }

    void svgOfATextHoldsEveryTokenOnItsColour() {
        TextFigure figure = samples::text("the 电影 is n't funny , Zürich !");
        figure.padding = FoldedPadding{62, 0.275F, false};
        figure.pieces[1].unknown = true;
        figure.pieces[4].unseen = true;
        const QByteArray svg = exported(figure, "text.svg");
        const QString all = textsIn(svg).join(u' ');
        for (const char* expected : {"the", "电影", "is", "n't", "funny", ",", "Zürich", "!", "padding", "62", "0.275",
                                     "unknown to the model", "not seen by the model"}) {
            QVERIFY2(all.contains(QString::fromUtf8(expected)), expected);
        }
        for (const TextPiece& piece : figure.pieces) {
            const QByteArray fill =
                "fill=\"" + colorOf(*findColorMap("viridis"), piece.weight).name().toLatin1() + "\"";
            QCOMPARE(svg.contains(fill), !piece.unseen);
        }
    }

    void svgOfBarsHoldsLabelsTicksAndSeries() {
        const QStringList texts = textsIn(exported(samples::bars(2, 2, true), "bars.svg"));
        for (const char* expected :
             {"the", "unexpectedly", "token", "contribution", "model", "what-if", "0.0", "−0.5"}) {
            QVERIFY2(texts.contains(QString::fromUtf8(expected)), expected);
        }
    }

    void everyKindCanBeWrittenInEveryFormat() {
        for (const auto& [name, figure] : samples::all()) {
            for (const FigureStyle& style : {FigureStyle::light(), FigureStyle::dark()}) {
                QVERIFY2(exported(figure, "any.png", style).startsWith("\x89PNG"), name.c_str());
                QVERIFY2(!textsIn(exported(figure, "any.svg", style)).isEmpty(), name.c_str());
                QVERIFY2(exported(figure, "any.PDF", style).startsWith("%PDF-"), name.c_str());
            }
        }
    }

    void aPdfHasOnePageOfTheFiguresSize() {
        const HeatmapFigure figure = samples::heatmap(3, 12, true);
        const QByteArray pdf = exported(figure, "map.pdf");
        const QSizeF size = naturalSize(figure, FigureStyle::light()) * 0.75;
        static const QRegularExpression box(R"(/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\])");
        const QRegularExpressionMatch match = box.match(QString::fromLatin1(pdf));
        QVERIFY(match.hasMatch());
        QVERIFY(std::abs(match.captured(1).toDouble() - size.width()) < 1);
        QVERIFY(std::abs(match.captured(2).toDouble() - size.height()) < 1);
        QCOMPARE(pdf.count("/Type /Page\n"), 1);
    }

    void theWidthCanBeChosen() {
        ExportOptions options;
        options.width = 1234;
        options.scale = 1;
        for (const auto& [name, figure] : samples::all()) {
            QVERIFY(exportFigure(figure, FigureStyle::light(), path("wide.png"), options));
            QVERIFY2(QImage(m_dir.filePath("wide.png")).width() == 1234, name.c_str());
        }
    }

    void anUnwritablePathIsAnErrorAndLeavesNothing() {
        const Figure figure = samples::bars(3, 1, true);
        const QStringList before = QDir(m_dir.path()).entryList(QDir::AllEntries | QDir::Hidden);
        const std::string missing = path("missing/map.png");
        const Status status = exportFigure(figure, FigureStyle::light(), missing);
        QVERIFY(!status);
        QVERIFY(status.error().code == ErrorCode::Io);
        QCOMPARE(status.error().text(), missing + ": cannot be written: No such file or directory");
        QCOMPARE(QDir(m_dir.path()).entryList(QDir::AllEntries | QDir::Hidden), before);

        QVERIFY(QDir(m_dir.path()).mkdir("folder.png"));
        const Status folder = exportFigure(figure, FigureStyle::light(), path("folder.png"));
        QVERIFY(!folder && folder.error().text().find("it is a folder") != std::string::npos);
    }

    void aFullDeviceIsAnErrorAndStaysADevice() {
        QVERIFY(QFile::link("/dev/full", m_dir.filePath("full.svg")));
        const Status status = exportFigure(samples::bars(3, 1, true), FigureStyle::light(), path("full.svg"));
        QVERIFY(!status);
        QCOMPARE(status.error().text(), path("full.svg") + ": cannot be written: No space left on device");
        QVERIFY(QFileInfo::exists("/dev/full") && !QFileInfo("/dev/full").isFile());
    }

    void aDiskThatFillsUpLeavesTheOldFileAsItWas() {
        const QString file = m_dir.filePath("kept.png");
        const QByteArray before = exported(samples::bars(3, 1, true), "kept.png");
        const QStringList entries = QDir(m_dir.path()).entryList(QDir::AllEntries | QDir::Hidden);
        rlimit old{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit little{2000, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &little);
        const Status status = exportFigure(samples::heatmap(20, 20, true), FigureStyle::light(), file.toStdString());
        setrlimit(RLIMIT_FSIZE, &old);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!status);
        QCOMPARE(status.error().text(), file.toStdString() + ": cannot be written: File too large");
        QCOMPARE(test::contentOf(file), before);
        QCOMPARE(QDir(m_dir.path()).entryList(QDir::AllEntries | QDir::Hidden), entries);
    }

    void whatIsNotKnownIsAnError_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("message");
        QTest::newRow("unknown suffix") << "a.gif"
                                        << "a.gif: unknown suffix .gif: expected .png, .svg or .pdf";
        QTest::newRow("no suffix") << "a"
                                   << "a: no suffix: expected .png, .svg or .pdf";
    }
    void whatIsNotKnownIsAnError() {
        QFETCH(QString, name);
        const Status status = exportFigure(samples::bars(3, 1, true), FigureStyle::light(), name.toStdString());
        QVERIFY(!status);
        QVERIFY(status.error().code == ErrorCode::InvalidInput);
        QTEST(QString::fromStdString(status.error().text()), "message");
    }

    void anUnknownColourMapIsAnErrorThatListsTheKnownOnes() {
        HeatmapFigure figure = samples::heatmap(2, 2, true);
        figure.colorMap = "jet";
        const Status status = exportFigure(figure, FigureStyle::light(), path("jet.png"));
        QVERIFY(!status);
        QVERIFY(status.error().text().find("jet") != std::string::npos);
        QVERIFY(status.error().text().find("viridis, cividis") != std::string::npos);
        QVERIFY(!QFile::exists(m_dir.filePath("jet.png")));
    }

    void aPictureTooLargeIsAnError() {
        ExportOptions options;
        options.scale = 50;
        const Status status =
            exportFigure(samples::heatmap(70, 70, true), FigureStyle::light(), path("huge.png"), options);
        QVERIFY(!status && status.error().code == ErrorCode::Limit);
        options.scale = 0;
        const Status none = exportFigure(samples::heatmap(2, 2, true), FigureStyle::light(), path("none.png"), options);
        QVERIFY(!none && none.error().code == ErrorCode::InvalidInput);
    }
};

QTEST_MAIN(TestFigureExport)
#include "test_figure_export.moc"
