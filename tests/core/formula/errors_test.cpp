#include "demo_formula.h"
#include "formula/formula.h"
#include "formula/message.h"

#include <QtTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

QString parseError(const std::string& source) {
    const Result<Formula> formula = Formula::parse(source, "demo");
    return formula ? QString("no error") : QString::fromStdString(formula.error().text());
}

}  // namespace

/// Every error of the formula language, with its place.
class FormulaErrorsTest : public QObject {
    Q_OBJECT

private slots:
    void errorsSayWhereAndWhat_data();
    void errorsSayWhereAndWhat();
    void bytesThatAreNotUtf8AreRefused();
    void hugeAndDeepSourcesAreRefused();
    void errorsTellTheirPosition();
};

void FormulaErrorsTest::errorsSayWhereAndWhat_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const std::string& source, const char* message) {
        QTest::newRow(name) << QString::fromStdString(source) << QString(message);
    };
    const auto rest = [](const std::string& lines) {
        return lines + "\nsite score e, weights a, values x, output c\n";
    };

    row("unknown index", around("sum(f: x[t,g] * W[f])"),
        "demo:3:19: unknown index 'g': the left side has t, and no reduction around it names g");
    row("unknown index of a softmax", around("softmax(s: mask[t]) * sum(f: W[f])"),
        "demo:3:16: unknown index 's': the left side has t, and no reduction around it names s");
    row("columns count characters", around("\"×ß\" + 1"),
        "demo:3:8: expected a value, a number or '(', found the text \"×ß\"");
    row("column behind wide characters", "class \"×ß\", 5\n", "demo:1:13: expected the name of a class, found '5'");
    row("unknown name", around("sum(f: x[t,f] * w[f])"), "demo:3:24: unknown name 'w'; did you mean 'W'?");
    row("unknown name without a near one", around("sum(f: x[t,f] * query[f])"),
        "demo:3:24: unknown name 'query'; there are W, mask, x");
    row("too few indices", around("sum(f: x[f] * W[f])"), "demo:3:15: 'x' has 2 indices, found 1; expected x[t,f]");
    row("too many indices", around("sum(f: x[t,f] * W[t,f])"), "demo:3:24: 'W' has 1 index, found 2; expected W[f]");
    row("no indices", around("sum(f: x[t,f] * W)"), "demo:3:24: 'W' has 1 index, found 0; expected W[f]");
    row("index twice", around("sum(f: x[t,t] * W[f])"),
        "demo:3:19: index 't' is used twice; expected different letters");
    row("index twice in a declaration", "weights W[f,f]\n",
        "demo:1:13: index 'f' is used twice; expected different letters");
    row("index twice in a reduction", around("sum(f,f: x[t,f] * W[f])"),
        "demo:3:14: index 'f' is used twice; expected different letters");
    row("name given twice", around("sum(f: x[t,f] * W[f])", "weights W[f]\nweights x[t]"),
        "demo:3:7: 'x' is given already on line 2; expected a name of its own");
    row("value given twice", rest("input x[t,f]\ne[t] = mean(f: x[t,f])\ne[t] = max(f: x[t,f])"),
        "demo:3:1: 'e' is given already on line 2; expected a name of its own");
    row("unused weight", around("sum(f: x[t,f] * W[f])", "weights W[f], b[t]"),
        "demo:1:15: the weight 'b' is never used");
    row("unused parameter", "parameter p = 2\n" + sound, "demo:1:11: the parameter 'p' is never used");
    row("itself", around("e[t] + sum(f: W[f])"),
        "demo:3:8: 'e' stands on both sides; a value is given by others, on lines above");
    row("forward", around("a[t] + sum(f: W[f])"), "demo:3:8: 'a' is used before it is given on line 4");
    row("declared later", sound + "weights V[f]\n" + "g[f] = V[f] + k\nparameter k = 1\n",
        "demo:8:15: 'k' is used before it is given on line 9");
    row("left index from nowhere", around("sum(t,f: x[t,f] * W[f])"),
        "demo:3:1: index 't' stands on the left, but nothing on the right has it");
    row("reduced index from nowhere", around("mask[t] + sum(f,g: x[t,f] * W[f])"),
        "demo:3:24: nothing behind the colon has index 'g'");
    row("site missing", "input x[t,f]\nc[f] = sum(t: x[t,f])\n",
        "demo:3:1: the formula has no site; expected a line 'site score …, weights …, values …, output …'");
    row("site twice", sound + "site score e, weights a, values x, output c",
        "demo:7:1: a second site; expected one line 'site …' in a formula");
    row("site of an unknown name",
        "input x[t,f]\ne[t] = mean(f: x[t,f])\nscores[t] = softmax(t: e[t])\nc[f] = sum(t: scores[t] * x[t,f])\n"
        "site score score, weights scores, values x, output c",
        "demo:5:1: the site's score is the unknown name 'score'; did you mean 'scores'?");
    row("site of an input",
        "input x[t,f]\ne[t] = mean(f: x[t,f])\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])\n"
        "site score x, weights a, values x, output c",
        "demo:5:1: the site's score 'x' is not the left side of a line");
    row("site of a weight",
        around("sum(f: x[t,f] * W[f])").substr(0, around("sum(f: x[t,f] * W[f])").find("site")) +
            "site score e, weights a, values W, output c",
        "demo:6:1: the site's values 'W' is not the left side of a line or an input");
    row("site without a part", "input x[t,f]\nsite score e, weights a, output c",
        "demo:2:1: the site has no values; expected 'site score …, weights …, values …, output …'");
    row("site's part unknown", "site scores e\n",
        "demo:1:6: unknown part 'scores' of a site; expected score, weights, values or output");
    row("site's part twice", "site score e, score a\n", "demo:1:15: the site's score is given twice");
    row("site without an input",
        "weights W[t,f]\ninput x[t,f]\ne[t] = mean(f: W[t,f])\na[t] = softmax(t: e[t])\n"
        "c[f] = sum(t: a[t] * x[t,f])\nsite score e, weights a, values x, output c",
        "demo:6:1: the site's score 'e' depends on no input");
    row("no normalised index", rest("input x[t,f]\ne[t,f] = x[t,f]\na[t,f] = exp(e[t,f])\nc[t,f] = a[t,f] * x[t,f]"),
        "demo:5:1: no single index that the weights a[t,f] are normalised over; expected a softmax over one index, or "
        "an index that the output c[t,f] does not have");
    const std::string optional = "weights W[f], b[t]?";
    const char* const misplaced =
        "demo:3:%1: the optional weight 'b' may be absent; expected it as a term of a sum (+) or a "
        "factor of a product (*) beside something that is not optional";
    const auto misplacedAt = [&](int column) { return QString(misplaced).arg(column).toStdString(); };
    row("optional in a function", around("tanh(b[t]) + sum(f: x[t,f] * W[f])", optional), misplacedAt(13).c_str());
    row("optional under a difference", around("sum(f: x[t,f] * W[f]) - b[t]", optional), misplacedAt(32).c_str());
    row("optional in a reduction", around("sum(f: x[t,f] * W[f]) + max(t: b[t])", optional), misplacedAt(39).c_str());
    row("optional alone", rest("weights W[f], b[t]?\ninput x[t,f]\ne[t] = b[t]"), misplacedAt(8).c_str());
    row("two optionals alone", around("sum(f: x[t,f] * W[f]) - (b[t] + d[t])", optional + ", d[t]?"),
        misplacedAt(33).c_str());
    row("index only of an optional", around("sum(t,f: x[t,f] * W[f]) + b[t]", optional),
        "demo:3:1: index 't' stands on the left, but nothing on the right has it when the layer has no optional "
        "weights");
    row("summed index only of an optional", around("mask[t] * sum(f: W[f]) * sum(t: 2 * b[t])", optional),
        "demo:3:37: nothing behind the colon has index 't' when the layer has no optional weights");
    row("optional input", "input x[t,f]?\n",
        "demo:1:13: expected ',' or the end of the line: only weights can be optional, found '?'");

    row("unknown function", around("tahn(mask[t])"), "demo:3:8: unknown function 'tahn'; did you mean 'tanh'?");
    row("the sign by name", around("negate(mask[t])"),
        "demo:3:8: unknown function 'negate'; there are sum, mean, max, softmax, position, size, abs, "
        "elu, exp, floor, gelu, hard_sigmoid, log, mish, relu, selu, sigmoid, sign, softplus, softsign, sqrt, square, "
        "swish, tanh");
    row("function as a name", "weights tanh[f]\n", "demo:1:9: 'tanh' is a function; expected another name for a value");
    row("reduction as a name", "sum[f] = 1\n", "demo:1:1: 'sum' is a function; expected another name for a value");
    row("function without parentheses", around("tanh + 1"),
        "demo:3:13: expected '(' after the function tanh, found '+'");
    row("reduction without an index", around("sum(x[t,f])"),
        "demo:3:12: expected index letters and ':', as in sum(t: …), found 'x'");
    row("reduction without a letter", around("max(1)"),
        "demo:3:12: expected an index letter, as in max(t: …), found '1'");
    row("reduction without parentheses", around("max + 1"),
        "demo:3:12: expected '(' after max, as in max(t: …), found '+'");
    row("reduction not closed", "e[t] = sum(t: x[t]\n",
        "demo:2:1: expected ')' to close sum( at line 1, column 8, found the end of the formula");
    row("parenthesis not closed", "e[t] = (1 + 2\nu = 3",
        "demo:2:1: expected ')' to close the '(' at line 1, column 8, found 'u'");
    row("function not closed", "e[t] = exp(1 ]\n",
        "demo:1:14: expected ')' to close exp( at line 1, column 8, found ']'");
    row("nothing on the right", around(""), "demo:3:8: expected a value, a number or '(', found the end of the line");
    row("no operator", around("mask[t] mask[t]"),
        "demo:3:16: expected an operator or the end of the line, found 'mask'");
    row("no equals sign", "e[t] + 1\n", "demo:1:6: expected '=' after the left side, found '+'");
    row("empty brackets", around("mask[]"), "demo:3:13: expected an index letter, found ']'");
    row("open brackets", "weights W[f as \"x\"\n", "demo:1:13: expected ']' or ',' after an axis, found 'as'");
    row("unknown directive", "wieghts W[f]\n", "demo:1:1: unknown directive 'wieghts'; did you mean 'weights'?");
    row("stray word", "e\n", "demo:1:2: expected '[' or '=' after 'e', found the end of the line");
    row("stray symbol", "+ 1\n",
        "demo:1:1: expected a directive (class, weights, input, parameter, function, index, "
        "output, site) or a name, found '+'");
    row("parameter without a number", "parameter epsilon = x\n", "demo:1:21: expected a number, found 'x'");
    row("parameter without equals", "parameter epsilon 3\n",
        "demo:1:19: expected '=' after the parameter's name, as in epsilon = 1e-7, found '3'");
    row("number beyond float32", around("1e39 * mask[t]"),
        "demo:3:8: the number 1e39 is beyond float32; expected 0 or a size between 1e-38 and 3e38");
    row("pattern missing", "weights W[f] as W\n",
        "demo:1:17: expected the weight's name in a file, as in \"*_W\", found 'W'");
    row("pattern empty", "weights W[f] as \"\"\n", "demo:1:17: the name in a file is empty");
    row("text without an end", "weights W[f] as \"*_W\n", "demo:1:17: the text has no end; expected a closing '\"'");
    row("foreign character", around("mask[t] × 2"),
        "demo:3:16: unexpected '×'; expected a name (letters a-z, digits, _), a number "
        "or one of [ ] ( ) , : = ? + - * / ^ < <= > >= == !=");
    row("control character", "e\x01 = 1\n",
        "demo:1:2: unexpected a control character; expected a name (letters a-z, digits, _), a "
        "number or one of [ ] ( ) , : = ? + - * / ^ < <= > >= == !=");
    row("comparison of a comparison", around("mask[t] < 1 < 2"),
        "demo:3:20: expected an operator or the end of the line, found '<'");
    row("one exclamation mark", around("mask[t] ! 2"),
        "demo:3:16: unexpected '!'; expected a name (letters a-z, digits, _), a number "
        "or one of [ ] ( ) , : = ? + - * / ^ < <= > >= == !=");
    row("index that is no whole number", around("x[1.5,0] * mask[t]"),
        "demo:3:10: expected a whole number, found '1.5'");
    row("sign without a number", around("x[-t,0] * mask[t]"), "demo:3:11: expected a whole number, found 't'");
    row("fixed index on the left", "e[0] = 1\n", "demo:1:3: expected an index letter, found '0'");
    row("axis of another extent", "weights W[f,2]\n", "demo:1:13: expected an index letter, '(' or 1, found '2'");
    row("axis of several not closed", "weights W[(f,h]\n",
        "demo:1:15: expected ')' or ',' after an index letter, found ']'");
    row("axis of unknown parts", around("sum(f,h,g: x[t,f] * W[h,g,f])", "weights W[(h,g),f]"),
        "demo:1:9: how far the indices of an axis of 'W' run is not known; expected a line as in index h as \"heads\"");
    row("position outside", around("position(s) + sum(f: W[f])"),
        "demo:3:17: unknown index 's': the left side has t, and no reduction around it names s");
    row("position of nothing", "input x[t,f]\np[i] = position(i)\nq[i] = p[i]\n" + rest(""),
        "demo:2:17: how far index 'i' runs is not known; expected one that a value has");
    row("position without an index", around("position() + sum(f: W[f])"),
        "demo:3:17: expected an index letter, as in position(t), found ')'");
    row("index never used", "index n = 3\n" + sound, "demo:1:7: the index 'n' is never used");
    row("index without an extent", "index h\n",
        "demo:1:8: expected how far the index runs, as in index h as \"heads\" or index h = 8, found the end of the "
        "line");
    row("index of a broken extent", "index h = 2.5\n", "demo:1:11: expected a whole number, found '2.5'");
    row("function never used", "function act\n" + sound, "demo:1:10: the function 'act' is never used");
    row("function before its line", "e[t] = act(1)\nfunction act\n",
        "demo:1:8: unknown function 'act'; there are sum, mean, max, softmax, position, size, abs, elu, exp, floor, "
        "gelu, hard_sigmoid, log, mish, relu, selu, sigmoid, sign, softplus, softsign, sqrt, square, swish, tanh");
    row("function as a value", "function act\n" + around("act + sum(f: W[f])"),
        "demo:4:12: expected '(' after the function act, found '+'");
    row("function that is none", "function act = softmax\n",
        "demo:1:16: 'softmax' is not a function that works element by element; there are linear, abs, elu, exp, floor, "
        "gelu, hard_sigmoid, log, mish, relu, selu, sigmoid, sign, softplus, softsign, sqrt, square, swish, tanh");
    row("output of an unknown name", "output d\n" + sound, "demo:1:8: unknown name 'd'; there are a, c, e, mask, x");
    row("output of other indices", "output a[t,f]\n" + sound,
        "demo:1:8: the output 'a' has other indices; expected those of a[t]");
    row("output of weights alone", sound + "output w\nw = sum(f: W[f])\n",
        "demo:7:8: the output 'w' depends on no input");
    row("output with an unknown mask", "output c with y_mask\n" + sound,
        "demo:1:8: unknown mask 'y_mask'; did you mean 'x_mask'?");
    row("output without an entry", "output c if\n",
        "demo:1:12: expected an entry of the layer's config, found the end of the line");
    row("list that ends in a comma", "weights W[f],\n\nb[t\n",
        "demo:4:1: expected ']' or ',' after an axis, found the end of the formula");
    row("empty", "",
        "demo:1:1: the formula has no site; expected a line 'site score …, weights …, values …, output …'");
}

