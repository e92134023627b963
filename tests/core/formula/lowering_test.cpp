// Lowered formulas against their reading number by number, and what lowering makes of a formula.

#include "formula_case.h"
#include "naive_formula.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/reduce.h"

#include <algorithm>
#include <random>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string siteLine = "\nsite score e, weights a, values x, output c\n";

template <typename Kind>
std::vector<const Kind*> operationsOf(const Graph& graph) {
    std::vector<const Kind*> found;
    for (const Node& node : graph.nodes()) {
        if (const auto* operation = dynamic_cast<const Kind*>(node.operation.get())) found.push_back(operation);
    }
    return found;
}

/// The first statement that differs from its naive reading, or nothing.
QString differenceFromNaive(const Formula& formula, const FormulaCase& given, Tolerance tolerance = {}) {
    const Result<Graph> graph = lowered(formula, given);
    if (!graph) return QString::fromStdString(graph.error().text());
    const Result<GraphRun> run = ran(*graph, given);
    if (!run) return QString::fromStdString(run.error().text());
    for (const Value& value : graph->values()) {
        if (value.batched && value.shape[0] != given.batch)
            return QString::fromStdString(value.name + " " + value.shape.text() + " has not the batch first");
    }
    for (const auto& [name, expected] : NaiveFormula(formula, given.batch, given.extents, given.values()).run()) {
        Tensor actual = (*run)["attention/" + name];
        if (!graph->value(*graph->find("attention/" + name)).batched) {
            // A value of weights alone is the same for every element of the batch.
            std::vector<std::int64_t> shape = expected.shape().extents();
            std::vector<float> repeated;
            for (std::int64_t i = 0; i < given.batch; ++i)
                repeated.insert(repeated.end(), actual.data().begin(), actual.data().end());
            actual = Tensor(Shape(shape), std::move(repeated));
        }
        const std::string text = difference(actual, expected, tolerance);
        if (!text.empty()) return QString::fromStdString(name + ": " + text);
    }
    return {};
}

/// Random statements over values whose axes have the extents of t, s, r (4), f, g (3) and h (2).
class RandomFormula {
public:
    explicit RandomFormula(unsigned seed) : m_random(seed) {}

    std::string make() {
        std::string source = "weights W[f,g], b[t], U[h,f,g], k\ninput x[t,f], y[h,t]\nparameter p = 0.5\n";
        m_pool = {{"W", "fg"}, {"b", "t"}, {"U", "hfg"}, {"k", ""}, {"x", "tf"}, {"y", "ht"}, {"p", ""}};
        std::string used = "W[f,g] + b[t] + U[h,f,g] + k + p";
        for (int i = 0; i < 4; ++i) {
            auto [text, indices] = expression(4);
            std::ranges::shuffle(indices, m_random);
            const std::string name = "v" + std::to_string(i);
            source += name + brackets(indices) + " = " + text + "\n";
            m_pool.emplace_back(name, indices);
        }
        source += "used[t,f,g,h] = " + used + "\n";
        return source + "e[t] = max(f: x[t,f])\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" + siteLine;
    }

private:
    using Made = std::pair<std::string, std::string>;  ///< text and free indices, a letter each

    unsigned pick(std::size_t count) { return static_cast<unsigned>(m_random() % count); }
    static std::string brackets(const std::string& indices) {
        std::string text;
        for (const char index : indices) text += (text.empty() ? "[" : ",") + std::string(1, index);
        return text.empty() ? "" : text + "]";
    }
    static std::string kin(char index) {
        return index == 'h' ? "h" : std::string("fg").find(index) != std::string::npos ? "fg" : "tsr";
    }
    static std::string joinedLetters(std::string a, const std::string& b) {
        for (const char index : b) {
            if (a.find(index) == std::string::npos) a += index;
        }
        return a;
    }

    Made leaf() {
        const auto& [name, declared] = m_pool[pick(m_pool.size())];
        std::string indices;
        for (const char index : declared) {
            std::string letters;
            for (const char letter : kin(index)) {
                if (indices.find(letter) == std::string::npos) letters += letter;
            }
            indices += letters[pick(letters.size())];
        }
        return {name + brackets(indices), indices};
    }

    Made expression(int depth) {
        if (depth == 0 || pick(6) == 0) return leaf();
        const unsigned choice = pick(10);
        Made left = expression(depth - 1);
        if (choice == 0) return {"tanh(" + left.first + ")", left.second};
        if (choice == 1) return {"-(" + left.first + ")", left.second};
        if (choice <= 3 && !left.second.empty()) return reduced(left);
        const Made right = expression(depth - 1);
        const std::string indices = joinedLetters(left.second, right.second);
        const std::string both = "(" + left.first + ") " + "+-"[pick(2)] + " (" + right.first + ")";
        if (choice == 4) return {both, indices};
        if (choice == 5) return {"(" + left.first + ") / (3 + tanh(" + right.first + "))", indices};
        const Made third = pick(3) == 0 ? leaf() : Made("2", "");
        const Made product{"(" + left.first + ") * (" + right.first + ") * " + third.first,
                           joinedLetters(indices, third.second)};
        return product.second.empty() ? product : reduced(product);
    }

