#include "program.h"
#include "records.h"
#include "support/tensor_compare.h"

#include <QtTest>

#include <cmath>

namespace {

using attnscope::test::contentOf;
using attnscope::test::isNear;

/// The first rows of a golden input as a .csv file.
QByteArray csvRows(const QJsonObject& input, int rows, int columns) {
    const QJsonArray data = input["data"].toArray();
    QByteArray csv;
    for (int place = 0; place < rows * columns; ++place)
        csv += QByteArray::number(data.at(place).toDouble()) + ((place + 1) % columns == 0 ? "\n" : ",");
    return csv;
}

}  // namespace

/// `attnscope inspect`: what a model makes of an input.
class InspectCliTest : public QObject {
    Q_OBJECT

private slots:
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

    void notANumberInAMatrixIsFound() {
        QTemporaryDir folder;
        const QString path = written(folder, "bad.csv", "a,b\n1,2\n3,nan\n");
        const Outcome outcome = run({"inspect", vibration, "--input", path});
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("column b"), qPrintable(outcome.err));
    }

private:
    Home m_home;
};

QTEST_GUILESS_MAIN(InspectCliTest)
#include "inspect_test.moc"
