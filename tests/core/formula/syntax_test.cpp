// Parsing, printing and every error of the formula language with its place.

#include "formula/catalogue.h"
#include "formula/formula.h"
#include "formula/highlight.h"
#include "formula/message.h"
#include "formula/print.h"
#include "support/bundled_formulas.h"

#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <cmath>
#include <fstream>
#include <random>

using namespace attnscope;

namespace {

bool sameTree(const Expression& a, const Expression& b) {
    if (a.node.index() != b.node.index()) return false;
    if (const auto* number = std::get_if<NumberExpression>(&a.node))
        return number->value == std::get<NumberExpression>(b.node).value;
    if (const auto* reference = std::get_if<ReferenceExpression>(&a.node)) {
        const auto& other = std::get<ReferenceExpression>(b.node);
        return reference->name == other.name && reference->indices == other.indices;
    }
    if (const auto* call = std::get_if<CallExpression>(&a.node)) {
        const auto& other = std::get<CallExpression>(b.node);
        return call->function == other.function && sameTree(*call->argument, *other.argument);
    }
    if (const auto* binary = std::get_if<BinaryExpression>(&a.node)) {
        const auto& other = std::get<BinaryExpression>(b.node);
        return binary->op == other.op && sameTree(*binary->left, *other.left) && sameTree(*binary->right, *other.right);
    }
    if (const auto* index = std::get_if<IndexExpression>(&a.node)) {
        const auto& other = std::get<IndexExpression>(b.node);
        return index->function == other.function && index->index == other.index;
    }
    const auto& reduction = std::get<ReductionExpression>(a.node);
    const auto& other = std::get<ReductionExpression>(b.node);
    return reduction.kind == other.kind && reduction.indices == other.indices &&
           sameTree(*reduction.argument, *other.argument);
}

bool sameDeclarations(const std::vector<Declaration>& a, const std::vector<Declaration>& b) {
    return std::ranges::equal(a, b, [](const Declaration& left, const Declaration& right) {
        return left.name == right.name && left.axes == right.axes && left.indices == right.indices &&
               left.optional == right.optional && left.fileName == right.fileName;
    });
}

bool sameFormula(const Formula& a, const Formula& b) {
    const auto sameStatement = [](const Statement& left, const Statement& right) {
        return left.name == right.name && left.indices == right.indices &&
               sameTree(*left.expression, *right.expression);
    };
    const auto sameParameter = [](const ParameterDeclaration& left, const ParameterDeclaration& right) {
        return left.name == right.name && left.fileName == right.fileName && left.value == right.value;
    };
    const auto sameFunction = [](const FunctionDeclaration& left, const FunctionDeclaration& right) {
        return left.name == right.name && left.fileName == right.fileName && left.function == right.function;
    };
    const auto sameIndex = [](const IndexDeclaration& left, const IndexDeclaration& right) {
        return left.index == right.index && left.fileName == right.fileName && left.extent == right.extent;
    };
    const auto sameOutput = [](const OutputDeclaration& left, const OutputDeclaration& right) {
        return left.name == right.name && left.axes == right.axes && left.mask == right.mask &&
               left.flag == right.flag && left.unless == right.unless;
    };
    return a.title() == b.title() && a.classes() == b.classes() && sameDeclarations(a.weights(), b.weights()) &&
           sameDeclarations(a.inputs(), b.inputs()) &&
           std::ranges::equal(a.parameters(), b.parameters(), sameParameter) &&
           std::ranges::equal(a.functions(), b.functions(), sameFunction) &&
           std::ranges::equal(a.indices(), b.indices(), sameIndex) &&
           std::ranges::equal(a.outputs(), b.outputs(), sameOutput) &&
           std::ranges::equal(a.statements(), b.statements(), sameStatement) && a.site().score == b.site().score &&
           a.site().weights == b.site().weights && a.site().values == b.site().values &&
           a.site().output == b.site().output && a.site().normalisedIndex == b.site().normalisedIndex;
}

/// A formula around one statement `e[t] = …` on line 3.
std::string around(const std::string& right, const std::string& declarations = "weights W[f]") {
    return declarations + "\ninput x[t,f], mask[t]\ne[t] = " + right +
           "\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])\nsite score e, weights a, values x, output c\n";
}

const std::string sound = around("sum(f: x[t,f] * W[f])");

QString parseError(const std::string& source) {
    const Result<Formula> formula = Formula::parse(source, "demo");
    return formula ? QString("no error") : QString::fromStdString(formula.error().text());
}

/// Random expressions over x[t,f], v[t] and p, with the indices in scope.
class RandomExpression {
public:
    explicit RandomExpression(unsigned seed) : m_random(seed) {}