    Made reduced(const Made& argument) {
        static const std::vector<std::string> names = {"sum", "sum", "sum", "mean", "max", "softmax"};
        const std::string name = names[pick(names.size())];
        std::string over(1, argument.second[pick(argument.second.size())]);
        if (pick(2) == 0) over = joinedLetters(over, std::string(1, argument.second[pick(argument.second.size())]));
        std::string list;
        for (const char index : over) list += (list.empty() ? "" : ",") + std::string(1, index);
        std::string rest = argument.second;
        if (name != "softmax") std::erase_if(rest, [&](char index) { return over.find(index) != std::string::npos; });
        return {name + "(" + list + ": " + argument.first + ")", rest};
    }

    std::mt19937 m_random;
    std::vector<Made> m_pool;
};

}  // namespace

class FormulaLoweringTest : public QObject {
    Q_OBJECT

private slots:
    void formulasMatchTheirNaiveReading_data();
    void formulasMatchTheirNaiveReading();
    void randomFormulasMatchTheirNaiveReading();
    void sumsOfProductsAreMatrixProductsWithoutPermutations_data();
    void sumsOfProductsAreMatrixProductsWithoutPermutations();
    void sharedIndicesMultiplyAndReduce();
    void everyNameIsAValue();
    void theSiteIsDescribed();
    void theSiteOfAnAttentionLayerHasAMaskForWhatIfs();
    void whatIfMasksNeedASoftmaxOverTheValues_data();
    void whatIfMasksNeedASoftmaxOverTheValues();
    void parametersReplaceTheFormulasNumbers();
    void errorsNameTheLayerAndTheValues_data();
    void errorsNameTheLayerAndTheValues();
    void giganticValuesAreRefused();
    void outputsAreWhatTheConfigAsksFor_data();
    void outputsAreWhatTheConfigAsksFor();
    void theSitesMaskIsThatOfWhatIsWeighed();
    void extentsThatDoNotFitAreRefused_data();
    void extentsThatDoNotFitAreRefused();
};

