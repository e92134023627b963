#include "figure/figure_painter.h"
#include "figure/view_export.h"
#include "views/view_states.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

namespace attnscope {
namespace {

QStringList linesOf(SiteView view, const ViewState& state) {
    return QString::fromStdString(viewCsv(view, state).value()).split(QStringLiteral("\r\n"), Qt::SkipEmptyParts);
}

ViewState edited() {
    return test::handMadeState({.words = {"a", "gorgeous", "film"}, .features = 2, .masked = {1}});
}

}  // namespace

/// What Stages and Mask show, as figures and tables.
class TestViewExport : public QObject {
    Q_OBJECT

private slots:
    void everyViewHasItsName() {
        for (const char* name : {"text", "heatmap", "stages", "output", "mask"})
            QVERIFY(siteViewNamed(name).has_value());
        QVERIFY(siteViewNamed("stage").error().text().find("stages, output and mask") != std::string::npos);
    }

    void stagesAreATableWithAColumnForEveryRow() {
        const QStringList lines = linesOf(SiteView::Stages, edited());
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[0], QStringLiteral("timestep,token,id,x[0],x[1],mask,e,u,a"));
        QVERIFY(lines[2].startsWith(QStringLiteral("1,gorgeous,3,")));
        QVERIFY(lines[2].contains(QStringLiteral(",0,")) && lines[2].endsWith(QStringLiteral(",0,0")));
    }

    void theMaskTableSetsModelAndWhatIfSideBySide() {
        const ViewState state = edited();
        const QStringList lines = linesOf(SiteView::Mask, state);
        QCOMPARE(lines[0],
                 QStringLiteral("timestep,token,id,mask (model),a (model),mask (what-if),a (what-if),Δa (change)"));
        const QStringList second = lines[2].split(QLatin1Char(','));
        QCOMPARE(second[3], QStringLiteral("1"));
        QCOMPARE(second[5], QStringLiteral("0"));
        QCOMPARE(second[7].toFloat(), -second[4].toFloat());
    }

    void figuresAreWritten_data() {
        QTest::addColumn<bool>("numbers");
        QTest::addRow("text") << false;
        QTest::addRow("numbers") << true;
    }

    void figuresAreWritten() {
        QFETCH(bool, numbers);
        const ViewState state = numbers ? test::handMadeState({.timesteps = 40, .masked = {3}}) : edited();
        const QTemporaryDir folder;
        for (const SiteView view : {SiteView::Stages, SiteView::Mask}) {
            for (const char* suffix : {"png", "svg", "pdf"}) {
                const QString path = folder.filePath(QStringLiteral("figure.") + QString::fromUtf8(suffix));
                const Status written = exportView(view, state, "model.h5", path.toStdString());
                QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
                QVERIFY(QFile(path).size() > 1000);
            }
        }
    }

    void aFigureTakesTheWidthItIsGiven() {
        for (const SiteView view : {SiteView::Stages, SiteView::Mask}) {
            const Figure figure = siteFigure(view, edited()).value();
            const QSizeF size = naturalSize(figure, FigureStyle::light(), 600);
            QCOMPARE(size.width(), 600.0);
            QVERIFY(size.height() > 200);
        }
    }
};

}  // namespace attnscope

QTEST_MAIN(attnscope::TestViewExport)
#include "test_view_export.moc"
