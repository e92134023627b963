#include "panels/layers_model.h"
#include "panels/message_banner.h"
#include "panels/panel_parts.h"
#include "panels/prediction_summary.h"
#include "panels/texts_model.h"
#include "panels/texts_panel.h"
#include "panels/value_text.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QAbstractItemModelTester>
#include <QFontMetricsF>
#include <QListView>
#include <QRadioButton>
#include <QSortFilterProxyModel>
#include <QtTest>

#include <cmath>
#include <limits>

namespace attnscope {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/";

LayerSummary layer(const std::string& name, std::size_t depth, bool isSite = false) {
    LayerSummary summary;
    summary.name = name;
    summary.className = "Dense";
    summary.shape = "(?, 8)";
    summary.parameters = 1234;
    summary.isSite = isSite;
    summary.depth = depth;
    return summary;
}

/// A model as indented text, one row a line.
QStringList asText(const QAbstractItemModel& model, const QModelIndex& parent = {}, const QString& indent = {}) {
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        lines << indent + index.data().toString();
        lines << asText(model, index, indent + QStringLiteral("  "));
    }
    return lines;
}

Prediction prediction(const std::string& output, std::vector<float> data) {
    const auto size = static_cast<std::int64_t>(data.size());
    return {output, share(Tensor(Shape({size}), std::move(data)))};
}

RecordedValue value(const std::string& name, Shape shape, std::vector<float> data, ValueRole role) {
    return {name, "attention/" + name, {"t"}, role, share(Tensor(std::move(shape), std::move(data)))};
}

SiteRecord site() {
    SiteRecord record;
    record.name = "attention";
    record.timeAxis = "t";
    record.values = {value("x", Shape({2}), {1.0F, 2.0F}, ValueRole::Values),
                     value("e", Shape({2}), {0.5F, -0.25F}, ValueRole::Score),
                     value("a", Shape({2}), {0.75F, 0.25F}, ValueRole::Weights)};
    return record;
}

}  // namespace

class TestPanels : public QObject {
    Q_OBJECT

private slots:
    void layersModelIsSound();
    void layersFormATree();
    void textsModelIsSoundWhileThingsChange();
    void choosesInTheFilteredList();
    void inputRowsAppearForSeveralInputs();
    void predictionsAreSummedUp_data();
    void predictionsAreSummedUp();
    void predictionRowsHoldTheLargestOfBothRecords();
    void predictionRowsScaleWithWhatIsNoProbability();
    void elementTextHoldsBothNumbers();
    void elementTextIsEmptyForWhatDoesNotExist();
    void numbersReadWell();
    void tabularFiguresAreEquallyWide();
    void mutedTextIsLegibleInBothThemes();
    void bannerKeepsTheNewestMessage();
};

void TestPanels::layersModelIsSound() {
    LayersModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setLayers({layer("input", 0), layer("encoder", 0), layer("encoder/lstm", 1), layer("dense", 0)});
    model.setLayers({});
    QCOMPARE(model.rowCount(), 0);
    model.setLayers({layer("dense", 0)});
    QCOMPARE(model.rowCount(), 1);
}

void TestPanels::layersFormATree() {
    LayersModel model;
    LayerSummary broken = layer("outer/inner/mystery", 2);
    broken.problem = "class Mystery is not known";
    model.setLayers({layer("input", 0), layer("outer", 0), layer("outer/inner", 1), broken,
                     layer("outer/attention", 1, true), layer("dense", 0)});
    const QStringList expected{QStringLiteral("input"),       QStringLiteral("outer"),       QStringLiteral("  inner"),
                               QStringLiteral("    mystery"), QStringLiteral("  attention"), QStringLiteral("dense")};
    QCOMPARE(asText(model), expected);
    const QModelIndex attention = model.indexOf("outer/attention");
    QVERIFY(attention.data(LayersModel::IsSiteRole).toBool());
    QCOMPARE(attention.siblingAtColumn(LayersModel::ShapeColumn).data().toString(), QStringLiteral("(?, 8)"));
    QVERIFY(model.indexOf("outer/inner/mystery")
                .data(LayersModel::ProblemRole)
                .toString()
                .contains(QStringLiteral("Mystery")));
    QVERIFY(!model.indexOf("nowhere").isValid());
}