void FormulaErrorsTest::errorsSayWhereAndWhat() {
    QFETCH(QString, source);
    QFETCH(QString, message);
    const Result<Formula> formula = Formula::parse(source.toStdString(), "demo");
    QCOMPARE(parseError(source.toStdString()), message);
    QCOMPARE(formula.error().code, ErrorCode::Formula);
}

void FormulaErrorsTest::bytesThatAreNotUtf8AreRefused() {
    QCOMPARE(parseError("# caf\xE9\n"), QString("demo:1:6: the formula is not UTF-8 text"));
    QCOMPARE(parseError("#\xC0\xAF\n"), QString("demo:1:2: the formula is not UTF-8 text"));
    QCOMPARE(parseError("# \xED\xA0\x80\n"), QString("demo:1:3: the formula is not UTF-8 text"));
    QCOMPARE(parseError("class \"\xF0\x9F\x98"), QString("demo:1:8: the formula is not UTF-8 text"));
    QCOMPARE(parseError("class \"\xF0\x9F\x98\x80\xFF\""), QString("demo:1:9: the formula is not UTF-8 text"));
}

void FormulaErrorsTest::hugeAndDeepSourcesAreRefused() {
    const auto repeated = [](const std::string& text, int count) {
        std::string result;
        for (int i = 0; i < count; ++i) result += text;
        return result;
    };
    const Result<Formula> huge = Formula::parse(repeated("# padding\n", 7000) + sound, "demo");
    QVERIFY(!huge);
    QCOMPARE(huge.error().code, ErrorCode::Limit);
    for (const std::string& right : {repeated("(", 20000), repeated("-", 20000) + "1", repeated("1+", 20000) + "1",
                                     repeated("1^", 20000) + "1", repeated("exp(", 10000)}) {
        QVERIFY2(parseError(around(right)).contains("200 levels deep"), qPrintable(parseError(around(right))));
    }
    const std::string allowed = repeated("(", 150) + "mask[t]" + repeated(")", 150) + repeated(" + 1", 150);
    QCOMPARE(parseError(around(allowed, "")), QString("no error"));
}

void FormulaErrorsTest::errorsTellTheirPosition() {
    const Result<Formula> formula = Formula::parse(around("sum(f: x[t,g])"), "a:1: name");
    QVERIFY(!formula);
    QVERIFY(positionOf(formula.error()) == (Position{3, 19}));
    QVERIFY(!positionOf({ErrorCode::Limit, "too long: 64:5", {}}));
}

QTEST_GUILESS_MAIN(FormulaErrorsTest)
#include "errors_test.moc"
