#include "demo_formula.h"
#include "formula/formula.h"
#include "formula/print.h"
#include "support/bundled_formulas.h"

#include <QtTest>

#include <random>

using namespace attnscope;
using namespace attnscope::test;

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

/// Formulas are parsed and printed.
class FormulaSyntaxTest : public QObject {
    Q_OBJECT

private slots:
    void whatAFileSaysIsRead();
    void printedFormulasParseToTheSameTree_data();
    void printedFormulasParseToTheSameTree();
    void randomExpressionsSurvivePrinting();
    void operatorsBindAsOnPaper_data();
    void operatorsBindAsOnPaper();
    void normalisedIndexIsFound_data();
    void normalisedIndexIsFound();
};

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
    for (const Formula* formula : bundledCatalogue()->all())
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

QTEST_GUILESS_MAIN(FormulaSyntaxTest)
#include "syntax_test.moc"
