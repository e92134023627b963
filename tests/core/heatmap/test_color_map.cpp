#include "heatmap/color_map.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

using namespace attnscope;

namespace {

void addEveryMap() {
    QTest::addColumn<QString>("name");
    for (const ColorMap& map : colorMaps()) QTest::newRow(map.name.c_str()) << QString::fromStdString(map.name);
}

const ColorMap& fetchedMap() {
    QFETCH(QString, name);
    return *findColorMap(name.toStdString());
}

int distance(Rgb a, Rgb b) {
    return std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue);
}

}  // namespace

class TestColorMap : public QObject {
    Q_OBJECT

private slots:
    void tablesAreThePublishedOnes() {
        // matplotlib 3.11: viridis(0), viridis(127), viridis(255), magma(64), cividis(255).
        const ColorMap& viridis = *findColorMap("viridis");
        QVERIFY((viridis.entries[0] == Rgb{0x44, 0x01, 0x54}));
        QVERIFY((viridis.entries[127] == Rgb{33, 144, 141}));
        QVERIFY((viridis.entries[255] == Rgb{0xfd, 0xe7, 0x25}));
        QVERIFY((findColorMap("magma")->entries[64] == Rgb{81, 18, 124}));
        QVERIFY((findColorMap("cividis")->entries[255] == Rgb{0xfe, 0xe8, 0x38}));
    }

    void lightnessRunsOneWay_data() { addEveryMap(); }
    void lightnessRunsOneWay() {
        const ColorMap& map = fetchedMap();
        const bool diverging = map.kind == ColorMapKind::Diverging;
        // Rounding to 8 bits alone may move a neighbour by 0.1 of L*.
        const float tolerance = 0.1F;
        const float sign = lightness(map.entries[diverging ? 127 : 255]) > lightness(map.entries[0]) ? 1.0F : -1.0F;
        for (std::size_t i = 1; i < 256; ++i) {
            const float step = lightness(map.entries[i]) - lightness(map.entries[i - 1]);
            const float expected = diverging && i >= 128 ? -sign : sign;
            QVERIFY2(step * expected >= -tolerance, qPrintable(QString("entry %1: step %2").arg(i).arg(step)));
        }
        const float extent = std::abs(lightness(map.entries[diverging ? 127 : 255]) - lightness(map.entries[0]));
        QVERIFY2(extent > 65.0F, "the scale spans too little lightness to be read in grey");
    }

    void aDivergingMapIsNeutralInTheMiddleAndBalanced() {
        for (const ColorMap& map : colorMaps()) {
            if (map.kind != ColorMapKind::Diverging) continue;
            for (const std::size_t i : {127U, 128U}) {
                const Rgb c = map.entries[i];
                QVERIFY(std::max({c.red, c.green, c.blue}) - std::min({c.red, c.green, c.blue}) <= 4);
            }
            for (std::size_t i = 0; i < 128; ++i) {
                const float difference = lightness(map.entries[i]) - lightness(map.entries[255 - i]);
                QVERIFY2(std::abs(difference) < 4.0F, "one side looks stronger than the other");
            }
        }
    }

    void tableEntriesAreMetExactly_data() { addEveryMap(); }
    void tableEntriesAreMetExactly() {
        const ColorMap& map = fetchedMap();
        for (std::size_t i = 0; i < 256; ++i) {
            QVERIFY(map.colorAt(static_cast<float>(i) / 255.0F) == map.entries[i]);
        }
    }

    void coloursBetweenEntriesLieBetweenThem() {
        const ColorMap& grey = *findColorMap("grey");
        const Rgb low = grey.entries[10];
        const Rgb high = grey.entries[11];
        const Rgb middle = grey.colorAt(10.5F / 255.0F);
        QVERIFY(middle.red <= low.red && middle.red >= high.red);
    }

    void valuesBeyondTheEndsTakeTheEnds() {
        const ColorMap& map = *findColorMap("viridis");
        QVERIFY(map.colorAt(-3.0F) == map.entries.front());
        QVERIFY(map.colorAt(-std::numeric_limits<float>::infinity()) == map.entries.front());
        QVERIFY(map.colorAt(1.5F) == map.entries.back());
        QVERIFY(map.colorAt(std::numeric_limits<float>::infinity()) == map.entries.back());
    }

    void notANumberHasAColourOfItsOwn_data() { addEveryMap(); }
    void notANumberHasAColourOfItsOwn() {
        const ColorMap& map = fetchedMap();
        QVERIFY(map.colorAt(std::numeric_limits<float>::quiet_NaN()) == map.notANumber);
        for (const Rgb entry : map.entries) QVERIFY(distance(entry, map.notANumber) > 60);
        QVERIFY(distance(map.masked, map.notANumber) > 60);
    }

    void theInkMapsStartNearThePaperOfTheirTheme() {
        QVERIFY(lightness(findColorMap("ink")->entries.front()) > 97.0F);
        QVERIFY(lightness(findColorMap("ink-dark")->entries.front()) < 12.0F);
    }

    void textIsLegibleOnEveryColour_data() { addEveryMap(); }
    void textIsLegibleOnEveryColour() {
        const Rgb black{16, 16, 16};
        const Rgb white{255, 255, 255};
        for (const Rgb entry : fetchedMap().entries) {
            QVERIFY(contrastRatio(entry, legibleOn(entry, black, white)) >= 4.3F);
        }
    }

    void contrastIsThatOfTheStandard() {
        QCOMPARE(contrastRatio({0, 0, 0}, {255, 255, 255}), 21.0F);
        QCOMPARE(contrastRatio({90, 90, 90}, {90, 90, 90}), 1.0F);
        QVERIFY(std::abs(contrastRatio({0x76, 0x76, 0x76}, {255, 255, 255}) - 4.54F) < 0.01F);
    }

    void anUnknownNameIsNoMap() { QVERIFY(findColorMap("jet") == nullptr); }
};

QTEST_GUILESS_MAIN(TestColorMap)
#include "test_color_map.moc"
