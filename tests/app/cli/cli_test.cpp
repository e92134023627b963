#include "program.h"
#include "support/files.h"
#include "support/tensor_compare.h"

#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>
#include <csignal>

namespace {

using attnscope::test::contentOf;
using attnscope::test::isNear;
using attnscope::test::writeFile;

const QString source = QStringLiteral(ATTNSCOPE_SOURCE_DIR);
const QString sentiment = source + QStringLiteral("/resources/samples/sentiment/attention.h5");
const QString square = source + QStringLiteral("/resources/samples/sentiment/attention_layer.h5");
const QString reviews = source + QStringLiteral("/resources/samples/sentiment/reviews.txt");
const QString vibration = source + QStringLiteral("/resources/samples/vibration/model.h5");
const QString recording = source + QStringLiteral("/resources/samples/vibration/recording.csv");
const QString golden = source + QStringLiteral("/tests/fixtures/golden/");

QList<float> numbers(const QJsonValue& data) {
    QList<float> flat;
    for (const QJsonValue& entry : data.toArray()) {
        if (entry.isArray()) {
            flat += numbers(entry);
        } else {
            flat << static_cast<float>(entry.toDouble());
        }
    }
    return flat;
}

/// Writes a file into a folder and gives its path.
QString written(const QTemporaryDir& folder, const QString& name, const QByteArray& bytes) {
    writeFile(folder.filePath(name), bytes);
    return folder.filePath(name);
}

/// The first rows of a golden input as a .csv file.
QByteArray csvRows(const QJsonObject& input, int rows, int columns) {
    const QJsonArray data = input["data"].toArray();
    QByteArray csv;
    for (int place = 0; place < rows * columns; ++place)
        csv += QByteArray::number(data.at(place).toDouble()) + ((place + 1) % columns == 0 ? "\n" : ",");
    return csv;
}

QJsonObject firstRun(const QString& fixture) {
    return QJsonDocument::fromJson(contentOf(golden + fixture + ".json")).object()["runs"].toArray().at(0).toObject();
}

float prediction(const QJsonObject& record) {
    return numbers(record["prediction"].toArray().at(0).toObject()["data"]).value(0, -1.0F);
}

}  // namespace

class CliTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        // Formulas of whoever runs the test are none of its business.
        QVERIFY(m_home.isValid());
        qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
    }

    void infoListsLayersShapesParametersAndSites() {
        const Outcome outcome = run({"info", sentiment});
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.out.contains(QRegularExpression("◉ attention +Attention +\\(32\\)")), qPrintable(outcome.out));
        QVERIFY(outcome.out.contains("embedding"));
        QVERIFY(outcome.out.contains("regulariser l2"));
        const QJsonObject info = json(run({"info", sentiment, "--json"}));
        QCOMPARE(info["sites"].toArray().at(0).toString(), QString("attention"));
        QVERIFY(info["parameters"].toInt() > 384'000);
        QVERIFY(info["tokenizer"].toString().endsWith("tokenizer.json"));
    }

    void weightsTakeTheirArchitectureFromTheFileBesideThem() {
        const QString weights = source + "/tests/fixtures/weights/";
        const Outcome found = run({"info", weights + "sequential_weights.h5"});
        QCOMPARE(found.status, 0);
        QVERIFY2(found.out.contains("Keras HDF5 weights, Keras 2.21.0"), qPrintable(found.out));
        QVERIFY2(found.out.contains("architecture: " + weights + "sequential.json"), qPrintable(found.out));

        for (const auto& [file, format] : {std::pair("sequential.npz", "NumPy weights, Keras 2.21.0"),
                                           std::pair("sequential.weights.h5", "Keras HDF5 weights, Keras 2.21.0"),
                                           std::pair("keras3.weights.h5", "Keras HDF5 weights, Keras 3")}) {
            const Outcome other = run({"info", weights + file});
            QVERIFY2(other.out.contains(format), qPrintable(other.out + other.err));
        }

        const QJsonObject given =
            json(run({"info", weights + "renamed.h5", "--architecture", weights + "twice.json", "--json"}));
        QCOMPARE(given["architecture"].toString(), weights + "twice.json");
        QVERIFY(json(run({"info", sentiment, "--json"}))["architecture"].isNull());
    }

    void aModelThatTakesTextNeedsNoTokenizer() {
        const QString model = golden + "words_attended_3.keras";
        const QString said = run({"info", model}).out;
        QVERIFY2(said.contains("input text (10), token ids made of text by text_vectorization (TextVectorization, 35 "
                               "words, OOV [UNK], lower-case, punctuation stripped)"),
                 qPrintable(said));
        const QJsonObject input = json(run({"info", model, "--json"}))["inputs"].toArray().at(0).toObject();
        QCOMPARE(input["text"].toObject()["layer"].toString(), QString("text_vectorization"));

        const QJsonObject keras = firstRun("words_attended_3");
        const QString text = keras["texts"].toObject()["text"].toArray().at(0).toString();
        const float expected = numbers(keras["outputs"].toArray().at(0).toObject()["data"]).at(0);
        const QJsonObject inspected = json(run({"inspect", model, "--text", text, "--json"}));
        QCOMPARE(inspected["tokens"].toArray().size(), 10);
        QCOMPARE(inspected["tokens"].toArray().at(1).toObject()["text"].toString(), QString("quiet"));
        QVERIFY(isNear(prediction(inspected), expected));

        const QString other = source + "/resources/samples/sentiment/tokenizer.json";
        const Outcome refused = run({"inspect", model, "--text", text, "--tokenizer", other});
        QCOMPARE(refused.status, 1);
        QCOMPARE(refused.err, "attnscope: " + other +
                                  ": is not needed: layer text_vectorization makes token ids of texts, and its "
                                  "vocabulary is in the model's file\n");
    }

    void aLostVocabularyIsOpenedAsATokenizer() {
        const QString model = golden + "words_attended_3.h5";
        const Outcome lost = run({"inspect", model, "--text", "a quiet film"});
        QCOMPARE(lost.status, 1);
        QVERIFY2(lost.err.contains("layer text_vectorization: the file does not hold its vocabulary"),
                 qPrintable(lost.err));
        const QString vocabulary = golden + "words_attended_3_vocabulary.txt";
        const QString text = "A quiet film";
        const QJsonObject found = json(run({"inspect", model, "--text", text, "--tokenizer", vocabulary, "--json"}));
        const QJsonObject whole = json(run({"inspect", golden + "words_attended_3.keras", "--text", text, "--json"}));
        QVERIFY(!found["tokens"].toArray().isEmpty());
        QCOMPARE(found["tokens"], whole["tokens"]);
        QCOMPARE(prediction(found), prediction(whole));
    }

    void infoSaysWhichFormulaReadsALayerAndWhatElseFits() {
        const QString model = golden + "catalogue_seq_weighted.h5";
        const QString said = run({"info", model}).out;
        QVERIFY2(said.contains("◉ attention: formula seq_weighted_attention\n"
                               "    also fits: attention_weighted_average (--layer-formula attention=NAME)"),
                 qPrintable(said));
        const QJsonObject layer = json(run({"info", model, "--json"}))["layers"].toArray().last().toObject();
        QCOMPARE(layer["formula"].toString(), QString("seq_weighted_attention"));
        QCOMPARE(layer["otherFormulas"].toArray(), QJsonArray{"attention_weighted_average"});
        QCOMPARE(layer["config"].toObject()["use_bias"].toBool(), true);

        const QString chosen = run({"info", model, "--layer-formula", "attention=attention_weighted_average"}).out;
        QVERIFY2(chosen.contains("◉ attention: formula attention_weighted_average\n"), qPrintable(chosen));
    }

    void weightsThatAnArchiveOnlyNumbersAreCalledAsTheFormulaCallsThem() {
        const QString said = run({"info", source + "/tests/fixtures/releases/tf213_text.keras"}).out;
        QVERIFY2(said.contains("◉ attention: formula attention_step_dim\n    W (6)\n    b (5)\n"), qPrintable(said));
    }

    void infoListsWhatAFormulaForAnUnknownLayerNeeds() {
        const QString said = run({"info", source + "/tests/fixtures/bad/unknown_layer.h5"}).out;
        QVERIFY2(said.contains("class MysteryLayer is not known; choose a formula for it\n"
                               "      mystery_layer/scale:0 (4)\n      mystery_layer/offset:0 (4)\n"),
                 qPrintable(said));
    }

    void infoShowsPenaltiesAndConstraints() {
        const QJsonObject info = json(run({"info", golden + "attention_l2_max_norm.h5", "--json"}));
        bool seen = false;
        for (const QJsonValue& weight : info["weights"].toArray()) {
            const QJsonObject terms = weight.toObject();
            if (!terms.contains("regularizer") || !terms.contains("constraint")) continue;
            seen = true;
            QVERIFY(terms["penalty"].toDouble() > 0.0);
            QVERIFY(terms.contains("holds"));
        }
        QVERIFY(seen);
    }

    void inspectGivesWhatKerasComputed() {
        const QJsonObject first = firstRun("sample_sentiment_attention");
        const QList<float> expected = numbers(first["outputs"].toArray().at(0).toObject()["data"]);
        for (int index = 1; index <= 6; ++index) {
            const QJsonObject record =
                json(run({"inspect", sentiment, "--texts", reviews, "--index", QString::number(index), "--json"}));
            const QList<float> found = numbers(record["prediction"].toArray().at(0).toObject()["data"]);
            QCOMPARE(found.size(), 1);
            QVERIFY(isNear(found[0], expected[index - 1]));
        }
    }

    void inspectSaysEverythingInJson() {
        const Outcome outcome = run({"inspect", sentiment, "--text", "A gorgeous, quaxotic film", "--json"});
        QCOMPARE(outcome.status, 0);
        const QJsonObject record = json(outcome);
        for (const char* key : {"model", "device", "tokens", "sites", "prediction", "findings"})
            QVERIFY2(record.contains(key), key);
        const QJsonArray tokens = record["tokens"].toArray();
        const QJsonObject gorgeous = tokens.at(tokens.size() - 3).toObject();
        QCOMPARE(gorgeous["text"].toString(), QString("gorgeous"));
        QCOMPARE(gorgeous["start"].toInt(), 2);
        QCOMPARE(gorgeous["end"].toInt(), 10);
        QCOMPARE(tokens.at(tokens.size() - 2).toObject()["state"].toString(), QString("unknown"));
        const QJsonObject site = record["sites"].toArray().at(0).toObject();
        QCOMPARE(site["class"].toString(), QString("Attention"));
        QCOMPARE(site["weights"].toObject()["axes"].toArray().at(0).toString(), QString("t"));
        float sum = 0.0F;
        for (const float weight : numbers(site["weights"].toObject()["data"])) sum += weight;
        QVERIFY(std::abs(sum - 1.0F) < 1e-5F);
    }

    void editsChangeTheRecord() {
        const QStringList base{"inspect", sentiment, "--texts", reviews, "--index", "2", "--json"};
        const QJsonObject model = json(run(base));
        const QJsonObject masked = json(run(base + QStringList{"--mask", "44-49"}));
        QVERIFY(model["prediction"] != masked["prediction"]);
        const QList<float> weights = numbers(masked["sites"].toArray().at(0).toObject()["weights"].toObject()["data"]);
        for (int t = 44; t < 50; ++t) QCOMPARE(weights[t], 0.0F);
        const QJsonObject pinned = json(run(base + QStringList{"--pin", "weights=uniform"}));
        QVERIFY(pinned["prediction"] != model["prediction"]);
        const QJsonObject set = json(run(base + QStringList{"--set", "W=0", "--set", "b=0"}));
        const QList<float> even = numbers(set["sites"].toArray().at(0).toObject()["weights"].toObject()["data"]);
        QVERIFY(std::abs(even[49] - even[48]) < 1e-6F);
    }

    void numericSequencesAreInspected() {
        const QJsonObject record = json(run({"inspect", vibration, "--input", recording, "--json"}));
        const QJsonObject site = record["sites"].toArray().at(0).toObject();
        QVERIFY(!numbers(site["weights"].toObject()["data"]).isEmpty());
        const Outcome wrong = run({"inspect", sentiment, "--input", recording});
        QCOMPARE(wrong.status, 1);
        QVERIFY2(wrong.err.contains("token ids expected"), qPrintable(wrong.err));
    }

    void severalInputsAreNamed() {
        const Outcome missing = run({"inspect", golden + "two_inputs_two_outputs.h5", "--ids", "1 2 3"});
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.err.contains("--input"), qPrintable(missing.err));
    }

    void aNamedInputIsGivenOnceAndTheOthersTakeWhatIsLeft() {
        const QString model = golden + "siamese_attention.h5";
        const QJsonObject named = json(run({"inspect", model, "--ids", "left=1 2 3", "--ids", "right=4 5", "--json"}));
        const QJsonObject mixed = json(run({"inspect", model, "--ids", "4 5", "--ids", "left=1 2 3", "--json"}));
        QVERIFY(!named.isEmpty());
        QCOMPARE(mixed, named);
        const Outcome twice = run({"inspect", model, "--ids", "left=1", "--ids", "left=2", "--ids", "3"});
        QCOMPARE(twice.status, 1);
        QVERIFY2(twice.err.contains("left is given twice"), qPrintable(twice.err));
    }

    void aSharedSiteShowsTheTokensOfItsOwnInput() {
        const QString model = golden + "siamese_attention.h5";
        const QJsonObject info = json(run({"info", model, "--json"}));
        QCOMPARE(info["sites"].toArray(), (QJsonArray{"attention", "attention#2"}));
        const QStringList both{"inspect", model, "--ids", "left=1 2 3", "--ids", "right=4 5", "--json"};
        const auto lastId = [&](const QString& site) {
            return json(run(both + QStringList{"--site", site}))["tokens"].toArray().last().toObject()["id"].toInt();
        };
        QCOMPARE(lastId("attention"), 3);
        QCOMPARE(lastId("attention#2"), 5);
    }

    void aModelOfSentencesTakesAMatrixOfIds() {
        const QJsonObject reference = firstRun("nested_attention");
        QTemporaryDir folder;
        const QByteArray csv = csvRows(reference["inputs"].toArray().at(0).toObject(), 3, 7);
        const QString model = golden + "nested_attention.h5";
        const Outcome outcome = run({"inspect", model, "--input", written(folder, "words.csv", csv), "--json"});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const QJsonObject record = json(outcome);
        QVERIFY(isNear(prediction(record), numbers(reference["outputs"].toArray().at(0).toObject()["data"]).at(0)));
        QCOMPARE(record["sites"].toArray().size(), 2);
        // The site inside TimeDistributed has a row of weights for every sentence.
        for (const QJsonValue& site : record["sites"].toArray()) {
            const QJsonObject weights = site.toObject()["weights"].toObject();
            const bool inside = site.toObject()["name"].toString().contains("word_attention");
            QCOMPARE(weights["shape"].toArray(), inside ? (QJsonArray{3, 7}) : (QJsonArray{3}));
            QCOMPARE(weights["axes"].toArray(), inside ? (QJsonArray{"outer", "t"}) : (QJsonArray{"t"}));
            QCOMPARE(numbers(weights["data"]).size(), inside ? 21 : 3);
        }
        const QString mask = folder.filePath("mask.csv");
        QStringList exported{"export", model, "--input", folder.filePath("words.csv"), "--view", "mask", "-o", mask};
        QCOMPARE(run(exported + QStringList{"--site", "time_distributed/encoder/word_attention"}).status, 0);
        QCOMPARE(contentOf(mask).count('\n'), 1 + 7);
        const Outcome text = run({"inspect", model, "--ids", "1 2 3"});
        QVERIFY2(text.err.contains("a matrix of token ids expected"), qPrintable(text.err));
    }

    void aSliceOfQueriesIsInspectedAndExported() {
        const QString model = golden + "composed_dot_self_attention.h5";
        const QJsonObject reference = firstRun("composed_dot_self_attention");
        QTemporaryDir folder;
        const QByteArray csv = csvRows(reference["inputs"].toArray().at(0).toObject(), 7, 5);
        const QStringList input{model, "--input", written(folder, "x.csv", csv)};
        const QJsonObject site =
            json(run(QStringList{"inspect"} + input + QStringList{"--json"}))["sites"].toArray().at(0).toObject();
        QCOMPARE(site["name"].toString(), QStringLiteral("self_attention"));
        QCOMPARE(site["formula"].toString(), QStringLiteral("found by structure"));
        QCOMPARE(site["query_axis"].toString(), QStringLiteral("q"));
        QCOMPARE(site["time_axis"].toString(), QStringLiteral("t"));
        QCOMPARE(site["weights"].toObject()["shape"].toArray(), (QJsonArray{7, 7}));
        const Outcome mean = run(QStringList{"inspect"} + input);
        QVERIFY2(mean.out.contains("mean over 7 queries"), qPrintable(mean.out));
        const Outcome third = run(QStringList{"inspect"} + input + QStringList{"--slice", "q=3"});
        QVERIFY2(third.out.contains("query 3"), qPrintable(third.out));
        const QString table = folder.filePath("text.csv");
        const Outcome exported =
            run(QStringList{"export"} + input + QStringList{"--slice", "q=3", "--view", "mask", "-o", table});
        QVERIFY2(exported.status == 0, qPrintable(exported.err));
        const QList<QByteArray> rows = contentOf(table).split('\n');
        const QJsonArray weights = site["weights"].toObject()["data"].toArray().at(3).toArray();
        for (int t = 0; t < 7; ++t) {
            const double found = rows[t + 1].trimmed().split(',').at(2).toDouble();
            QVERIFY(std::abs(found - weights.at(t).toDouble()) < 1e-6);
        }
        const Outcome wrong = run(QStringList{"inspect"} + input + QStringList{"--slice", "h=1"});
        QCOMPARE(wrong.status, 1);
        QVERIFY2(wrong.err.contains("has no axis 'h'; there is q (7 queries)"), qPrintable(wrong.err));
    }

    void aFileOfWholeNumbersIsWhatTheInputWants() {
        QTemporaryDir folder;
        const QString row = written(folder, "ids.csv", "3,4,5\n");
        const QString column = written(folder, "column.csv", "3\n4\n5\n");
        const QJsonObject ids = json(run({"inspect", sentiment, "--ids", "3 4 5", "--json"}));
        for (const QString& path : {row, column})
            QCOMPARE(prediction(json(run({"inspect", sentiment, "--input", path, "--json"}))), prediction(ids));
        const Outcome fraction = run({"inspect", sentiment, "--input", written(folder, "half.csv", "3,4.5\n")});
        QCOMPARE(fraction.status, 1);
        QVERIFY2(fraction.err.contains("whole numbers"), qPrintable(fraction.err));
    }

    void aColumnOfAFileOfTextsIsChosen() {
        QTemporaryDir folder;
        const QString table = written(folder, "reviews.tsv", "title\ttext\nDull\tA gorgeous, witty film\n");
        const auto shown = [](const Outcome& outcome) {
            return json(outcome)["tokens"].toArray().last().toObject()["text"].toString();
        };
        QCOMPARE(shown(run({"inspect", sentiment, "--texts", table, "--json"})), QString("film"));
        QCOMPARE(shown(run({"inspect", sentiment, "--texts", table, "--column", "title", "--json"})), QString("Dull"));
        const Outcome absent = run({"inspect", sentiment, "--texts", table, "--column", "body"});
        QCOMPARE(absent.status, 1);
        QVERIFY2(absent.err.contains("title, text"), qPrintable(absent.err));
        QCOMPARE(run({"inspect", sentiment, "--text", "x", "--column", "title"}).status, 1);
    }

    void aVeryLongTextIsToldInFewLines() {
        const Outcome outcome = run({"inspect", sentiment, "--text", QString("word ").repeated(5000)});
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.out.contains("4934 words more"), qPrintable(outcome.out.right(500)));
        QVERIFY(outcome.out.count('\n') < 100);
    }

    void exportWritesEveryKindOfFile_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("view");
        for (const char* view : {"text", "heatmap", "stages", "output", "mask"}) {
            QTest::addRow("Attention, %s", view) << sentiment << view;
            QTest::addRow("AttentionLayer, %s", view) << square << view;
        }
    }
    void exportWritesEveryKindOfFile() {
        QFETCH(QString, model);
        QFETCH(QString, view);
        QTemporaryDir folder;
        for (const QString suffix : {"png", "svg", "pdf", "csv", "npy", "json"}) {
            const QString path = folder.filePath("figure." + suffix);
            const Outcome outcome =
                run({"export", model, "--texts", reviews, "--index", "1", "--view", view, "-o", path});
            QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
            const QByteArray bytes = contentOf(path);
            QVERIFY(!bytes.isEmpty());
            if (suffix == "png") QVERIFY(QImage(path).width() > 200);
            if (suffix == "svg" && (view == "text" || view == "heatmap")) QVERIFY(bytes.contains("beautifully"));
            if (suffix == "npy") QVERIFY(bytes.startsWith("\x93NUMPY"));
            if (suffix == "json") QVERIFY(QJsonDocument::fromJson(bytes).object().contains("sites"));
        }
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 6);
    }

    void aDiskThatFillsUpLeavesNothingHalfWritten_data() {
        QTest::addColumn<QString>("suffix");
        for (const char* suffix : {"png", "svg", "pdf", "csv", "npy", "json"}) QTest::newRow(suffix) << suffix;
    }
    void aDiskThatFillsUpLeavesNothingHalfWritten() {
        QFETCH(QString, suffix);
        QTemporaryDir folder;
        const QString fresh = folder.filePath("fresh." + suffix);
        const QString old = written(folder, "old." + suffix, "what was there before");
        for (const QString& path : {fresh, old}) {
            QProcess process;
            process.setChildProcessModifier([] {
                // As on a full disk, the file takes some bytes and then no more.
                const rlimit few{100, 100};
                setrlimit(RLIMIT_FSIZE, &few);
                std::signal(SIGXFSZ, SIG_IGN);
            });
            process.start(QStringLiteral(ATTNSCOPE_PROGRAM), {"export", sentiment, "--texts", reviews, "-o", path});
            QVERIFY(process.waitForFinished(60'000));
            QCOMPARE(process.exitStatus(), QProcess::NormalExit);
            QCOMPARE(process.exitCode(), 1);
            const QString error = QString::fromUtf8(process.readAllStandardError());
            QVERIFY2(error.startsWith("attnscope: " + path + ": cannot be written: "), qPrintable(error));
            QCOMPARE(error.count('\n'), 1);
        }
        QCOMPARE(contentOf(old), QByteArray("what was there before"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"old." + suffix});
    }

    void badInputGivesOneLineThatNamesIt_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const QString bad = source + "/tests/fixtures/bad/";
        const QString weights = source + "/tests/fixtures/weights/";
        const QStringList text{"--text", "fine"};
        QTest::newRow("missing file") << QStringList{"info", "/nowhere/model.h5"} << "/nowhere/model.h5";
        QTest::newRow("a folder") << QStringList{"info", "/tmp"} << "/tmp";
        QTest::newRow("empty") << QStringList{"info", bad + "empty.h5"} << "empty.h5";
        QTest::newRow("not HDF5") << QStringList{"info", bad + "not_hdf5.h5"} << "not_hdf5.h5";
        QTest::newRow("truncated") << QStringList{"info", bad + "truncated.h5"} << "truncated.h5";
        QTest::newRow("no model") << QStringList{"info", bad + "no_model.h5"} << "no_model.h5";
        QTest::newRow("weights only") << QStringList{"info", weights + "renamed.h5"} << "--architecture FILE.json";
        QTest::newRow("architecture of other weights")
            << QStringList{"info", weights + "renamed.h5", "--architecture", weights + "branches_config.json"}
            << "renamed.h5 with the architecture " + weights +
                   "branches_config.json: weights of 2 layers found, 5 expected";
        QTest::newRow("no architecture") << QStringList{"info", weights + "renamed.h5", "--architecture",
                                                        weights + "keras1.h5"}
                                         << "keras1.h5: not valid JSON";
        QTest::newRow("architecture of a whole model")
            << QStringList{"info", sentiment, "--architecture", weights + "keras1.json"} << "holds a model of its own";
        QTest::newRow("wrong shape") << QStringList{"inspect", bad + "wrong_shape.h5", "--ids", "1"} << "expected";
        QTest::newRow("huge weight") << QStringList{"info", bad + "huge_weight.h5"} << "huge_weight.h5";
        QTest::newRow("external link") << QStringList{"info", bad + "external_link.h5"} << "link";
        QTest::newRow("soft link") << QStringList{"info", bad + "soft_link.h5"} << "link";
        QTest::newRow("not JSON") << QStringList{"info", bad + "config_not_json.h5"} << "config_not_json.h5";
        QTest::newRow("no tokenizer") << QStringList{"inspect", golden + "sentiment_attention.h5", "--text", "word"}
                                      << "tokenizer";
        QTest::newRow("id beyond the embedding") << QStringList{"inspect", sentiment, "--ids", "3 999999"} << "999999";
        QTest::newRow("bad ids") << QStringList{"inspect", sentiment, "--ids", "3 x"} << "x";
        QTest::newRow("no such site") << (QStringList{"inspect", sentiment, "--site", "nope"} + text) << "nope";
        QTest::newRow("mask beyond the end") << (QStringList{"inspect", sentiment, "--mask", "77"} + text) << "77";
        QTest::newRow("set of nothing") << (QStringList{"inspect", sentiment, "--set", "V[1]=2"} + text)
                                        << "'V'; site attention has x,";
        QTest::newRow("index") << QStringList{"inspect", sentiment, "--texts", reviews, "--index", "99"} << "99";
        QTest::newRow("no input") << QStringList{"inspect", sentiment} << "--text";
        QTest::newRow("device") << (QStringList{"inspect", sentiment, "--device", "abacus"} + text) << "abacus";
        QTest::newRow("unwritable") << (QStringList{"export", sentiment, "-o", "/nowhere/figure.png"} + text)
                                    << "/nowhere/figure.png";
        QTest::newRow("unknown suffix") << (QStringList{"export", sentiment, "-o", "/tmp/figure.bmp"} + text)
                                        << ".bmp: expected .png, .svg, .pdf, .csv, .npy or .json";
        QTest::newRow("set of what is no number")
            << (QStringList{"inspect", sentiment, "--set", "W[1]=1e99"} + text) << "'1e99' found";
        QTest::newRow("index of no file")
            << (QStringList{"inspect", sentiment, "--index", "2"} + text) << "--texts FILE";
        QTest::newRow("no formula") << QStringList{"info", sentiment, "--layer-formula", "attention=x"}
                                    << "attention_step_dim";
        QTest::newRow("no layer") << QStringList{"info", sentiment, "--layer-formula", "x=attention_step_dim"} << "'x'";
        QTest::newRow("device of info") << QStringList{"info", sentiment, "--device", "abacus"} << "abacus";
        QTest::newRow("disk full") << (QStringList{"export", sentiment, "-o", "/dev/full"} + text) << "/dev/full";
        QTest::newRow("no view") << (QStringList{"export", sentiment, "--view", "sound", "-o", "/tmp/x.png"} + text)
                                 << "sound";
        QTest::newRow("colour map") << (QStringList{"export", sentiment, "--color-map", "jet", "-o", "/tmp/x.png"} +
                                        text)
                                    << "jet";
    }
    void badInputGivesOneLineThatNamesIt() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const Outcome outcome = run(arguments);
        QVERIFY2(outcome.status == 1, qPrintable(QString::number(outcome.status) + " " + outcome.err));
        QVERIFY2(outcome.err.startsWith("attnscope: "), qPrintable(outcome.err));
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
        QVERIFY(outcome.out.isEmpty());
    }

    void aModelWithAnUnknownLayerIsStillListed() {
        const Outcome unknown = run({"info", source + "/tests/fixtures/bad/unknown_layer.h5"});
        QCOMPARE(unknown.status, 0);
        QVERIFY2(unknown.out.contains("class MysteryLayer is not known; choose a formula for it"),
                 qPrintable(unknown.out));
        const Outcome lambda = run({"info", source + "/tests/fixtures/bad/lambda.h5"});
        QCOMPARE(lambda.status, 0);
        QVERIFY2(lambda.out.contains("contains Python code; it is shown, not run"), qPrintable(lambda.out));
    }

    void notANumberInAMatrixIsFound() {
        QTemporaryDir folder;
        const QString path = written(folder, "bad.csv", "a,b\n1,2\n3,nan\n");
        const Outcome outcome = run({"inspect", vibration, "--input", path});
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("column b"), qPrintable(outcome.err));
    }

    void withoutADisplayTheWindowSaysSo() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(variable);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(ATTNSCOPE_PROGRAM), {sentiment});
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().startsWith("attnscope: there is no display"));
    }

    void wrongUsageIsStatusTwo() {
        QCOMPARE(run({"info"}).status, 2);
        QCOMPARE(run({"inspect", sentiment, "--no-such-option"}).status, 2);
        QCOMPARE(run({"info", sentiment, "more"}).status, 2);
        QCOMPARE(run({"inspect", sentiment, "--text", "x", "--site", "attention", "--site", "b"}).status, 2);
        QCOMPARE(run({"--help"}).status, 0);
        QVERIFY(run({"inspect", "--help"}).out.startsWith("Usage: attnscope inspect MODEL INPUT [options]\n"));
        QVERIFY(run({"export", "--help"}).out.contains("--view"));
        QCOMPARE(run({"devices"}).status, 0);
        QVERIFY(run({"devices"}).out.startsWith("cpu"));
    }

private:
    QTemporaryDir m_home;
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