void TestPanels::textsModelIsSoundWhileThingsChange() {
    Workspace workspace(makeCpuBackend());
    TextsModel model(workspace);
    QSortFilterProxyModel filtered;
    filtered.setSourceModel(&model);
    filtered.setFilterRole(TextsModel::TextRole);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QAbstractItemModelTester filteredTester(&filtered, QAbstractItemModelTester::FailureReportingMode::QtTest);
    workspace.openFiles({samples + "sentiment/attention.h5", samples + "sentiment/reviews.txt"});
    QTRY_VERIFY_WITH_TIMEOUT(workspace.activity().what.isEmpty() && workspace.modelRecord() != nullptr, 30000);
    QCOMPARE(model.rowCount(), 24);
    QVERIFY(model.index(0).data(TextsModel::FractionRole).toDouble() > 0.5);
    workspace.typeText("dull");
    QCOMPARE(model.rowCount(), 25);
    filtered.setFilterFixedString(QStringLiteral("dull"));
    QVERIFY(filtered.rowCount() >= 1);
    QTRY_VERIFY(!model.index(0).data(TextsModel::PredictionRole).toString().isEmpty());
}

void TestPanels::choosesInTheFilteredList() {
    Workspace workspace(makeCpuBackend());
    TextsPanel panel(workspace);
    workspace.openFiles({samples + "sentiment/attention.h5", samples + "sentiment/reviews.txt"});
    QTRY_VERIFY_WITH_TIMEOUT(workspace.activity().what.isEmpty() && workspace.modelRecord() != nullptr, 30000);
    panel.step(1);
    panel.step(1);
    QCOMPARE(workspace.chosenRow(), 2);
    panel.step(-5);
    QCOMPARE(workspace.chosenRow(), 0);
    panel.step(1000);
    QCOMPARE(workspace.chosenRow(), 23);
}

