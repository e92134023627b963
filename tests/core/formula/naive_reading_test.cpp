#include "formula_case.h"
#include "naive_formula.h"

#include <algorithm>
#include <array>
#include <random>

using namespace attnscope;
using namespace attnscope::test;

namespace {

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

/// Lowered formulas against their reading number by number.
class NaiveReadingTest : public QObject {
    Q_OBJECT

private slots:
    void formulasMatchTheirNaiveReading_data();
    void formulasMatchTheirNaiveReading();
    void randomFormulasMatchTheirNaiveReading();
};

void NaiveReadingTest::formulasMatchTheirNaiveReading_data() {
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

void NaiveReadingTest::formulasMatchTheirNaiveReading() {
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

void NaiveReadingTest::randomFormulasMatchTheirNaiveReading() {
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

QTEST_GUILESS_MAIN(NaiveReadingTest)
#include "naive_reading_test.moc"