    std::string make(int depth) {
        if (depth == 0) return leaf();
        switch (pick(9)) {
            case 0:
                return "-" + wrapped(depth);
            case 1:
                return wrapped(depth) + "^" + wrapped(depth);
            case 2:
                return "tanh(" + make(depth - 1) + ")";
            case 3:
                return "sum(f: x[t,f] * (" + make(depth - 1) + "))";
            case 5:
                return "(" + make(depth - 1) + ") " + comparisons[pick(6)] + " (" + make(depth - 1) + ")";
            case 4:
                return "softmax(t: x[t,t2] + " + make(depth - 1) + ")";
            default:
                return wrapped(depth) + " " + "+-*/"[pick(4)] + " " + wrapped(depth);
        }
    }
    static constexpr const char* comparisons[] = {"<", "<=", ">", ">=", "==", "!="};

private:
    unsigned pick(unsigned count) { return static_cast<unsigned>(m_random() % count); }
    /// Without parentheses a comparison would meet the operators around it.
    std::string wrapped(int depth) {
        std::string made = make(depth - 1);
        const bool compares = made.find_first_of("<>=!") != std::string::npos;
        return pick(2) == 0 && !compares ? made : "(" + made + ")";
    }
    std::string leaf() {
        switch (pick(7)) {
            case 4:
                return "position(t)";
            case 5:
                return "size(f) * act(x[-1,0])";
            case 6:
                return "x[t,0]";
            case 0:
                return "2.5";
            case 1:
                return "1e-7";
            case 2:
                return "p";
            default:
                return "v[t]";
        }
    }
    std::mt19937 m_random;
};

}  // namespace

class FormulaSyntaxTest : public QObject {
    Q_OBJECT

private slots:
    void bundledFormulasAreTheOnesOfThePlan();
    void whatAFileSaysIsRead();
    void printedFormulasParseToTheSameTree_data();
    void printedFormulasParseToTheSameTree();
    void randomExpressionsSurvivePrinting();
    void operatorsBindAsOnPaper_data();
    void operatorsBindAsOnPaper();
    void errorsSayWhereAndWhat_data();
    void errorsSayWhereAndWhat();
    void bytesThatAreNotUtf8AreRefused();
    void hugeAndDeepSourcesAreRefused();
    void normalisedIndexIsFound_data();
    void normalisedIndexIsFound();
    void cataloguesServeByClass();
    void foldersKeepWhatIsSound();
    void piecesOfASourceAreToldApart_data();
    void piecesOfASourceAreToldApart();
    void errorsTellTheirPosition();
};