void FormulaLoweringTest::formulasMatchTheirNaiveReading_data() {
    QTest::addColumn<QString>("source");
    const auto row = [](const char* name, const std::string& lines) {
        QTest::newRow(name) << QString::fromStdString(lines + siteLine);
    };
    row("AttentionWithContext",
        "weights W[f,g], b[g], u[g]\ninput x[t,f], mask[t]\nparameter epsilon = 1e-7\n"
        "h[t,g] = tanh(sum(f: x[t,f] * W[f,g]) + b[g])\ne[t] = sum(g: h[t,g] * u[g])\nw[t] = exp(e[t]) * mask[t]\n"
        "a[t] = w[t] / (sum(t: w[t]) + epsilon)\nc[f] = sum(t: a[t] * x[t,f])");
    row("scaled dot product",
        "weights Wq[f,g], Wk[f,g], Wv[f,g]\ninput x[t,f]\n"
        "q[t,g] = sum(f: x[t,f] * Wq[f,g])\nk[t,g] = sum(f: x[t,f] * Wk[f,g])\nv[t,g] = sum(f: x[t,f] * Wv[f,g])\n"
        "e[t,s] = sum(g: q[t,g] * k[s,g]) / sqrt(6)\na[t,s] = softmax(s: e[t,s])\nc[t,g] = sum(s: a[t,s] * v[s,g])");
    row("several heads",
        "weights Wq[f,h,g], Wk[f,h,g], Wv[f,h,g], Wo[h,g,f], bq[h,g]\ninput x[t,f]\n"
        "q[h,t,g] = sum(f: x[t,f] * Wq[f,h,g]) + bq[h,g]\nk[h,t,g] = sum(f: x[t,f] * Wk[f,h,g])\n"
        "v[h,t,g] = sum(f: x[t,f] * Wv[f,h,g])\ne[h,t,s] = sum(g: q[h,t,g] * k[h,s,g])\n"
        "a[h,t,s] = softmax(s: e[h,t,s])\no[h,t,g] = sum(s: a[h,t,s] * v[h,s,g])\nc[t,f] = sum(h,g: o[h,t,g] * "
        "Wo[h,g,f])");
    row("additive self-attention",
        "weights Wt[f,g], Wx[f,g], bh[g], Wa[g], ba\ninput x[t,f]\n"
        "q[t,g] = sum(f: x[t,f] * Wt[f,g])\nk[t,g] = sum(f: x[t,f] * Wx[f,g])\n"
        "e[t,s] = sigmoid(sum(g: Wa[g] * tanh(q[t,g] + k[s,g] + bh[g])) + ba)\n"
        "a[t,s] = exp(e[t,s]) / sum(s: exp(e[t,s]))\nc[t,f] = sum(s: a[t,s] * x[s,f])");
    row("per feature",
        "weights W[f,g], b[g]\ninput x[t,f], mask[t]\ne[t,g] = tanh(sum(f: x[t,f] * W[f,g]) + b[g])\n"
        "w[t,g] = exp(e[t,g]) * mask[t]\na[t,g] = w[t,g] / (sum(t: w[t,g]) + 1e-7)\nc[g] = sum(t: a[t,g])");
    row("mean over the output",
        "input x[t,f]\ne[t,s] = sum(f: x[t,f] * x[s,f])\na[t,s] = softmax(s: e[t,s])\nc[f] = mean(t: sum(s: a[t,s] * "
        "x[s,f]))");
    row("fixed indices",
        "weights K[n,f,g]\ninput x[t,f]\nq[g] = sum(f: x[-1,f] * K[0,f,g])\nk[t,g] = sum(f: x[t,f] * K[1,f,g])\n"
        "e[t] = sum(g: q[g] * k[t,g]) + K[-1,0,0] + x[0,0]\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])");
    row("a window",
        "input x[t,f], mask[t]\nparameter width = 3\nnear[t,s] = (position(t) - position(s) <= floor(width / 2)) * "
        "(position(s) < position(t) + width)\nw[t,s] = sum(f: x[t,f] * x[s,f]) / sqrt(size(f)) - 1000 * (1 - "
        "near[t,s]) "
        "- 1000 * (1 - mask[s])\ne[t,s] = w[t,s]\na[t,s] = softmax(s: e[t,s])\nc[t,f] = sum(s: a[t,s] * x[s,f])");
    row("Keras's Attention",
        "weights scale?\ninput q[h,g], x[t,f], p[t,g], q_mask[h], x_mask[t]\n"
        "e[h,t] = sum(g: q[h,g] * p[t,g]) * scale - 1000 * (1 - x_mask[t])\na[h,t] = softmax(t: e[h,t])\n"
        "c[h,f] = sum(t: a[h,t] * x[t,f]) * q_mask[h]");
    row("Keras's Attention, concat",
        "weights scale?, w\ninput q[h,f], x[t,f]\ne[h,t] = sum(f: tanh(scale * (q[h,f] + x[t,f]))) * w\n"
        "a[h,t] = softmax(t: e[h,t])\nc[h,f] = sum(t: a[h,t] * x[t,f])");
    row("Keras's AdditiveAttention",
        "weights scale[f]?\ninput q[h,f], x[t,f], x_mask[t]\n"
        "e[h,t] = sum(f: scale[f] * tanh(q[h,f] + x[t,f])) - 1000 * (1 - x_mask[t])\na[h,t] = softmax(t: e[h,t])\n"
        "c[h,f] = sum(t: a[h,t] * x[t,f])");
    row("comparisons",
        "input x[t,f]\nparameter p = 0.2\nfunction act = tanh, same\n"
        "e[t] = sum(f: (x[t,f] < p) + 2 * (x[t,f] > p) + (x[t,f] <= 0) - (x[t,f] >= 0) * 3) + act(x[t,0]) * "
        "same(x[t,-1])\n"
        "q[t] = (position(t) == 2) + (position(t) != 1) * size(t)\na[t] = softmax(t: e[t] + q[t])\n"
        "c[f] = sum(t: a[t] * x[t,f])");
    row("axes of several indices",
        "weights Wq[f,(h,g)], Wo[(h,g),1,f], b[1]?, v[t,1]\ninput x[t,f], y[(h,t)]\n"
        "q[h,t,g] = sum(f: x[t,f] * Wq[f,h,g])\ne[h,t,s] = sum(g: q[h,t,g] * q[h,s,g]) + y[h,s] + b + v[t]\n"
        "a[h,t,s] = softmax(s: e[h,t,s])\no[h,t,g] = sum(s: a[h,t,s] * q[h,s,g])\n"
        "c[t,f] = sum(h,g: o[h,t,g] * Wo[h,g,f])");
    row("every form",
        "weights W[t,s], v[f], k\ninput x[t,f], y[g]\nparameter p = 2\n"
        "weightsOnly[s] = sum(t: W[t,s]) * k - 1\nalias[f,t] = x[t,f]\nsame[t,f] = x[t,f]\nnumber = 3\n"
        "folded[f] = sum(t: 2 * p * x[t,f] * weightsOnly[t] * v[f] * k)\n"
        "separate[t] = sum(f,g: x[t,f] * y[g] * 0.5)\napart = sum(f,g: v[f] * y[g])\n"
        "divided[t] = sum(f: x[t,f] * v[f] / (3 + k) / 2)\nquotient[t] = sum(f: x[t,f] / (3 + v[f]))\n"
        "two[t,f] = softmax(t,f: x[t,f])\nouter[g,f,t] = y[g] * x[t,f]\npower[f] = square(v[f])^1.5 + max(t,g: x[t,f] "
        "* y[g])\n"
        "twice[s] = sum(t,f: x[t,f] * x[t,f] * W[t,s])\nbatchLast[t,g2,s] = W[t,s] * max(f: x[s,f]) - -y[g2] * 0"
        "\ne[t] = max(f: x[t,f])\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])");
}

