#include "base/read_file.h"
#include "formats/formats.h"
#include "model_builder.h"

#include <QDir>
#include <QFile>
#include <QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const QString folder = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

/// A model of a text and a layer called "words", saved by Keras 3.
nlohmann::json textModel(const char* className, nlohmann::json config) {
    config["name"] = "words";
    return nlohmann::json{
        {"class_name", "Sequential"},
        {"config",
         {{"name", "model"},
          {"layers",
           nlohmann::json::array({{{"class_name", "InputLayer"},
                                   {"config", {{"name", "text"}, {"batch_shape", {nullptr, 1}}, {"dtype", "string"}}}},
                                  {{"class_name", className}, {"config", std::move(config)}}})}}}};
}

std::shared_ptr<const Model> modelOf(const nlohmann::json& config) {
    Archive archive{"Keras HDF5", "keras", "3.15.1", config, nullptr, {}};
    const auto model = Model::fromArchive(std::move(archive));
    if (!model) qFatal("%s", model.error().text().c_str());
    return *model;
}

std::string problemOf(const ModelInput& input) {
    if (input.problem) return input.problem->text();
    return input.text && input.text->problem ? input.text->problem->text() : std::string();
}

}  // namespace

/// Models that are given text and make its token ids themselves.
class TextInputTest : public QObject {
    Q_OBJECT

private slots:
    void textsBecomeTheIdsOfKeras_data();
    void textsBecomeTheIdsOfKeras();
    void aVocabularyInAnArchiveGoesToItsLayer();
    void whatCannotReadTextIsNamed_data();
    void whatCannotReadTextIsNamed();
    void whatIsWrongWithALayerIsNamed_data();
    void whatIsWrongWithALayerIsNamed();
    void textThatNothingReadsLeavesTheRestOfTheModel();
};

void TextInputTest::textsBecomeTheIdsOfKeras_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("file");
    for (const QString& golden : QDir(folder).entryList({"words_*.json", "*_words.json"})) {
        QFile content(folder + golden);
        QVERIFY(content.open(QFile::ReadOnly));
        const auto parsed = nlohmann::json::parse(content.readAll().toStdString());
        for (const auto& file : parsed["files"]) {
            const auto name = QString::fromStdString(file.get<std::string>());
            QTest::newRow(qPrintable(name)) << golden << name;
        }
    }
}

void TextInputTest::textsBecomeTheIdsOfKeras() {
    QFETCH(QString, golden);
    QFETCH(QString, file);
    QFile content(folder + golden);
    QVERIFY(content.open(QFile::ReadOnly));
    const auto parsed = nlohmann::json::parse(content.readAll().toStdString());
    Result<Archive> archive = readArchive((folder + file).toStdString());
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    const auto model = Model::fromArchive(*std::move(archive));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    std::size_t compared = 0;
    for (const auto& run : parsed["runs"]) {
        QCOMPARE((*model)->inputs().size(), run["inputs"].size());
        for (std::size_t place = 0; place < (*model)->inputs().size(); ++place) {
            const ModelInput& input = (*model)->inputs()[place];
            QVERIFY(input.tokenIds);
            QCOMPARE(problemOf(input), std::string());
            if (!run.contains("texts") || !run["texts"].contains(input.name)) continue;
            QVERIFY(input.text && input.text->tokenizer);
            const auto ids = run["inputs"][place]["data"].get<std::vector<float>>();
            const auto texts = run["texts"][input.name].get<std::vector<std::string>>();
            const std::size_t length = ids.size() / texts.size();
            for (std::size_t row = 0; row < texts.size(); ++row) {
                const Sequence sequence = makeTextSequence("text", texts[row], input.text->tokenizer, input.padding);
                std::vector<float> found(sequence.values->data().begin(), sequence.values->data().end());
                QVERIFY2(found.size() <= length, texts[row].c_str());
                found.resize(length, static_cast<float>(input.padding.value));
                const std::vector<float> expected(ids.begin() + static_cast<std::ptrdiff_t>(row * length),
                                                  ids.begin() + static_cast<std::ptrdiff_t>((row + 1) * length));
                QVERIFY2(found == expected, texts[row].c_str());
                ++compared;
            }
        }
    }
    // IntegerLookup is given numbers.
    QCOMPARE(compared > 0, !golden.startsWith("words_integers"));
}

void TextInputTest::aVocabularyInAnArchiveGoesToItsLayer() {
    const auto archive = readArchive((folder + "words_inside_3.keras").toStdString());
    QVERIFY(archive);
    const auto model = Model::fromArchive(*archive);
    QVERIFY(model);
    const std::vector<ModelInput>& inputs = (*model)->inputs();
    QCOMPARE(inputs[1].text->layer, std::string("tower/text_vectorization_1"));
    QVERIFY(inputs[0].text->tokenizer->description() != inputs[1].text->tokenizer->description());
    QCOMPARE(inputs[0].extents, std::vector{std::optional<std::int64_t>(5)});
    QCOMPARE(inputs[1].extents, std::vector{std::optional<std::int64_t>(4)});
}