void FormulaSyntaxTest::bundledFormulasAreTheOnesOfThePlan() {
    const Formula* attention = test::bundledCatalogue()->find("attention_step_dim");
    QVERIFY(attention != nullptr);
    QCOMPARE(attention->title(),
             std::string("Attention(step_dim): one score per timestep, mask, normalise with epsilon"));
    QCOMPARE(printFormula(*attention),
             std::string("# Attention(step_dim): one score per timestep, mask, normalise with epsilon\n"
                         "class Attention, AttentionWithBias, AttLayer, AttentionLayer, Attention_layer\n"
                         "weights W[f] as \"*_W\", b[t]? as \"*_b\"\n"
                         "input x[t,f], mask[t]\n"
                         "parameter epsilon = 1e-07\n"
                         "index t as \"step_dim\"\n"
                         "e[t] = tanh(sum(f: x[t,f] * W[f]) + b[t])\n"
                         "u[t] = exp(e[t]) * mask[t]\n"
                         "a[t] = u[t] / (sum(t: u[t]) + epsilon)\n"
                         "c[f] = sum(t: a[t] * x[t,f])\n"
                         "output c, a if return_attention\n"
                         "site score e, weights a, values x, output c\n"));
    const Formula* layer = test::bundledCatalogue()->find("attention_layer_txt");
    QVERIFY(layer != nullptr);
    QCOMPARE(printFormula(*layer), std::string("# AttentionLayer: a T×T kernel, one weight per feature and timestep\n"
                                               "class AttentionLayer\n"
                                               "weights W[s,t] as \"*att_weight*\", b[t] as \"*att_bias*\"\n"
                                               "input x[t,f]\n"
                                               "e[f,t] = tanh(sum(s: x[s,f] * W[s,t]) + b[t])\n"
                                               "a[f,t] = softmax(t: e[f,t])\n"
                                               "c[f] = sum(t: a[f,t] * x[t,f])\n"
                                               "site score e, weights a, values x, output c\n"));
}

void FormulaSyntaxTest::whatAFileSaysIsRead() {
    const std::string source =
        "\xEF\xBB\xBF#\n#  Größe × Gewicht  \r\n"
        "class A, \"Package>B\"\n"
        "weights W[f] as \"*_W\", scale\n"
        "input x[t,f]\n"
        "parameter epsilon = 1e-7, shift = -2.5\n"
        "weights = 3  # a name like any other here\n"
        "e[t] = scale * sum(f: x[t,f]\n   # inside, lines go on\n   * W[f]) + epsilon + shift  # comment\n"
        "a[t] = softmax(t: e[t])\n"
        "c[f] = sum(t: a[t] * x[t,f])\n"
        "site score e, weights a, values x, output c";
    const Result<Formula> formula = Formula::parse(source, "demo");
    QVERIFY2(formula, formula ? "" : formula.error().text().c_str());
    QCOMPARE(formula->title(), std::string("Größe × Gewicht"));
    QCOMPARE(formula->classes(), (std::vector<std::string>{"A", "Package>B"}));
    QCOMPARE(formula->weights()[0].fileName, std::string("*_W"));
    QCOMPARE(formula->weights()[1].fileName, std::string("scale"));
    QVERIFY(formula->weights()[1].indices.empty());
    QCOMPARE(formula->parameters()[1].value, -2.5F);
    QCOMPARE(formula->statements()[0].name, std::string("weights"));
    QCOMPARE(formula->statements()[1].source,
             std::string("e[t] = scale * sum(f: x[t,f]\n   # inside, lines go on\n   * W[f]) + epsilon + shift"));
    QCOMPARE(formula->statements()[1].position, (Position{8, 1}));
    QCOMPARE(formula->statements()[2].position, (Position{11, 1}));
    QCOMPARE(formula->source(), source);
}

void FormulaSyntaxTest::printedFormulasParseToTheSameTree_data() {
    QTest::addColumn<QString>("source");
    QTest::newRow("sound") << QString::fromStdString(sound);
    QTest::newRow("title and parameters")
        << QString::fromStdString("# Größe\nparameter p = -0.1, q = 3e38\n" + around("sum(f: x[t,f] * W[f]) * p + q"));
    QTest::newRow("optional") << QString::fromStdString(
        around("sum(f: x[t,f] * W[f]) + b[t]", "class \"A b\", C\nweights W[f], b[t]? as \"*:0\""));
    QTest::newRow("axes") << QString::fromStdString(
        around("sum(f,h: x[t,f] * W[f,h]) + b[t] + k * K[0,t] * K[-1,t]",
               "weights W[1,(f,h)], b[t,1], k[1]?, K[n,t]\nindex h = 2, n as \"count\", t as \"t\" = 7\nparameter q as "
               "\"r\" = 1\nfunction act as \"activation\" = relu, lin\nz[t] = lin(act(b[t]) * q)"));
    QTest::newRow("outputs") << QString::fromStdString(
        "output c with mask, a[t,1] with x_mask if return_attention, e if not \"a key\", a if \"not\"\n" +
        around("position(t) * size(f) <= sum(f: W[f]) * mask[t]"));
    for (const Formula* formula : test::bundledCatalogue()->all())
        QTest::newRow(formula->name().c_str()) << QString::fromStdString(formula->source());
    QTest::newRow("two indices") << QString::fromStdString(
        around("sum(t,f: x[t,f] * W[f]) + mean(f: x[t,f]) + max(s: mask[s]) + mask[t]"));
}