void FormulaLoweringTest::formulasMatchTheirNaiveReading() {
    QFETCH(QString, source);
    const Formula formula = parsed(source.toStdString());
    for (const auto& [t, f, g, h] :
         {std::array{5, 4, 3, 2}, std::array{1, 4, 3, 2}, std::array{5, 1, 1, 1}, std::array{1, 1, 1, 1}}) {
        for (const std::int64_t batch : {3, 1}) {
            const FormulaCase given = FormulaCase::random(
                formula, {{"t", t}, {"s", t}, {"f", f}, {"g", g}, {"g2", g}, {"h", h}, {"n", 2}}, 7, batch);
            const QString text = differenceFromNaive(formula, given);
            QVERIFY2(text.isEmpty(), qPrintable(text));
        }
    }
}

void FormulaLoweringTest::randomFormulasMatchTheirNaiveReading() {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::string source = RandomFormula(seed).make();
        const Formula formula = parsed(source);
        FormulaCase given =
            FormulaCase::random(formula, {{"t", 4}, {"s", 4}, {"r", 4}, {"f", 3}, {"g", 3}, {"h", 2}}, seed, 5);
        for (auto& [name, tensor] : given.inputs) tensor = randomTensor(tensor.shape(), seed + 99, -1.0F, 1.0F);
        // Random products of sums cancel: what is left has the rounding of what went in.
        const QString text = differenceFromNaive(formula, given, {1e-3F, 1e-3F});
        QVERIFY2(text.isEmpty(), qPrintable(text + "\n" + QString::fromStdString(source)));
    }
}

void FormulaLoweringTest::sumsOfProductsAreMatrixProductsWithoutPermutations_data() {
    QTest::addColumn<QString>("declarations");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<bool>("transposeA");
    QTest::addColumn<bool>("transposeB");
    QTest::newRow("x·W") << "weights W[f]\ninput x[t,f]"
                         << "v[t] = sum(f: x[t,f] * W[f])" << false << false;
    QTest::newRow("W·x") << "weights W[f]\ninput x[t,f]"
                         << "v[t] = sum(f: W[f] * x[t,f])" << false << false;
    QTest::newRow("x·W matrix") << "weights W[f,g]\ninput x[t,f]"
                                << "v[t,g] = sum(f: W[f,g] * x[t,f])" << false << false;
    QTest::newRow("x·Wᵀ") << "weights W[g,f]\ninput x[t,f]"
                          << "v[t,g] = sum(f: x[t,f] * W[g,f])" << false << true;
    QTest::newRow("xᵀ·W") << "weights W[s,t]\ninput x[t,f]"
                          << "v[f,t] = sum(s: x[s,f] * W[s,t])" << true << false;
    QTest::newRow("Wᵀ·x") << "weights W[s,t]\ninput x[t,f]"
                          << "v[t,f] = sum(s: x[s,f] * W[s,t])" << true << false;
    QTest::newRow("a·x") << "input x[t,f], y[t]"
                         << "v[f] = sum(t: y[t] * x[t,f])" << false << false;
    QTest::newRow("x·xᵀ") << "input x[t,f]"
                          << "v[t,s] = sum(f: x[t,f] * x[s,f])" << false << true;
    QTest::newRow("factors beside") << "weights W[f], k\ninput x[t,f]"
                                    << "v[t] = sum(f: 2 * x[t,f] * k * W[f])" << false << false;
}

void FormulaLoweringTest::sumsOfProductsAreMatrixProductsWithoutPermutations() {
    QFETCH(QString, declarations);
    QFETCH(QString, statement);
    QFETCH(bool, transposeA);
    QFETCH(bool, transposeB);
    // The rest of the formula has products of its own, which are looked at by subtraction.
    const std::string tail =
        "\ne[t] = max(f: x[t,f])\na[t] = softmax(t: e[t])\nc[f] = max(t: a[t] * x[t,f])" + siteLine;
    const Formula formula = parsed(declarations.toStdString() + "\n" + statement.toStdString() + tail);
    const FormulaCase given = FormulaCase::random(formula, {{"t", 5}, {"s", 5}, {"f", 4}, {"g", 3}}, 3);
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY2(graph, errorText(graph).c_str());
    const auto products = operationsOf<MatMul>(*graph);
    QCOMPARE(products.size(), std::size_t{1});
    QCOMPARE(products[0]->transposeA(), transposeA);
    QCOMPARE(products[0]->transposeB(), transposeB);
    QVERIFY(operationsOf<Permute>(*graph).empty());
    const QString text = differenceFromNaive(formula, given);
    QVERIFY2(text.isEmpty(), qPrintable(text));
}