void TextInputTest::whatCannotReadTextIsNamed_data() {
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("config");
    QTest::addColumn<QString>("problem");
    QTest::newRow("a layer of numbers") << "Dense"
                                        << R"({"units": 2})"
                                        << "input text: is text that layer words (Dense) is given; TextVectorization "
                                           "or StringLookup was expected in its place";
    QTest::newRow("from ids to words")
        << "StringLookup"
        << R"({"vocabulary": ["a"], "invert": true})"
        << "input text: is text that layer words (StringLookup) is given; TextVectorization or StringLookup was "
           "expected in its place";
}

void TextInputTest::whatCannotReadTextIsNamed() {
    QFETCH(QString, className);
    QFETCH(QString, config);
    QFETCH(QString, problem);
    const auto model = modelOf(textModel(qPrintable(className), nlohmann::json::parse(config.toStdString())));
    QCOMPARE(QString::fromStdString(problemOf(model->inputs()[0])), problem);
    QVERIFY(!model->inputs()[0].text);
}

void TextInputTest::whatIsWrongWithALayerIsNamed_data() {
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("config");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const char* className, const char* config, const char* problem) {
        QTest::newRow(name) << className << config << QString("layer words: ") + problem;
    };
    row("no vocabulary", "TextVectorization", "{}",
        "the file does not hold its vocabulary, as files of weights and .h5 files do not after adapt(); what "
        "get_vocabulary() gives, opened as a tokenizer, was expected");
    row("a file outside", "StringLookup", R"({"vocabulary": "/etc/passwd"})",
        "config entry vocabulary: names a file, \"/etc/passwd\", which is not opened; open it as a tokenizer");
    row("Python code that standardizes", "TextVectorization",
        R"({"vocabulary": ["a"], "standardize": {"class_name": "function", "config": "tidy", "module": "builtins"}})",
        "config entry standardize: is Python code (tidy), which is not run; give the model token ids, or open a "
        "tokenizer");
    row("Python code that splits", "TextVectorization",
        R"({"vocabulary": ["a"], "split": {"class_name": "__lambda__", "config": {"value": "4wEA"}}})",
        R"(config entry split: is Python code ({"class_name":"__lambda__","config":{"value":"4wEA"}}), which is not run; )"
        "give the model token ids, or open a tokenizer");
    row("a word twice", "TextVectorization", R"({"vocabulary": ["a", "b", "a"]})",
        "vocabulary: \"a\" found twice, different words were expected");
    row("no words", "StringLookup", R"({"vocabulary": []})", "config entry vocabulary: is empty, words were expected");
    row("no list", "StringLookup", R"({"vocabulary": {"a": 1}})",
        "config entry vocabulary: a list of words was expected");
    row("no word", "StringLookup", R"({"vocabulary": ["a", null]})",
        "config entry vocabulary: item 1: a word or a whole number was expected");
    row("a salt", "StringLookup", R"({"vocabulary": ["a"], "num_oov_indices": 2, "salt": [1, 2]})",
        "config entry salt: words are hashed with a salt, which is not supported");
    row("too many widths", "TextVectorization",
        R"({"vocabulary": ["a"], "ngrams": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]})",
        "config entry ngrams: 17 widths found, limit 16");
    row("too wide", "TextVectorization", R"({"vocabulary": ["a"], "ngrams": 1000000000})",
        "config entry ngrams: widths from 1 to 16 were expected, 17 found");
    row("no bins", "Hashing", R"({"num_bins": 0})",
        "config entry num_bins: 0 found, a number from 1 to 16777216 was expected");
    row("OOV without end", "StringLookup", R"({"vocabulary": ["a"], "num_oov_indices": 9223372036854775807})",
        "config entry num_oov_indices: 9223372036854775807 found, a number from 0 to 16777216 was expected");
    row("fewer than no OOV", "StringLookup", R"({"vocabulary": ["a"], "num_oov_indices": -1})",
        "config entry num_oov_indices: -1 found, a number from 0 to 16777216 was expected");
}

void TextInputTest::whatIsWrongWithALayerIsNamed() {
    QFETCH(QString, className);
    QFETCH(QString, config);
    QFETCH(QString, problem);
    const auto model = modelOf(textModel(qPrintable(className), nlohmann::json::parse(config.toStdString())));
    QVERIFY(model->inputs()[0].text);
    QVERIFY(model->inputs()[0].text->tokenizer == nullptr);
    QCOMPARE(QString::fromStdString(problemOf(model->inputs()[0])), problem);
    // Given token ids, the model runs all the same.
    QVERIFY(model->inputs()[0].tokenIds);
}

void TextInputTest::textThatNothingReadsLeavesTheRestOfTheModel() {
    const auto model = modelOf(textModel("Lambda", {{"function", "4wEA"}}));
    const auto lowered = lowerModel(*model, {Shape{1, 1}}, {});
    QVERIFY(lowered);
    QVERIFY(lowered->incomplete.has_value());
    QCOMPARE(QString::fromStdString(lowered->incomplete->text()),
             QString("input text: is text that layer words (Lambda) is given; TextVectorization or StringLookup was "
                     "expected in its place"));
    const std::vector<LayerSummary> rows = summarize(*model, {});
    QCOMPARE(QString::fromStdString(rows[0].shape), QString("text"));
    QCOMPARE(QString::fromStdString(rows[1].problem), QString("needs layer text, which cannot be evaluated"));
}

QTEST_GUILESS_MAIN(TextInputTest)
#include "text_input_test.moc"