void FormulaSyntaxTest::printedFormulasParseToTheSameTree() {
    QFETCH(QString, source);
    const Result<Formula> formula = Formula::parse(source.toStdString(), "demo");
    QVERIFY2(formula, formula ? "" : formula.error().text().c_str());
    const std::string printed = printFormula(*formula);
    const Result<Formula> again = Formula::parse(printed, "demo");
    QVERIFY2(again, again ? "" : again.error().text().c_str());
    QVERIFY2(sameFormula(*formula, *again), printed.c_str());
    QCOMPARE(printFormula(*again), printed);
}

void FormulaSyntaxTest::randomExpressionsSurvivePrinting() {
    for (unsigned seed = 0; seed < 500; ++seed) {
        const std::string source =
            "input x[t,f], v[t], y[t,t2]\nparameter p = 1\nfunction act\ns = act(p)\n"
            "e[t,t2] = y[t,t2] + " +
            RandomExpression(seed).make(5) +
            "\na[t,t2] = softmax(t: e[t,t2])\nc[f] = sum(t,t2: a[t,t2] * x[t,f])\n"
            "site score e, weights a, values x, output c\n";
        const Result<Formula> formula = Formula::parse(source, "demo");
        QVERIFY2(formula, formula ? "" : (formula.error().text() + "\n" + source).c_str());
        const Result<Formula> again = Formula::parse(printFormula(*formula), "demo");
        QVERIFY2(again, again ? "" : again.error().text().c_str());
        QVERIFY2(sameFormula(*formula, *again), (source + printFormula(*again)).c_str());
    }
}

void FormulaSyntaxTest::operatorsBindAsOnPaper_data() {
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("canonical");
    QTest::newRow("product before sum") << "1 + 2 * mask[t]"
                                        << "1 + 2 * mask[t]";
    QTest::newRow("needless parentheses go") << "(1 + (2 * mask[t]))"
                                             << "1 + 2 * mask[t]";
    QTest::newRow("needed ones stay") << "(1 + 2) * mask[t]"
                                      << "(1 + 2) * mask[t]";
    QTest::newRow("difference from the left") << "mask[t] - 1 - 2"
                                              << "mask[t] - 1 - 2";
    QTest::newRow("difference from the right") << "mask[t] - (1 - 2)"
                                               << "mask[t] - (1 - 2)";
    QTest::newRow("quotient from the right") << "mask[t] / (2 / 3)"
                                             << "mask[t] / (2 / 3)";
    QTest::newRow("power from the right") << "mask[t] ^ (2 ^ 3)"
                                          << "mask[t]^2^3";
    QTest::newRow("power from the left") << "(mask[t] ^ 2) ^ 3"
                                         << "(mask[t]^2)^3";
    QTest::newRow("power before the sign") << "-mask[t] ^ 2"
                                           << "-mask[t]^2";
    QTest::newRow("sign before power") << "(-mask[t]) ^ 2"
                                       << "(-mask[t])^2";
    QTest::newRow("signed exponent") << "mask[t] ^ -2"
                                     << "mask[t]^-2";
    QTest::newRow("sign of a sum") << "-(1 + mask[t])"
                                   << "-(1 + mask[t])";
    QTest::newRow("sign before product") << "-mask[t] * 2"
                                         << "-mask[t] * 2";
    QTest::newRow("two signs") << "- -mask[t]"
                               << "--mask[t]";
    QTest::newRow("sum before comparison") << "(1 + mask[t]) <= (2 * 3)"
                                           << "1 + mask[t] <= 2 * 3";
    QTest::newRow("comparison inside") << "1 - (mask[t] == 0)"
                                       << "1 - (mask[t] == 0)";
    QTest::newRow("comparison of comparisons") << "(mask[t] > 0) != (mask[t] < 1)"
                                               << "(mask[t] > 0) != (mask[t] < 1)";
    QTest::newRow("a function of a comparison") << "tanh((mask[t] >= 0.5))"
                                                << "tanh(mask[t] >= 0.5)";
}