void FormulaLoweringTest::sharedIndicesMultiplyAndReduce() {
    const Formula formula = bundled("attention_layer_txt");
    const Result<Graph> graph = lowered(formula, FormulaCase::random(formula, {{"t", 5}, {"s", 5}, {"f", 4}}, 3));
    QVERIFY2(graph, errorText(graph).c_str());
    QCOMPARE(operationsOf<MatMul>(*graph).size(), std::size_t{1});
    QVERIFY(operationsOf<MatMul>(*graph)[0]->transposeA());
    QCOMPARE(operationsOf<Permute>(*graph).size(), std::size_t{1});
    QCOMPARE(operationsOf<Reduce>(*graph).size(), std::size_t{1});
}

void FormulaLoweringTest::everyNameIsAValue() {
    const Formula formula = parsed(
        "weights reshape[f], matmul[f]?\ninput x[t,f]\nparameter number = 2\nsoft[f,t] = x[t,f]\n"
        "add[t] = sum(f: x[t,f] * reshape[f]) * 2 + number\ne[t] = add[t]\na[t] = softmax(t: e[t])\n"
        "permute[f] = sum(t: a[t] * x[t,f] * matmul[f])\nc[f] = matmul[f] + permute[f]" +
        siteLine);
    FormulaCase given = FormulaCase::random(formula, {{"t", 5}, {"f", 4}}, 3);
    given.weights.erase("matmul");
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY2(graph, errorText(graph).c_str());
    for (const std::string name : {"reshape", "x", "number", "soft", "add", "e", "a", "permute", "c", "mask"})
        QVERIFY2(graph->find("attention/" + name), name.c_str());
    QVERIFY(!graph->find("attention/matmul"));
    QCOMPARE(graph->value(*graph->find("attention/soft")).shape, (Shape{3, 4, 5}));
    QVERIFY(graph->value(*graph->find("attention/soft")).batched);
    QVERIFY(!graph->value(*graph->find("attention/reshape")).batched);
    const QString text = differenceFromNaive(formula, given);
    QVERIFY2(text.isEmpty(), qPrintable(text));
}

namespace {

/// One line for each named value: name, axes, role.
QStringList described(const Site& site) {
    static const QStringList roles = {"Input", "Mask",    "Weight", "Parameter", "Step",
                                      "Score", "Weights", "Values", "Output"};
    QStringList lines;
    for (const NamedValue& named : site.named) {
        QStringList axes;
        for (const std::string& axis : named.axes) axes << QString::fromStdString(axis);
        lines << QString::fromStdString(named.name) + "[" + axes.join(",") + "] " + roles[static_cast<int>(named.role)];
    }
    return lines;
}

}  // namespace

void FormulaLoweringTest::theSiteIsDescribed() {
    const Formula formula = bundled("attention_step_dim");
    FormulaCase given = FormulaCase::random(formula, {{"t", 5}, {"f", 4}}, 3);
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY2(graph, errorText(graph).c_str());
    QCOMPARE(graph->sites().size(), std::size_t{1});
    const Site& site = graph->sites()[0];
    QCOMPARE(described(site),
             (QStringList{"x[t,f] Input", "mask[t] Mask", "W[f] Weight", "b[t] Weight", "epsilon[] Parameter",
                          "e[t] Score", "u[t] Step", "a[t] Weights", "c[f] Output"}));
    QCOMPARE(site.name, std::string("attention"));
    QCOMPARE(site.layer, std::string("attention"));
    QCOMPARE(site.className, std::string("Class"));
    QCOMPARE(site.formula, std::string("attention_step_dim"));
    QCOMPARE(site.timeAxis, std::string("t"));
    QVERIFY(!site.maskIsWhatIf);
    QCOMPARE(graph->value(site.score).name, std::string("attention/e"));
    QCOMPARE(graph->value(site.weights).name, std::string("attention/a"));
    QCOMPARE(graph->value(site.values).name, std::string("attention/x"));
    QCOMPARE(graph->value(site.output).name, std::string("attention/c"));
    QCOMPARE(graph->value(*site.mask).name, std::string("attention/mask"));
    // An edit of the site's input or mask must not reach what was given.
    QVERIFY(site.values != *graph->find("given_x"));
    QVERIFY(*site.mask != *graph->find("given_mask"));

    given.inputs.erase("mask");
    given.weights.erase("b");
    const Result<Graph> bare = lowered(formula, given);
    QVERIFY2(bare, errorText(bare).c_str());
    QCOMPARE(described(bare->sites()[0]),
             (QStringList{"x[t,f] Input", "mask[t] Mask", "W[f] Weight", "epsilon[] Parameter", "e[t] Score",
                          "u[t] Step", "a[t] Weights", "c[f] Output"}));
    const Value& mask = bare->value(*bare->sites()[0].mask);
    QVERIFY(!bare->sites()[0].maskIsWhatIf);
    QCOMPARE(mask.kind, ValueKind::Constant);
    QVERIFY(mask.batched);
    QCOMPARE(QString::fromStdString(difference(*mask.constant, Tensor({3, 5}, 1.0F))), QString());
}

