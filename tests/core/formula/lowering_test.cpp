#include "formula_case.h"
#include "naive_formula.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/reduce.h"

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

template <typename Kind>
std::vector<const Kind*> operationsOf(const Graph& graph) {
    std::vector<const Kind*> found;
    for (const Node& node : graph.nodes()) {
        if (const auto* operation = dynamic_cast<const Kind*>(node.operation.get())) found.push_back(operation);
    }
    return found;
}

}  // namespace

/// What lowering makes of a formula: operations, named values, the site, outputs, errors.
class FormulaLoweringTest : public QObject {
    Q_OBJECT

private slots:
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