void FormulaSyntaxTest::operatorsBindAsOnPaper() {
    QFETCH(QString, written);
    QFETCH(QString, canonical);
    const Result<Formula> formula = Formula::parse(around(written.toStdString(), ""), "demo");
    QVERIFY2(formula, formula ? "" : formula.error().text().c_str());
    QCOMPARE(QString::fromStdString(printExpression(*formula->statements()[0].expression)), canonical);
    const Result<Formula> again = Formula::parse(printFormula(*formula), "demo");
    QVERIFY(again && sameFormula(*formula, *again));
}

void FormulaSyntaxTest::errorsSayWhereAndWhat_data() {
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
        "an "
        "index that the output c[t,f] does not have");
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
        "swish, "
        "tanh");
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
        "gelu, "
        "hard_sigmoid, log, mish, relu, selu, sigmoid, sign, softplus, softsign, sqrt, square, swish, tanh");
    row("function as a value", "function act\n" + around("act + sum(f: W[f])"),
        "demo:4:12: expected '(' after the function act, found '+'");
    row("function that is none", "function act = softmax\n",
        "demo:1:16: 'softmax' is not a function that works element by element; there are linear, abs, elu, exp, floor, "
        "gelu, "
        "hard_sigmoid, log, mish, relu, selu, sigmoid, sign, softplus, softsign, sqrt, square, swish, tanh");
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

void FormulaSyntaxTest::errorsSayWhereAndWhat() {
    QFETCH(QString, source);
    QFETCH(QString, message);
    const Result<Formula> formula = Formula::parse(source.toStdString(), "demo");
    QCOMPARE(parseError(source.toStdString()), message);
    QCOMPARE(formula.error().code, ErrorCode::Formula);
}

void FormulaSyntaxTest::bytesThatAreNotUtf8AreRefused() {
    QCOMPARE(parseError("# caf\xE9\n"), QString("demo:1:6: the formula is not UTF-8 text"));
    QCOMPARE(parseError("#\xC0\xAF\n"), QString("demo:1:2: the formula is not UTF-8 text"));
    QCOMPARE(parseError("# \xED\xA0\x80\n"), QString("demo:1:3: the formula is not UTF-8 text"));
    QCOMPARE(parseError("class \"\xF0\x9F\x98"), QString("demo:1:8: the formula is not UTF-8 text"));
    QCOMPARE(parseError("class \"\xF0\x9F\x98\x80\xFF\""), QString("demo:1:9: the formula is not UTF-8 text"));
}