void TestPanels::inputRowsAppearForSeveralInputs() {
    Workspace workspace(makeCpuBackend());
    TextsPanel panel(workspace);
    workspace.openModel(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/dot_attention.h5");
    QTRY_VERIFY_WITH_TIMEOUT(workspace.hasModel(), 20000);
    QList<QRadioButton*> rows = panel.findChildren<QRadioButton*>();
    QCOMPARE(rows.size(), 2);
    QVERIFY(rows[0]->isChecked());
    rows[1]->click();
    QTRY_COMPARE(workspace.activeInput(), std::size_t{1});
}

void TestPanels::predictionsAreSummedUp_data() {
    QTest::addColumn<QList<float>>("data");
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("fraction");  // below 0: none
    QTest::newRow("sigmoid") << QList<float>{0.971F} << QStringLiteral("0.97") << 0.971;
    QTest::newRow("softmax") << QList<float>{0.1F, 0.7F, 0.2F} << QStringLiteral("1: 0.70") << 0.7;
    QTest::newRow("regression") << QList<float>{-12.5F} << QStringLiteral("−12.5") << -1.0;
    QTest::newRow("vector") << QList<float>{3.0F, 4.0F, 5.0F} << QStringLiteral("3, …") << -1.0;
    QTest::newRow("pair") << QList<float>{3.0F, -4.0F} << QStringLiteral("3, −4") << -1.0;
    QTest::newRow("not a number") << QList<float>{std::nanf("")} << QStringLiteral("NaN") << -1.0;
}

void TestPanels::predictionsAreSummedUp() {
    QFETCH(QList<float>, data);
    QFETCH(QString, text);
    QFETCH(double, fraction);
    const PredictionSummary summary = summarizePrediction({prediction("dense", {data.begin(), data.end()})});
    QCOMPARE(summary.text, text);
    QCOMPARE(summary.fraction.has_value(), fraction >= 0.0);
    if (summary.fraction) QVERIFY(std::abs(*summary.fraction - fraction) < 1e-6);
    QVERIFY(summarizePrediction({}).text.isEmpty());
}

void TestPanels::predictionRowsHoldTheLargestOfBothRecords() {
    Record model;
    Record whatIf;
    model.predictions = {prediction("classes", {0.5F, 0.3F, 0.1F, 0.06F, 0.04F}), prediction("score", {0.25F})};
    whatIf.predictions = {prediction("classes", {0.1F, 0.1F, 0.05F, 0.05F, 0.7F}), prediction("score", {0.75F})};
    const std::vector<PredictionRow> rows = predictionRows(model, whatIf);
    QCOMPARE(rows.size(), std::size_t{4});
    QCOMPARE(rows[0].label, QStringLiteral("classes · 0"));
    QCOMPARE(rows[2].label, QStringLiteral("classes · 4"));  // the class that the edits made the likeliest
    QCOMPARE(rows[3].label, QStringLiteral("score"));
    QCOMPARE(rows[3].whatIf, 0.75);
    QCOMPARE(rows[3].low, 0.0);
    QCOMPARE(rows[3].high, 1.0);
}

void TestPanels::predictionRowsScaleWithWhatIsNoProbability() {
    Record record;
    record.predictions = {prediction("values", {-3.0F, 8.0F, std::numeric_limits<float>::quiet_NaN()})};
    const std::vector<PredictionRow> rows = predictionRows(record, record);
    QVERIFY(!rows.empty());
    for (const PredictionRow& row : rows) {
        QCOMPARE(row.low, -3.0);
        QCOMPARE(row.high, 8.0);
    }
}

void TestPanels::elementTextHoldsBothNumbers() {
    const SiteRecord model = site();
    SiteRecord whatIf = site();
    whatIf.values[2] = value("a", Shape({2}), {0.0F, 1.0F}, ValueRole::Weights);
    Sequence sequence;
    sequence.tokens = {{"<b>", 1, 0, 3, TokenState::Known}, {"", 0, 0, 0, TokenState::Padding}};
    const QString text = elementRichText(model, whatIf, "a", {0}, &sequence);
    QVERIFY2(text.contains(QStringLiteral("0.75")) && text.contains(QStringLiteral("−0.75")), qPrintable(text));
    QVERIFY(text.contains(QStringLiteral("&lt;b&gt;")));  // a token is no markup
    QVERIFY(elementRichText(model, model, "attention/e", {1}, &sequence).contains(QStringLiteral("−0.25")));
    QVERIFY(elementRichText(model, model, "e", {1}, &sequence).contains(QStringLiteral("padding")));
}

void TestPanels::elementTextIsEmptyForWhatDoesNotExist() {
    const SiteRecord record = site();
    QVERIFY(elementRichText(record, record, "nothing", {0}, nullptr).isEmpty());
    QVERIFY(elementRichText(record, record, "a", {2}, nullptr).isEmpty());
    QVERIFY(elementRichText(record, record, "a", {-1}, nullptr).isEmpty());
    QVERIFY(elementRichText(record, record, "a", {0, 0}, nullptr).isEmpty());
}

void TestPanels::numbersReadWell() {
    QCOMPARE(numberText(0.97231), QStringLiteral("0.9723"));
    QCOMPARE(numberText(-1e-7), QStringLiteral("−1e−07"));
    QCOMPARE(numberText(std::numeric_limits<double>::infinity()), QStringLiteral("∞"));
}

void TestPanels::tabularFiguresAreEquallyWide() {
    const QFontMetricsF metrics(tabularFont(QApplication::font()));
    for (char digit = '1'; digit <= '9'; ++digit)
        QVERIFY(std::abs(metrics.horizontalAdvance(QLatin1Char(digit)) - metrics.horizontalAdvance(QLatin1Char('0'))) <
                0.02);
}

void TestPanels::mutedTextIsLegibleInBothThemes() {
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double channel) {
            return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
    };
    const auto contrast = [&](const QColor& a, const QColor& b) {
        const auto [low, high] = std::minmax({luminance(a), luminance(b)});
        return (high + 0.05) / (low + 0.05);
    };
    for (const Theme* theme : {&Theme::light(), &Theme::darkTheme()}) {
        for (const QColor& ground : {theme->window, theme->surface, theme->raised, theme->accentSoft}) {
            QVERIFY(contrast(theme->text, ground) >= 7.0);
            QVERIFY2(contrast(theme->muted, ground) >= 4.5, qPrintable(ground.name()));
        }
        QVERIFY(contrast(theme->error, theme->surface) >= 4.5);
        QVERIFY(contrast(theme->warning, theme->raised) >= 4.5);
        QVERIFY(contrast(theme->accent, theme->surface) >= 4.5);
    }
}

void TestPanels::bannerKeepsTheNewestMessage() {
    MessageBanner banner;
    QVERIFY(!banner.isVisible());
    banner.showError(QStringLiteral("<i>first</i>"));
    QVERIFY(banner.isVisible());
    banner.showNotice(QStringLiteral("second"));
    QCOMPARE(banner.text(), QStringLiteral("second"));
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestPanels)
#include "test_panels.moc"
