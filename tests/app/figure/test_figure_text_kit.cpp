#include "figure/column_labels.h"
#include "figure/text_kit.h"
#include "sample_figures.h"

#include <QtTest>

#include <array>
#include <cmath>

using namespace attnscope;
using namespace attnscope::figures;

class TestFigureTextKit : public QObject {
    Q_OBJECT

private slots:
    void numbersAreShortAndExact_data() {
        QTest::addColumn<double>("number");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("one") << 1.0 << "1";
        QTest::newRow("half") << 0.5 << "0.5";
        QTest::newRow("small") << 0.0142857 << "0.0143";
        QTest::newRow("negative") << -0.293 << "−0.293";
        QTest::newRow("large") << 1234.4 << "1234";
        QTest::newRow("tiny") << -1.5e-7 << "−1.5e−7";
        QTest::newRow("huge") << 2.0e9 << "2e9";
        QTest::newRow("NaN") << std::nan("") << "NaN";
        QTest::newRow("infinity") << -std::numeric_limits<double>::infinity() << "−∞";
    }
    void numbersAreShortAndExact() {
        QFETCH(double, number);
        QTEST(compactNumber(number), "text");
    }

    void aRoundedZeroHasNoSign() { QCOMPARE(fixedNumber(-0.001, 2), QStringLiteral("0.00")); }

    void closeNumbersGetTheDigitsThatTellThemApart() {
        const std::array<double, 3> close{0.0142800, 0.0142857, 0.0142914};
        const QStringList texts = distinctNumbers(close);
        QVERIFY(texts[0] != texts[1] && texts[1] != texts[2]);
        const std::array<double, 3> apart{0.0, 0.5, 1.0};
        QCOMPARE(distinctNumbers(apart), (QStringList{"0", "0.5", "1"}));
    }

    void ticksAreRoundAndReachAround() {
        const Ticks ticks = ticksAround(-0.64, 0.8, 5);
        QCOMPARE(ticks.labels, (QStringList{"−1.0", "−0.5", "0.0", "0.5", "1.0"}));
        for (const auto& [low, high] : {std::pair{0.0, 1e-9}, {-3e8, 0.0}, {0.0, 0.097}, {-1e-3, 7.0}}) {
            const Ticks others = ticksAround(low, high, 5);
            QVERIFY(others.values.front() <= low + 1e-6 * (high - low));
            QVERIFY(others.values.back() >= high - 1e-6 * (high - low));
            QVERIFY(others.values.size() >= 3 && others.values.size() <= 8);
        }
    }

    void stepsAreRound() {
        QCOMPARE(roundStep(0.3), 1);
        QCOMPARE(roundStep(1.2), 2);
        QCOMPARE(roundStep(13), 20);
        QCOMPARE(roundStep(201), 500);
    }

    void controlCharactersAreShownAsSigns() { QCOMPARE(displayText("a\nb\tc\x01"), QString::fromUtf8("a↵b⇥c·")); }

    void labelsAreLevelThenSlantedThenUprightThenThinned() {
        const FigureStyle style = FigureStyle::light();
        using Turn = ColumnLabels::Turn;
        const auto labels = samples::words(70);
        const ColumnLabels level = layoutColumnLabels(style, {"the", "film"}, 2, 60);
        QVERIFY(level.turn == Turn::Level && level.every == 1);
        const ColumnLabels slanted = layoutColumnLabels(style, labels, 70, 30);
        QVERIFY(slanted.turn == Turn::Slanted && slanted.every == 1);
        const ColumnLabels upright = layoutColumnLabels(style, labels, 70, 14);
        QVERIFY(upright.turn == Turn::Upright && upright.every == 1);
        const ColumnLabels thinned = layoutColumnLabels(style, labels, 70, 3);
        QVERIFY(thinned.turn == Turn::Upright);
        QVERIFY(static_cast<qreal>(thinned.every) * 3 >= lineHeight(thinned.font));
    }

    void longLabelsAreShortenedInTheMiddle() {
        const ColumnLabels labels = layoutColumnLabels(FigureStyle::light(), samples::words(10), 10, 30);
        const QString& longest = labels.texts[9];
        QVERIFY(longest.startsWith("Don") && longest.endsWith("werk") && longest.contains(u'…'));
        QCOMPARE(labels.texts[1], QStringLiteral("unexpectedly"));
    }

    void columnsWithoutLabelsAreNumberedRoundly() {
        const ColumnLabels labels = layoutColumnLabels(FigureStyle::light(), {}, 500, 2);
        QVERIFY(labels.turn == ColumnLabels::Turn::Level);
        QCOMPARE(labels.every, std::size_t{20});
        QCOMPARE(labels.texts[20], QStringLiteral("20"));
    }

    void digitsOfNumbersAreEquallyWide() {
        const QFont font = numberFontOf(FigureStyle::light(), 100);
        for (const char* digit : {"1", "4", "7", "9"}) {
            QVERIFY(std::abs(textWidth(font, digit) - textWidth(font, "0")) < 0.5);
        }
    }

    void textWrapsAtWordsAndInsideWordsThatAreTooLong() {
        const QFont font = fontOf(FigureStyle::light(), 15);
        const Paragraph paragraph = wrapped(font, "a title that is longer than the figure is wide", 120);
        QVERIFY(paragraph.lines.size() > 2);
        QCOMPARE(paragraph.lines.join(u' '), QStringLiteral("a title that is longer than the figure is wide"));
        QVERIFY(paragraph.width() <= 120);
        QVERIFY(wrapped(font, QString(200, u'x'), 120).width() <= 120);
        QVERIFY(wrapped(font, {}, 120).lines.isEmpty());
    }
};

QTEST_MAIN(TestFigureTextKit)
#include "test_figure_text_kit.moc"
