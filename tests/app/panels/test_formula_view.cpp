#include "panels/formula_highlighter.h"
#include "panels/formula_view.h"
#include "theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QSignalSpy>
#include <QtTest>

namespace attnscope {
namespace {

const std::string formulas = ATTNSCOPE_SOURCE_DIR "/resources/formulas/";

constexpr auto everything = R"(# every form there is
weights  W_q[f,g], W1[f,g], b[t]?, long_name[f]
input    x[t,f], mask[t]
parameter epsilon = 1e-7, alpha = 0.5
q[t,g] = sum(f: x[t,f] * W_q[f,g]) * 2 - sum(f: x[t,f] * (W1[f,g] + 1))
e[t] = sum(g: q[t,g] ^ 2 / sqrt(abs(q[t,g]) + epsilon)) * alpha + b[t] + mean(f: -x[t,f] * long_name[f]) - max(f: square(x[t,f] + 1)) ^ (1 / 2)
u[t] = exp(e[t] - max(t: e[t])) * mask[t]
a[t] = u[t] / (sum(t: u[t]) + epsilon)
c[f] = sum(t: a[t] * x[t,f])
site     score e, weights a, values x, output c
)";

Formula parsed(const char* source) {
    Result<Formula> formula = Formula::parse(source, "test");
    if (!formula) qFatal("%s", formula.error().text().c_str());
    return *std::move(formula);
}

std::map<std::string, QString, std::less<>> titles() {
    return {{"x", QStringLiteral("input")},   {"W_q", QStringLiteral("weight")}, {"e", QStringLiteral("score")},
            {"a", QStringLiteral("weights")}, {"u", QStringLiteral("step")},     {"epsilon", QStringLiteral("number")},
            {"mask", QStringLiteral("mask")}, {"c", QStringLiteral("output")}};
}

}  // namespace

class TestFormulaView : public QObject {
    Q_OBJECT

private slots:
    void everyNameWithAValueIsALink();
    void noMarkLeavesTheWidget_data();
    void noMarkLeavesTheWidget();
    void narrowFormulasBreakIntoLines();
    void fractionsStandAboveEachOther();
    void arrowsAndReturnChooseNames();
    void picturesForPeople();
    void bytesBecomeCharacters();
};

void TestFormulaView::everyNameWithAValueIsALink() {
    const Formula formula = parsed(everything);
    const TypesetFormula laid =
        typesetFormula(formula, QApplication::font(), 600.0, [](std::string_view name) { return name != "long_name"; });
    std::map<std::string, int> counts;
    for (const MathLink& link : laid.links) ++counts[link.name];
    QCOMPARE(counts["u"], 3);
    QCOMPARE(counts["epsilon"], 2);
    QCOMPARE(counts["W_q"], 1);
    QVERIFY(!counts.contains("long_name"));
    QVERIFY(!counts.contains("t"));  // an index is no value
    for (const MathMark& mark : laid.marks) QVERIFY(mark.link < static_cast<int>(laid.links.size()));
}

void TestFormulaView::noMarkLeavesTheWidget_data() {
    QTest::addColumn<int>("width");
    for (const int width : {180, 240, 300, 420, 900}) QTest::addRow("%d", width) << width;
}

void TestFormulaView::noMarkLeavesTheWidget() {
    QFETCH(int, width);
    const Formula formula = parsed(everything);
    const TypesetFormula laid = typesetFormula(formula, QApplication::font(), width, [](auto) { return true; });
    QVERIFY2(laid.size.width() <= width + 1.0, QByteArray::number(laid.size.width()));
    for (const MathMark& mark : laid.marks) {
        const QRectF area = mark.text.isEmpty()
                                ? mark.path.boundingRect()
                                : QFontMetricsF(mark.font).tightBoundingRect(mark.text).translated(mark.at);
        QVERIFY2(area.left() >= -2.0 && area.right() <= width + 2.0, qPrintable(mark.text));
        QVERIFY2(area.top() >= -2.0 && area.bottom() <= laid.size.height() + 2.0, qPrintable(mark.text));
    }
}

void TestFormulaView::narrowFormulasBreakIntoLines() {
    const Formula formula = parsed(everything);
    const auto heightAt = [&](double width) {
        return typesetFormula(formula, QApplication::font(), width, [](auto) { return false; }).size.height();
    };
    QVERIFY(heightAt(300.0) > heightAt(900.0) * 1.2);
}

void TestFormulaView::fractionsStandAboveEachOther() {
    FormulaView view;
    view.resize(500, 400);
    view.setFormula(parsed(everything), titles());
    const TypesetFormula laid =
        typesetFormula(parsed(everything), view.font(), 484.0, [](std::string_view name) { return name == "u"; });
    // u = …, then u above the rule and u below it.
    QCOMPARE(laid.links.size(), std::size_t{3});
    QVERIFY(laid.links[1].area.bottom() <= laid.links[2].area.top() + 6.0);
    QVERIFY(laid.links[1].area.left() > laid.links[2].area.left());  // centred above something wider
}

void TestFormulaView::arrowsAndReturnChooseNames() {
    FormulaView view;
    view.resize(400, 400);
    view.setFormula(parsed(everything), titles());
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QSignalSpy chosen(&view, &FormulaView::valueChosen);
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Space);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.front().front().toString(), QStringLiteral("W_q"));  // q itself has no value here
    QTest::mouseClick(&view, Qt::LeftButton, Qt::NoModifier, view.areaOf("mask").center().toPoint());
    QCOMPARE(view.chosen(), std::string("mask"));
    QTest::mouseClick(&view, Qt::LeftButton, Qt::NoModifier, QPoint(2, 2));
    QCOMPARE(chosen.size(), 2);
}

void TestFormulaView::picturesForPeople() {
    const QDir folder(qEnvironmentVariable("ATTNSCOPE_PICTURES", QStringLiteral(".")));
    for (const bool dark : {false, true}) {
        const Theme& theme = dark ? Theme::darkTheme() : Theme::light();
        for (const int width : {220, 280, 620}) {
            FormulaView view;
            view.setPalette(theme.palette());
            view.setFormula(parsed(everything), titles());
            view.setChosen("a");
            view.resize(width, view.heightForWidth(width));
            const QImage picture = view.grab().toImage();
            QVERIFY(picture.save(
                folder.filePath(QStringLiteral("formula-%1-%2.png").arg(dark ? "dark" : "light").arg(width))));
            QCOMPARE(picture.pixelColor(width / 2, 3), theme.surface);
        }
    }
}

void TestFormulaView::bytesBecomeCharacters() {
    const QByteArray source = QStringLiteral("é𝛼x").toUtf8();
    QCOMPARE(charactersOf(source, 2), 1);
    QCOMPARE(charactersOf(source, 6), 3);
    QCOMPARE(charactersOf(source, 7), 4);
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestFormulaView)
#include "test_formula_view.moc"
