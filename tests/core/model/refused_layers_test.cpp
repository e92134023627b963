#include "base/read_file.h"
#include "formats/architecture.h"
#include "formats/formats.h"
#include "model_builder.h"

#include <QRegularExpression>
#include <QtTest>

#include <functional>
#include <utility>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const std::string fixtures = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/";

/// What a file holds, completed by an architecture if it holds weights only.
Archive archiveFrom(const std::string& file, const std::string& architecture) {
    Result<Archive> archive = readArchive(fixtures + file);
    if (!archive) throw std::runtime_error(archive.error().text());
    if (architecture.empty()) return *std::move(archive);
    const Result<std::string> json = readBytes(fixtures + architecture, mostArchitectureBytes);
    if (!json) throw std::runtime_error(json.error().text());
    if (Status added = addArchitecture(*archive, *json); !added) throw std::runtime_error(added.error().text());
    return *std::move(archive);
}

/// Why it is no model, or why layers of it cannot be evaluated, a line each.
QStringList problemsIn(Archive archive) {
    const auto model = Model::fromArchive(std::move(archive));
    if (!model) return {QString::fromStdString(model.error().text())};
    QStringList problems;
    for (const LayerSummary& layer : summarize(**model, bundledFormulas()))
        if (!layer.problem.empty()) problems << QString::fromStdString(layer.problem);
    return problems;
}

/// The same model as the kinds of files that can hold it.
void addContainers() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("architecture");
    const auto row = [](const char* name, const char* file, const char* architecture) {
        QTest::newRow(name) << file << architecture;
    };
    row("whole model", "golden/lstm.h5", "");
    row("archive", "golden/k3_frozen.keras", "");
    row("weights by name", "weights/sequential_weights.h5", "weights/sequential.json");
    row("weights by place", "weights/sequential.weights.h5", "weights/sequential.json");
    row("weights by place, Keras 3", "weights/keras3.weights.h5", "weights/keras3.json");
    row("weights of Keras 1", "weights/keras1.h5", "weights/keras1.json");
    row("arrays", "weights/sequential.npz", "weights/sequential.json");
    row("arrays by name", "weights/named.npz", "weights/sequential.json");
}

TensorPtr oneMore(const Tensor& tensor) {
    std::vector<std::int64_t> extents(tensor.shape().begin(), tensor.shape().end());
    extents[0] += 1;
    return share(Tensor(Shape(std::move(extents))));
}

/// Changes the weights of each layer in turn.
void numbersAreNamed(Archive archive, const std::function<void(std::vector<LayerWeight>&)>& change) {
    const QRegularExpression message(
        "^(layer [^:]+: weights found: .*; expected: .*|(layer [^:]+: )?\\d+ weights found, "
        "\\d+ expected.*)$");
    for (ArchiveGroup& group : archive.groups) {
        if (group.weights.empty()) continue;
        const std::vector<LayerWeight> sound = group.weights;
        change(group.weights);
        const QStringList problems = problemsIn(archive);
        QVERIFY2(problems.indexOf(message) >= 0, qPrintable(problems.join('\n')));
        group.weights = sound;
    }
}

/// The layers that cannot be evaluated, and why, a line each.
QStringList problemsOf(const Model& model, const LoweringOptions& options) {
    QStringList problems;
    for (const LayerSummary& layer : summarize(model, options)) {
        if (!layer.problem.empty()) problems << QString::fromStdString(layer.name + " ! " + layer.problem);
    }
    return problems;
}

const char* const meanOverTime = R"(# every timestep the same
input    x[t,f]
e[t] = 0 * sum(f: x[t,f])
a[t] = softmax(t: e[t])
c[f] = sum(t: a[t] * x[t,f])
site     score e, weights a, values x, output c
)";

}  // namespace

/// What a careful reader refuses of layers and their weights, in every kind of file; the rest of the model opens.
class RefusedLayersTest : public QObject {
    Q_OBJECT

private slots:
    void aWeightOfAnotherShapeIsNamed_data() { addContainers(); }
    void aWeightOfAnotherShapeIsNamed();
    void aMissingWeightIsNamed_data() { addContainers(); }
    void aMissingWeightIsNamed();
    void aWeightTooManyIsNamed_data() { addContainers(); }
    void aWeightTooManyIsNamed();
    void pythonCodeIsShownAndNotRun_data();
    void pythonCodeIsShownAndNotRun();
    void pythonCodeInAWrapperIsNotRunEither_data();
    void pythonCodeInAWrapperIsNotRunEither();
    void aFormulaTakesThePlaceOfPythonCode();
};

void RefusedLayersTest::aWeightOfAnotherShapeIsNamed() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    Archive archive = archiveFrom(file.toStdString(), architecture.toStdString());
    QCOMPARE(problemsIn(archive), QStringList());
    for (ArchiveGroup& group : archive.groups) {
        for (LayerWeight& weight : group.weights) {
            const TensorPtr sound = std::exchange(weight.tensor, oneMore(*weight.tensor));
            const QString found = QRegularExpression::escape(QString::fromStdString(weight.tensor->shape().text()));
            const QString expected = QRegularExpression::escape(QString::fromStdString(sound->shape().text()));
            // The gates of a layer of Keras 1 are told together.
            const QRegularExpression message("^layer [^:]+: (weight [^:]+: shape " + found + " found, " + expected +
                                             " expected|weights found: .*" + found + ".*; expected: .*)$");
            const QStringList problems = problemsIn(archive);
            QVERIFY2(problems.indexOf(message) >= 0, qPrintable(problems.join('\n')));
            weight.tensor = sound;
        }
    }
}