void FormulaLoweringTest::theSiteOfAnAttentionLayerHasAMaskForWhatIfs() {
    const Formula formula = bundled("attention_layer_txt");
    const Result<Graph> graph = lowered(formula, FormulaCase::random(formula, {{"t", 5}, {"s", 5}, {"f", 4}}, 3));
    QVERIFY2(graph, errorText(graph).c_str());
    const Site& site = graph->sites()[0];
    QCOMPARE(described(site), (QStringList{"x[t,f] Input", "mask[t] Mask", "W[s,t] Weight", "b[t] Weight",
                                           "e[f,t] Score", "a[f,t] Weights", "c[f] Output"}));
    QVERIFY(site.maskIsWhatIf);
    QCOMPARE(site.timeAxis, std::string("t"));
    QCOMPARE(graph->value(*site.mask).shape, (Shape{3, 5}));
    QVERIFY(graph->value(*site.mask).batched);
}

void FormulaLoweringTest::whatIfMasksNeedASoftmaxOverTheValues_data() {
    QTest::addColumn<QString>("lines");
    QTest::addColumn<bool>("has");
    QTest::newRow("softmax") << "a[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" << true;
    QTest::newRow("self-attention") << "a[s,t] = softmax(s: e[t] * e[s])\nc[t,f] = sum(s: a[s,t] * x[s,f])" << true;
    QTest::newRow("no softmax") << "a[t] = exp(e[t])\nc[f] = sum(t: a[t] * x[t,f])" << false;
    QTest::newRow("softmax inside") << "a[t] = 1 * softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" << false;
    QTest::newRow("the name is taken") << "mask[t] = e[t]\na[t] = softmax(t: mask[t])\nc[f] = sum(t: a[t] * x[t,f])"
                                       << false;
    QTest::newRow("not of the values") << "a[g] = softmax(g: max(t: e[t]) * y[g])\nc[f] = sum(g,t: a[g] * x[t,f])"
                                       << false;
}

void FormulaLoweringTest::whatIfMasksNeedASoftmaxOverTheValues() {
    QFETCH(QString, lines);
    QFETCH(bool, has);
    const Formula formula = parsed("input x[t,f], y[g]\ne[t] = max(f: x[t,f])\n" + lines.toStdString() + siteLine);
    const FormulaCase given = FormulaCase::random(formula, {{"t", 5}, {"s", 5}, {"f", 4}, {"g", 3}}, 3);
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY2(graph, errorText(graph).c_str());
    const Site& site = graph->sites()[0];
    QCOMPARE(site.maskIsWhatIf, has);
    QCOMPARE(site.mask.has_value(), has);
    if (!has) return;
    const Tensor mask = randomMask({3, 5}, 5);
    const Result<GraphRun> run = ran(*graph, given, {{"attention/mask", mask}});
    NaiveFormula naive(formula, 3, given.extents, given.values());
    naive.maskSoftmax("a", mask);
    const auto expected = naive.run();
    QCOMPARE(QString::fromStdString(difference((*run)["attention/a"], expected.at("a"))), QString());
    QCOMPARE(QString::fromStdString(difference((*run)["attention/c"], expected.at("c"))), QString());
}

void FormulaLoweringTest::parametersReplaceTheFormulasNumbers() {
    const Formula formula = parsed(
        "input x[t,f]\nparameter p = 2, q = 3\ne[t] = p * max(f: x[t,f]) + q\na[t] = softmax(t: e[t])\n"
        "c[f] = sum(t: a[t] * x[t,f])" +
        siteLine);
    GraphBuilder builder;
    const ValueId x = builder.input("given", {1, 2, 2});
    builder.enterLayer("attention");
    const Result<std::vector<FormulaOutput>> output =
        lowerFormula(builder, formula, {"attention", "", {{"x", x}}, {}, {{"p", 7.0F}}, {}, {}, {}});
    QVERIFY2(output, errorText(output).c_str());
    const Graph graph = std::move(builder).build();
    QCOMPARE((*graph.value(*graph.find("attention/p")).constant)[0], 7.0F);
    QCOMPARE((*graph.value(*graph.find("attention/q")).constant)[0], 3.0F);
    const Result<GraphRun> run = runGraph(graph, {{"given", Tensor({1, 2, 2}, std::vector<float>{1, 2, 3, 4})}});
    QCOMPARE(QString::fromStdString(difference((*run)["attention/e"], Tensor({1, 2}, std::vector<float>{17, 31}))),
             QString());
}

