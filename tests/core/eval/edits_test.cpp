#include "eval/edits.h"
#include "ops/elementwise.h"

#include <QtTest>

using namespace attnscope;

namespace {

Graph makeGraph() {
    GraphBuilder builder;
    const ValueId x = builder.input("x", {1, 6});
    builder.enterLayer("attention");
    const ValueId mask = builder.batchedConstant("mask", share(Tensor({1, 6}, 1.0F)));
    const ValueId kernel = builder.constant("W", share(Tensor({4, 3})));
    builder.scalar("epsilon", 1e-7F);
    const ValueId a = *builder.add(std::make_shared<Binary>(BinaryKind::Multiply), {x, mask}, "a");
    Site site;
    site.name = "attention";
    site.named = {{"mask", mask, {"t"}, ValueRole::Mask}, {"W", kernel, {"f", "g"}, ValueRole::Weight}};
    site.weights = a;
    site.mask = mask;
    builder.site(site);
    return std::move(builder).build();
}

}  // namespace

class EditsTest : public QObject {
    Q_OBJECT

private slots:
    void aRowTakesThePlaceOfItsElements() {
        Edits edits;
        edits.set("w", {1, 2}, 5.0F);
        edits.set("w", {2, 2}, 6.0F);
        edits.set("w", {1}, 0.0F);
        QCOMPARE(edits.count(), std::size_t{2});
        edits.unset("w", {1});
        edits.unset("w", {2, 2});
        QVERIFY(edits.empty());
    }

    void editsAreValues() {
        Edits before;
        before.set("w", {1}, 2.0F);
        Edits after = before;
        after.pinUniform("a", true);
        QVERIFY(!(before == after));
        after.pinUniform("a", false);
        QVERIFY(before == after);
    }

    void aSetIsRead_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QList<qint64>>("index");
        QTest::addColumn<float>("number");
        QTest::newRow("short name") << "W[3,1]=0.5" << "attention/W" << QList<qint64>{3, 1} << 0.5F;
        QTest::newRow("full name") << "attention/W[0,2] = -1e3" << "attention/W" << QList<qint64>{0, 2} << -1000.0F;
        QTest::newRow("row") << "W[2]=0" << "attention/W" << QList<qint64>{2} << 0.0F;
        QTest::newRow("row with star") << "W[2,*]=0" << "attention/W" << QList<qint64>{2} << 0.0F;
        QTest::newRow("everything") << "W=1" << "attention/W" << QList<qint64>{} << 1.0F;
        QTest::newRow("scalar") << "attention/epsilon=0" << "attention/epsilon" << QList<qint64>{} << 0.0F;
    }
    void aSetIsRead() {
        QFETCH(QString, text);
        QFETCH(QString, value);
        QFETCH(QList<qint64>, index);
        QFETCH(float, number);
        const Graph graph = makeGraph();
        Edits edits;
        const Status read = parseSet(text.toStdString(), graph, &graph.sites().front(), edits);
        QVERIFY2(read, read ? "" : read.error().text().c_str());
        const ValueEdit* edit = edits.find(value.toStdString());
        QVERIFY(edit);
        const std::vector<std::int64_t> expected(index.begin(), index.end());
        QVERIFY(edit->elements.contains(expected));
        QCOMPARE(edit->elements.at(expected), number);
    }

    void aBadSetIsExplained_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("no number") << "W[3]=big" << "edit 'W[3]=big': 'big' found, a number within float32 expected";
        QTest::newRow("no equals sign") << "W[3]" << "edit 'W[3]': VALUE[INDEX]=NUMBER expected, e.g. W[3]=0.5";
        QTest::newRow("outside") << "W[4,0]=1" << "edit of attention/W: index [4,0] is outside its shape (4, 3)";
        QTest::newRow("too deep") << "W[0,0,0]=1" << "edit of attention/W: index [0,0,0] is outside its shape (4, 3)";
        QTest::newRow("no bracket") << "W[3=1" << "edit 'W[3=1': a closing ] expected before =";
        QTest::newRow("star first") << "W[*,1]=1" << "edit 'W[*,1]=1': a * can only be followed by another *";
        QTest::newRow("not finite") << "W[0]=inf" << "edit of attention/W: a finite number expected, inf found";
        QTest::newRow("unknown") << "attention/V=1"
                                 << "there is no value named 'attention/V'; there are attention/W, attention/a, "
                                    "attention/epsilon, attention/mask; site attention has mask, W";
    }
    void aBadSetIsExplained() {
        QFETCH(QString, text);
        QFETCH(QString, message);
        const Graph graph = makeGraph();
        Edits edits;
        const Status read = parseSet(text.toStdString(), graph, &graph.sites().front(), edits);
        QVERIFY(!read);
        QCOMPARE(QString::fromStdString(read.error().text()), message);
        QVERIFY(edits.empty());
    }

    void aMaskIsAListOfTimestepsAndRanges() {
        const Graph graph = makeGraph();
        Edits edits;
        QVERIFY(parseMask("0,3-5", graph, graph.sites().front(), edits));
        QCOMPARE(edits.count(), std::size_t{4});
        for (const std::string bad : {"6", "2-1", "a", "", "1,,2", "-3"}) {
            Edits untouched;
            QVERIFY2(!parseMask(bad, graph, graph.sites().front(), untouched), bad.c_str());
            QVERIFY(untouched.empty());
        }
    }

    void onlyWeightsCanBePinned() {
        const Graph graph = makeGraph();
        Edits edits;
        edits.pinUniform("attention/W", true);
        QVERIFY(!checkEdits(edits, graph));
        edits.pinUniform("attention/W", false);
        edits.pinUniform("attention/a", true);
        QVERIFY(checkEdits(edits, graph));
    }
};

QTEST_GUILESS_MAIN(EditsTest)
#include "edits_test.moc"
