#include "vulkan/placement.h"

#include <QtTest>

#include <algorithm>
#include <random>

using namespace attnscope::vulkan;

namespace {

constexpr std::uint64_t alignment = 64;
constexpr std::uint64_t noLimit = std::uint64_t{1} << 40U;

/// What does not hold of a placement; empty if all is well.
QString problemOf(const std::vector<Lifetime>& lifetimes, const Placement& placement, std::uint64_t largestBlock) {
    for (std::size_t a = 0; a < lifetimes.size(); ++a) {
        const Placement::Spot& spot = placement.spots[a];
        const std::uint64_t end = spot.offset + lifetimes[a].bytes;
        if (spot.offset % alignment != 0) return "not aligned";
        if (end > placement.blockBytes[spot.block]) return "beyond its block";
        if (end > largestBlock && placement.blockBytes[spot.block] > end + alignment) return "shares a block too large";
        for (std::size_t b = 0; b < a; ++b) {
            const Placement::Spot& other = placement.spots[b];
            const bool meet = lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
            const bool overlap =
                spot.block == other.block && spot.offset < other.offset + lifetimes[b].bytes && other.offset < end;
            if (meet && overlap) return QString("%1 and %2 lie in the same place at the same time").arg(a).arg(b);
        }
    }
    return {};
}

std::uint64_t sum(const std::vector<std::uint64_t>& numbers) {
    std::uint64_t total = 0;
    for (const std::uint64_t number : numbers) total += number;
    return total;
}

}  // namespace

class PlacementTest : public QObject {
    Q_OBJECT

private slots:
    void nothingNeedsNoBlock() {
        const Placement placement = placeByLiveness({}, alignment, noLimit);
        QVERIFY(placement.spots.empty() && placement.blockBytes.empty());
    }

    /// Each value of a chain is read by the next only: two places are enough, however long it is.
    void aChainTakesTurns() {
        std::vector<Lifetime> chain;
        for (std::size_t i = 0; i < 101; ++i) chain.push_back({6400, i, i + 1});
        const Placement placement = placeByLiveness(chain, alignment, noLimit);
        QCOMPARE(problemOf(chain, placement, noLimit), QString());
        QCOMPARE(placement.blockBytes, (std::vector<std::uint64_t>{12800}));
    }

    void whatLivesAtTheSameTimeLiesSideBySide() {
        const std::vector<Lifetime> all{{100, 0, 9}, {50, 3, 3}, {1, 9, 9}, {0, 2, 4}};
        const Placement placement = placeByLiveness(all, alignment, noLimit);
        QCOMPARE(problemOf(all, placement, noLimit), QString());
        QCOMPARE(placement.blockBytes, (std::vector<std::uint64_t>{256}));  // 128 + 64 + 64 at command 3
    }

    void noBlockIsLargerThanTheDeviceTakes() {
        const std::vector<Lifetime> all{{640, 0, 5}, {640, 1, 6}, {640, 2, 7}, {6400, 3, 4}};
        const Placement placement = placeByLiveness(all, alignment, 1300);
        QCOMPARE(problemOf(all, placement, 1300), QString());
        QCOMPARE(placement.blockBytes, (std::vector<std::uint64_t>{6400, 1280, 640}));
    }

    void whateverMeetsLiesApart() {
        std::mt19937 random(1);
        for (int round = 0; round < 300; ++round) {
            std::vector<Lifetime> all(random() % 60);
            std::uint64_t apart = 0;
            for (Lifetime& one : all) {
                one.first = random() % 40;
                one.last = one.first + random() % (round % 2 == 0 ? 4 : 40);
                one.bytes = random() % 5000;
                apart += one.bytes + alignment;
            }
            const std::uint64_t largest = round % 3 == 0 ? 6000 : noLimit;
            const Placement placement = placeByLiveness(all, alignment, largest);
            QCOMPARE(problemOf(all, placement, largest), QString());
            QVERIFY(sum(placement.blockBytes) <= apart);
            if (largest == noLimit) QVERIFY(placement.blockBytes.size() <= 1);
        }
    }
};

QTEST_GUILESS_MAIN(PlacementTest)
#include "placement_test.moc"