void FormulaLoweringTest::errorsNameTheLayerAndTheValues_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("message");
    QTest::newRow("bias too short") << "b 64"
                                    << "layer attention: index t is 70 in x and 64 in b (demo:1:15)";
    QTest::newRow("kernel of other features") << "W 3"
                                              << "layer attention: index f is 4 in x and 3 in W (demo:1:9)";
    QTest::newRow("kernel with a trailing axis")
        << "W 4 1"
        << "layer attention: weight W has shape (4, 1), expected (4) for the indices [f] of formula demo";
    QTest::newRow("input without features")
        << "x 2 70"
        << "layer attention: input x has shape (2, 70), expected (batch, t, f) for the indices [t,f] of formula demo";
    QTest::newRow("mask of another length") << "mask 2 69"
                                            << "layer attention: index t is 70 in x and 69 in mask (demo:2:15)";
    QTest::newRow("mask of another batch") << "mask 1 70"
                                           << "layer attention: the batch is 2 in x and 1 in mask (demo:2:15)";
    QTest::newRow("kernel used along another axis") << "V 4 70"
                                                    << "layer attention: index s is 4 in V and 70 in x (demo:4:19)";
    QTest::newRow("weight missing") << "-W"
                                    << "layer attention: weight W of formula demo is missing";
    QTest::newRow("input missing") << "-x"
                                   << "layer attention: input x of formula demo is missing";
    QTest::newRow("unknown weight") << "w 4"
                                    << "layer attention: formula demo has no weight 'w'; did you mean 'W'?";
    QTest::newRow("unknown input") << "query 2 70"
                                   << "layer attention: formula demo has no input 'query'; there are x, mask";
}

void FormulaLoweringTest::errorsNameTheLayerAndTheValues() {
    QFETCH(QString, change);
    QFETCH(QString, message);
    const Formula formula = parsed(
        "weights W[f], b[t], V[s,t]\ninput x[t,f], mask[t]\n"
        "e[t] = sum(f: x[t,f] * W[f]) + b[t] + mask[t]\ng[f,t] = sum(s: x[s,f] * V[s,t])\n"
        "a[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" +
        siteLine);
    FormulaCase given = FormulaCase::random(formula, {{"t", 70}, {"s", 70}, {"f", 4}}, 3, 2);
    if (change.startsWith("-")) {
        given.inputs.erase(change.mid(1).toStdString());
        given.weights.erase(change.mid(1).toStdString());
    } else {
        const QStringList words = change.split(' ');
        std::vector<std::int64_t> extents;
        for (const QString& word : words.mid(1)) extents.push_back(word.toInt());
        const std::string name = words.first().toStdString();
        const bool isInput = name == "x" || name == "mask" || name == "query";
        (isInput ? given.inputs : given.weights)[name] = Tensor(Shape(extents));
    }
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY(!graph);
    QCOMPARE(QString::fromStdString(graph.error().text()), message);
    const bool aboutShapes = !message.contains("missing") && !message.contains("has no");
    QCOMPARE(graph.error().code, aboutShapes ? ErrorCode::Shape : ErrorCode::InvalidInput);
}

void FormulaLoweringTest::giganticValuesAreRefused() {
    const Formula formula = parsed(
        "input x[t,f], y[g]\nouter[t,f,g] = x[t,f] * y[g]\ne[t] = max(f,g: outer[t,f,g])\n"
        "a[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" +
        siteLine);
    const Result<Graph> graph =
        lowered(formula, FormulaCase::random(formula, {{"t", 2000}, {"f", 1000}, {"g", 1000}}, 3, 1));
    QVERIFY(!graph);
    QCOMPARE(graph.error().code, ErrorCode::Limit);
    QCOMPARE(graph.error().text(),
             std::string("layer attention: the line of outer makes a value of more than 1073741824 elements"));
}

void FormulaLoweringTest::outputsAreWhatTheConfigAsksFor_data() {
    QTest::addColumn<QString>("outputs");
    QTest::addColumn<QStringList>("flags");
    QTest::addColumn<QString>("shapes");
    QTest::newRow("the site's") << "" << QStringList() << "(3, 4)";
    QTest::newRow("two") << "output c, a[t,1] with mask" << QStringList() << "(3, 4) (3, 5, 1) mask";
    QTest::newRow("flag off") << "output c, a if both" << QStringList() << "(3, 4)";
    QTest::newRow("flag on") << "output c, a if both" << QStringList("both") << "(3, 4) (3, 5)";
    QTest::newRow("one or the other") << "output c if not seq, s if seq" << QStringList("seq") << "(3, 5, 4)";
    QTest::newRow("other order") << "output s[f,t]" << QStringList() << "(3, 4, 5)";
    QTest::newRow("merged") << "output s[1,(f,t)]" << QStringList() << "(3, 1, 20)";
    QTest::newRow("none") << "output a if both" << QStringList()
                          << "layer attention: formula demo gives no output with the layer's config";
}

