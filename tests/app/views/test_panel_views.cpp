#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "inspect/contributions.h"
#include "views/mask_view.h"
#include "views/output_view.h"
#include "views/panel_canvas.h"
#include "views/stages_view.h"
#include "views/view_gestures.h"

#include <QComboBox>
#include <QLabel>
#include <QtTest>

#include <cmath>

namespace attnscope {

using namespace test;

/// The views of panels one below the other: stages, output and mask.
class TestPanelViews : public QObject {
    Q_OBJECT

private slots:
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
};

void TestPanelViews::stagesShowEveryValueOverTimeInTheFormulasOrder() {
    StagesView view;
    present(view, {700, 500});
    view.setState(sampleState("sentiment/attention.h5", review(1)));
    QStringList names;
    for (const Panel& panel : view.canvas().figure().panels) names << QString::fromStdString(panel.name);
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("x mask b e u a"));
    view.setState(sampleState("sentiment/attention_layer.h5", review(1)));
    names.clear();
    for (const Panel& panel : view.canvas().figure().panels) names << QString::fromStdString(panel.name);
    QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("x mask W b e a"));
}

void TestPanelViews::stagesReadOutEveryRowAtTheCrosshair() {
    StagesView view;
    present(view, {700, 500});
    const ViewState state = handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}});
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

void TestPanelViews::clickingAStagePointsAtItsElement() {
    StagesView view;
    present(view, {700, 500});
    view.setState(handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .features = 4}));
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

void TestPanelViews::anUntouchedStageHasNoModelBehindIt() {
    StagesView view;
    view.setState(handMadeState({.words = {"a", "gorgeous", "witty", "film"}, .masked = {1}}));
    const auto& panels = view.canvas().figure().panels;
    QVERIFY(panels[2].reference.empty());   // e does not depend on the mask
    QVERIFY(!panels[3].reference.empty());  // u does
}

void TestPanelViews::barsReachFromZeroToTheirValue() {
    StagesView view;
    present(view, {700, 500});
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

void TestPanelViews::contributionsAddUpToTheOutput() {
    OutputView view;
    const ViewState state = sampleState("sentiment/attention.h5", review(1), {48});
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

void TestPanelViews::unitsAreSortedByMagnitude() {
    OutputView view;
    view.setState(handMadeState({.words = someWords(9), .features = 12}));
    view.findChild<QComboBox*>(QStringLiteral("unitOrder"))->setCurrentIndex(1);
    const auto values = view.canvas().figure().panels[0].matrix.data();
    for (std::size_t i = 1; i < values.size(); ++i) QVERIFY(std::abs(values[i - 1]) >= std::abs(values[i]));
    QVERIFY(view.canvas().figure().columnLabels.size() == 12);
}

void TestPanelViews::theOutputsReadOutComparesWithTheModel() {
    OutputView view;
    present(view, {700, 500});
    const ViewState state = handMadeState({.words = {"a", "gorgeous", "film"}, .features = 4, .masked = {1}});
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

void TestPanelViews::missingContributionsAreExplained() {
    ViewState state = fourWords();
    Record record = *state.model;
    record.sites[0].attended = record.sites[0].weights;  // no features to line up with
    state.model = state.whatIf = std::make_shared<const Record>(std::move(record));
    OutputView view;
    view.setState(state);
    QCOMPARE(view.canvas().figure().panels.size(), std::size_t{1});
    QVERIFY(view.findChild<QLabel*>(QStringLiteral("whyNoContributions"))->text().contains(QStringLiteral("line up")));
}

void TestPanelViews::theMaskViewComparesModelAndWhatIf() {
    MaskView view;
    present(view, {700, 500});
    const ViewState state = sampleState("sentiment/attention_layer.h5", review(1), {0, 1, 2, 48});
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

void TestPanelViews::pressingOnAMaskMasks() {
    MaskView view;
    present(view, {700, 500});
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

void TestPanelViews::theMaskViewSaysWhereTheLayerHasNoMask() {
    MaskView view;
    present(view, {700, 500});
    view.setState(sampleState("sentiment/attention_layer.h5", review(1)));
    auto* note = view.findChild<QLabel*>(QStringLiteral("note"));
    QVERIFY(note->isVisible() && note->text().startsWith(QStringLiteral("AttentionLayer has no mask")));
    view.setState(sampleState("sentiment/attention.h5", review(1)));
    QVERIFY(!note->isVisible());
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestPanelViews)
#include "test_panel_views.moc"