void RefusedLayersTest::aMissingWeightIsNamed() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    numbersAreNamed(archiveFrom(file.toStdString(), architecture.toStdString()),
                    [](std::vector<LayerWeight>& weights) { weights.pop_back(); });
}

void RefusedLayersTest::aWeightTooManyIsNamed() {
    QFETCH(QString, file);
    QFETCH(QString, architecture);
    numbersAreNamed(archiveFrom(file.toStdString(), architecture.toStdString()),
                    [](std::vector<LayerWeight>& weights) { weights.push_back(weights.back()); });
}

void RefusedLayersTest::pythonCodeIsShownAndNotRun_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QStringList>("problems");
    QTest::newRow("HDF5") << "bad/lambda.h5"
                          << QStringList{"lambda ! layer lambda contains Python code; it is shown, not run",
                                         "dense_1 ! needs layer lambda, which cannot be evaluated"};
    QTest::newRow("archive")
        << "bad/lambda.keras"
        << QStringList{
               "code ! layer code contains Python code; it is shown, not run",
               "after ! needs layer code, which cannot be evaluated",
               "each ! layer step contains Python code; it is shown, not run",
               "nested ! layer nested: a layer inside it cannot be evaluated",
               "nested/last ! layer last contains Python code; it is shown, not run",
               "activated ! layer activated: config entry activation contains Python code; it is shown, not run"};
    QTest::newRow("unknown class in HDF5")
        << "bad/unknown_layer.h5"
        << QStringList{"mystery_layer ! layer mystery_layer: class MysteryLayer is not known; choose a formula for it",
                       "dense_1 ! needs layer mystery_layer, which cannot be evaluated"};
}

// The same whether the file holds a whole model, or its architecture comes from JSON.
void RefusedLayersTest::pythonCodeIsShownAndNotRun() {
    QFETCH(QString, file);
    QFETCH(QStringList, problems);
    Archive whole = archiveFrom(file.toStdString(), {});
    Archive weights = whole;
    weights.config = nullptr;
    QVERIFY(addArchitecture(weights, whole.config.dump()));
    for (Archive* archive : {&whole, &weights}) {
        const auto model = Model::fromArchive(std::move(*archive));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        QCOMPARE(problemsOf(**model, bundledFormulas()), problems);
    }
}

void RefusedLayersTest::pythonCodeInAWrapperIsNotRunEither_data() {
    QTest::addColumn<QString>("wrapper");
    QTest::addColumn<QString>("problem");
    const QString code = R"({"class_name": "Lambda", "config": {"name": "code", "function": ["4wEA", null, null]}})";
    const QString shown = " contains Python code; it is shown, not run";
    QTest::newRow("Bidirectional") << R"("Bidirectional", "config": {"name": "w", "layer": )" + code + "}"
                                   << "layer forward_code" + shown;
    QTest::newRow("TimeDistributed") << R"("TimeDistributed", "config": {"name": "w", "layer": )" + code + "}"
                                     << "layer code" + shown;
    QTest::newRow("TimeDistributed twice")
        << R"("TimeDistributed", "config": {"name": "w", "layer": {"class_name": "TimeDistributed", "config": {"name":
              "v", "layer": )" +
               code + "}}}"
        << "layer code" + shown;
    QTest::newRow("a cell of RNN")
        << R"("RNN", "config": {"name": "w", "cell": )" + code + "}"
        << "layer w: a cell of class Lambda is not known; LSTMCell, GRUCell or SimpleRNNCell expected";
}

void RefusedLayersTest::pythonCodeInAWrapperIsNotRunEither() {
    QFETCH(QString, wrapper);
    QFETCH(QString, problem);
    Archive archive{"Keras HDF5", "keras", "2.15.0", {}, nullptr, {}};
    archive.config = nlohmann::json::parse(
        R"({"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config":
            {"name": "x", "batch_input_shape": [null, 5, 4, 3, 2]}}, {"class_name": )" +
        wrapper.toStdString() + "}]}}");
    const QStringList problems = problemsIn(std::move(archive));
    QCOMPARE(problems.size(), 1);
    QCOMPARE(problems.front(), problem);
}

void RefusedLayersTest::aFormulaTakesThePlaceOfPythonCode() {
    const auto model = Model::fromArchive(archiveFrom("bad/lambda.keras", {}));
    QVERIFY(model);
    const auto options = withOwnFormula(bundledFormulas(), "code", "mean_over_time", meanOverTime);
    QVERIFY2(options, options ? "" : options.error().text().c_str());
    const QStringList problems = problemsOf(**model, *options);
    QVERIFY2(problems.filter("code !").isEmpty() && problems.filter("after !").isEmpty(),
             qPrintable(problems.join('\n')));
    QCOMPARE(problems.size(), 4);
    const auto lowered = lowerModel(**model, {{1, 6, 5}}, *options);
    QVERIFY(lowered);
    QCOMPARE(lowered->graph.outputs().size(), std::size_t{2});
    QCOMPARE(lowered->graph.sites().size(), std::size_t{1});
    QCOMPARE(lowered->graph.sites().front().layer, std::string("code"));
}

QTEST_GUILESS_MAIN(RefusedLayersTest)
#include "refused_layers_test.moc"