void FormulaLoweringTest::outputsAreWhatTheConfigAsksFor() {
    QFETCH(QString, outputs);
    QFETCH(QStringList, flags);
    QFETCH(QString, shapes);
    const Formula formula = parsed(
        "input x[t,f], mask[t]\n" + outputs.toStdString() +
        "\ne[t] = max(f: x[t,f]) * mask[t]\na[t] = softmax(t: e[t])\ns[t,f] = a[t] * x[t,f]\nc[f] = sum(t: s[t,f])" +
        siteLine);
    GraphBuilder builder;
    FormulaBinding binding;
    binding.inputs["x"] = builder.input("given", {3, 5, 4});
    for (const QString& flag : flags) binding.flags.insert(flag.toStdString());
    builder.enterLayer("attention");
    const auto lowered = lowerFormula(builder, formula, binding);
    if (!lowered) {
        QCOMPARE(QString::fromStdString(lowered.error().text()), shapes);
        return;
    }
    QStringList found;
    for (const FormulaOutput& output : *lowered) {
        found += QString::fromStdString(builder.shape(output.value).text());
        if (!output.mask.empty()) found += QString::fromStdString(output.mask);
    }
    QCOMPARE(found.join(" "), shapes);
    // What another order or shape is given by holds the same numbers.
    if (!outputs.startsWith("output s[f,t]")) return;
    const Tensor x = randomTensor({3, 5, 4}, 2);
    const ValueId given = lowered->front().value;
    const Graph graph = std::move(builder).build();
    const Result<GraphRun> run = runGraph(graph, {{"given", x}});
    QVERIFY2(run, errorText(run).c_str());
    const Tensor& plain = (*run)["attention/s"];
    for (std::size_t t = 0; t < 5; ++t) {
        for (std::size_t f = 0; f < 4; ++f) QCOMPARE((*run)[given][f * 5 + t], plain[t * 4 + f]);
    }
}

void FormulaLoweringTest::theSitesMaskIsThatOfWhatIsWeighed() {
    const Formula formula = parsed(
        "input q[i,f], v[j,f], mask[i], v_mask[j]\ne[i,j] = sum(f: q[i,f] * v[j,f]) - 100 * (1 - v_mask[j])\n"
        "a[i,j] = softmax(j: e[i,j])\nc[i,f] = sum(j: a[i,j] * v[j,f]) * mask[i]\n"
        "site score e, weights a, values v, output c\n");
    FormulaCase given = FormulaCase::random(formula, {{"i", 3}, {"j", 5}, {"f", 2}}, 4);
    given.inputs.erase("v_mask");
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY2(graph, errorText(graph).c_str());
    const Site& site = graph->sites()[0];
    QCOMPARE(graph->value(*site.mask).name, std::string("attention/v_mask"));
    QCOMPARE(graph->value(*site.mask).kind, ValueKind::Constant);
    QVERIFY(!site.maskIsWhatIf);
    QCOMPARE(site.timeAxis, std::string("j"));
    QCOMPARE(site.find("mask")->role, ValueRole::Mask);
}

void FormulaLoweringTest::extentsThatDoNotFitAreRefused_data() {
    QTest::addColumn<QString>("lines");
    QTest::addColumn<QString>("message");
    QTest::newRow("beyond the first axis") << "e[t] = max(f: x[t,f]) + x[5,0]"
                                           << "layer attention: index 5 of x is beyond its 5 elements (demo:2:27)";
    QTest::newRow("before the last") << "e[t] = max(f: x[t,f]) + x[0,-5]"
                                     << "layer attention: index -5 of x is beyond its 4 elements (demo:2:29)";
    QTest::newRow("no multiple")
        << "weights W[(h,g)]\nindex h = 5\ne[t] = max(f: x[t,f]) + sum(h,g: W[h,g])"
        << "layer attention: an axis of W has 12 elements, which is no multiple of 5 (demo:2:9)";
    QTest::newRow("not the product")
        << "weights W[(h,g)]\nindex h = 2, g = 5\ne[t] = max(f: x[t,f]) + sum(h,g: W[h,g])"
        << "layer attention: an axis of W has 12 elements, which is not the product of its indices h, g (demo:2:9)";
    QTest::newRow("an entry that is not there")
        << "weights W[(h,g)]\nindex h as \"heads\"\ne[t] = max(f: x[t,f]) + sum(h,g: W[h,g])"
        << "layer attention: an axis of W has 12 elements; how many of them are for each of h, g is not said "
           "(demo:2:9)";
    QTest::newRow("a size that is not said")
        << "weights W[g]\nindex n as \"count\"\ne[t] = max(f: x[t,f]) + size(n) * sum(g: W[g])"
        << "layer attention: how far index n runs is not said: config entry count is missing (demo:3:7)";
    QTest::newRow("an axis of more than one") << "weights W[1]\ne[t] = max(f: x[t,f]) + W"
                                              << "layer attention: weight W has shape (12), expected (1) (demo:2:9)";
}

void FormulaLoweringTest::extentsThatDoNotFitAreRefused() {
    QFETCH(QString, lines);
    QFETCH(QString, message);
    const Formula formula = parsed("input x[t,f]\n" + lines.toStdString() +
                                   "\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])" + siteLine);
    FormulaCase given;
    given.inputs["x"] = Tensor({3, 5, 4});
    if (!formula.weights().empty()) given.weights["W"] = Tensor({12});
    const Result<Graph> graph = lowered(formula, given);
    QVERIFY(!graph);
    QCOMPARE(QString::fromStdString(graph.error().text()), message);
}

QTEST_GUILESS_MAIN(FormulaLoweringTest)
#include "lowering_test.moc"