void FormulaSyntaxTest::hugeAndDeepSourcesAreRefused() {
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

void FormulaSyntaxTest::normalisedIndexIsFound_data() {
    QTest::addColumn<QString>("lines");
    QTest::addColumn<QString>("index");
    QTest::newRow("softmax") << "e[f,t] = x[t,f]\na[f,t] = softmax(t: e[f,t])\nc[f] = sum(t: a[f,t] * x[t,f])"
                             << "t";
    QTest::newRow("softmax over features")
        << "e[f,t] = x[t,f]\na[f,t] = softmax(f: e[f,t])\nc[f] = sum(t: a[f,t] * x[t,f])"
        << "f";
    QTest::newRow("gone from the output") << "e[t] = max(f: x[t,f])\na[t] = exp(e[t])\nc[f] = sum(t: a[t] * x[t,f])"
                                          << "t";
    QTest::newRow("self-attention")
        << "e[i,j] = sum(f: x[i,f] * x[j,f])\na[i,j] = exp(e[i,j])\nc[i,f] = sum(j: a[i,j] * x[j,f])"
        << "j";
    QTest::newRow("summed by the weights")
        << "e[f,t] = x[t,f]\na[f,t] = exp(e[f,t]) / sum(t: exp(e[f,t]))\nc[f,t] = a[f,t] * x[t,f]"
        << "t";
    QTest::newRow("two are gone, one is of the values") << "e[g,t] = sum(f: W[g,f] * x[t,f])\na[g,t] = exp(e[g,t])\n"
                                                           "c[f] = sum(g,t: a[g,t] * x[t,f])"
                                                        << "t";
}

void FormulaSyntaxTest::normalisedIndexIsFound() {
    QFETCH(QString, lines);
    QFETCH(QString, index);
    const std::string declarations = lines.contains("W[") ? "weights W[g,f]\n" : "";
    const Result<Formula> formula = Formula::parse(
        declarations + "input x[t,f]\n" + lines.toStdString() + "\nsite score e, weights a, values x, output c",
        "demo");
    QVERIFY2(formula, formula ? "" : formula.error().text().c_str());
    QCOMPARE(formula->site().normalisedIndex, index.toStdString());
}

void FormulaSyntaxTest::cataloguesServeByClass() {
    Catalogue catalogue;
    QVERIFY(catalogue.add("b", "class A, B\n" + sound));
    QVERIFY(catalogue.add("a", "class A\n" + sound));
    QCOMPARE(catalogue.serving("A").size(), std::size_t{2});
    QCOMPARE(catalogue.serving("A")[0]->name(), std::string("a"));
    QCOMPARE(catalogue.serving("B").size(), std::size_t{1});
    QVERIFY(catalogue.serving("C").empty());
    QVERIFY(catalogue.find("c") == nullptr);
    QVERIFY(catalogue.add("b", "class C\n" + sound));
    QCOMPARE(catalogue.all().size(), std::size_t{2});
    QVERIFY(catalogue.serving("B").empty());
    QCOMPARE(QString::fromStdString(catalogue.add("b", "x").error().text()).left(6), QString("b:1:2:"));
    QCOMPARE(catalogue.serving("C").size(), std::size_t{1});
}

void FormulaSyntaxTest::foldersKeepWhatIsSound() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    std::ofstream(path + "/a_broken.formula") << "nonsense";
    std::ofstream(path + "/b_sound.formula") << sound;
    std::ofstream(path + "/notes.txt") << "nonsense";
    QVERIFY(mkfifo((path + "/pipe.formula").c_str(), 0600) == 0);
    Catalogue catalogue;
    const Status status = catalogue.addFolder(path);
    QVERIFY(!status);
    QCOMPARE(
        status.error().text(),
        path + "/a_broken.formula: a_broken:1:9: expected '[' or '=' after 'nonsense', found the end of the formula");
    QCOMPARE(catalogue.all().size(), std::size_t{1});
    QVERIFY(catalogue.find("b_sound") != nullptr);

    const Status missing = catalogue.addFolder(path + "/nowhere");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Io);
}

void FormulaSyntaxTest::piecesOfASourceAreToldApart_data() {
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

void FormulaSyntaxTest::piecesOfASourceAreToldApart() {
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

void FormulaSyntaxTest::errorsTellTheirPosition() {
    const Result<Formula> formula = Formula::parse(around("sum(f: x[t,g])"), "a:1: name");
    QVERIFY(!formula);
    QVERIFY(positionOf(formula.error()) == (Position{3, 19}));
    QVERIFY(!positionOf({ErrorCode::Limit, "too long: 64:5", {}}));
}

QTEST_GUILESS_MAIN(FormulaSyntaxTest)
#include "syntax_test.moc"
