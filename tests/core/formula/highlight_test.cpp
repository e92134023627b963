#include "formula/highlight.h"

#include <QtTest>

using namespace attnscope;

/// What an editor colours.
class FormulaHighlightTest : public QObject {
    Q_OBJECT

private slots:
    void piecesOfASourceAreToldApart_data();
    void piecesOfASourceAreToldApart();
};

void FormulaHighlightTest::piecesOfASourceAreToldApart_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("pieces");  // the first letter of each piece's kind
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("comment") << "# tanh(x)"
                             << "C";
    QTest::newRow("weights") << "weights W[f]? as \"*_W\""
                             << "D N S I S S D T";
    QTest::newRow("a weight named as") << "weights as[f]"
                                       << "D N S I S";
    QTest::newRow("site") << "site score e, weights a"
                          << "D D N S D N";
    QTest::newRow("a value named site") << "site[t] = x[t,f]"
                                        << "N S I S S N S I S I S";
    QTest::newRow("function") << "e = tanh(a + 1e-7)"
                              << "N S F S N S 1 S";
    QTest::newRow("reduction") << "sum(t,f: a[t] * b)"
                               << "F S I S I S N S I S S N S";
    QTest::newRow("half a line") << "a[t] = sum(t"
                                 << "N S I S S F S I";
    QTest::newRow("what no formula has") << "a @ b \"c"
                                         << "N N";
    QTest::newRow("behind a comment") << "# title\nclass A, B"
                                      << "C D N S N";
    QTest::newRow("outputs") << "output c with mask if not k"
                             << "D N D N D D N";
    QTest::newRow("config") << "index h as \"heads\" = 2"
                            << "D N D T S 1";
    QTest::newRow("position") << "position(t) <= 1"
                              << "F S I S S 1";
    QTest::newRow("axes") << "weights W[f,(h,d),1]"
                          << "D N S I S S I S I S S 1 S";
    QTest::newRow("lines inside parentheses") << "e = (a\n+ b) # c\n"
                                              << "N S S N S N S C";
}

void FormulaHighlightTest::piecesOfASourceAreToldApart() {
    QFETCH(QString, source);
    QFETCH(QString, pieces);
    const std::string text = source.toStdString();
    QStringList found;
    std::size_t last = 0;
    for (const Span& span : highlightFormula(text)) {
        QVERIFY(span.begin >= last && span.end > span.begin && span.end <= text.size());
        last = span.end;
        found += QString(QLatin1Char("CDFNI1TS"[static_cast<int>(span.kind)]));
    }
    QCOMPARE(found.join(" "), pieces);
}

QTEST_GUILESS_MAIN(FormulaHighlightTest)
#include "highlight_test.moc"
