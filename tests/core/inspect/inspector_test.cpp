#include "inspect/inspector.h"
#include "formats/formats.h"
#include "inspect/record_json.h"
#include "support/bundled_formulas.h"
#include "text/padding.h"
#include "text/tokenizer.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <numeric>

using namespace attnscope;

namespace {

/// A bundled sample with what is needed to feed it.
struct Sample {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::unique_ptr<Inspector> inspector;

    [[nodiscard]] std::vector<Sequence> text(const std::string& words) const {
        return {makeTextSequence("test", words, tokenizer, model->inputs()[0].padding)};
    }
};

Sample openSample(const std::string& name) {
    Sample sample;
    const std::string folder = ATTNSCOPE_SOURCE_DIR "/resources/samples/sentiment/";
    sample.model = *Model::fromArchive(*readArchive(folder + name));
    sample.tokenizer = *loadTokenizer(folder + "tokenizer.json");
    sample.inspector =
        std::make_unique<Inspector>(sample.model, LoweringOptions{test::bundledCatalogue(), {}}, makeCpuBackend());
    return sample;
}

}  // namespace

class InspectorTest : public QObject {
    Q_OBJECT

private slots:
    void aRecordHoldsTheSiteItsValuesAndThePrediction() {
        const Sample sample = openSample("attention.h5");
        const auto record = sample.inspector->inspect(sample.text("a gorgeous and witty film"), {}, {});
        QVERIFY2(record, record ? "" : record.error().text().c_str());
        const SiteRecord* site = (*record)->findSite("attention");
        QVERIFY(site);
        QCOMPARE(site->className, std::string("Attention"));
        const auto timesteps = static_cast<std::size_t>((*record)->inputs[0].timesteps());
        QCOMPARE(site->perTimestep.size(), timesteps);
        QVERIFY(std::abs(std::accumulate(site->perTimestep.begin(), site->perTimestep.end(), 0.0F) - 1.0F) < 1e-5F);
        QVERIFY(site->masked(0));
        QVERIFY(!site->masked(timesteps - 1));
        QVERIFY(site->find("e") && site->find("u") && site->find("W") && site->find("epsilon"));
        QCOMPARE((*record)->predictions.size(), std::size_t{1});
        QVERIFY(site->attainable);
        const float largest = *std::ranges::max_element(site->perTimestep);
        QVERIFY(largest <= site->attainable->high * 1.0001F);
        QCOMPARE((*record)->sequenceFor(*site), (*record)->inputs.data());
    }

    void maskingATimestepDoesNotRunTheRecurrentLayers() {
        const Sample sample = openSample("attention.h5");
        const auto inputs = sample.text("a gorgeous and witty film");
        const auto model = sample.inspector->inspect(inputs, {}, {});
        QVERIFY(model);
        const auto graph = sample.inspector->graphFor(inputs);
        QVERIFY(graph);
        // What lies downstream of the site's mask, counted on the graph itself.
        std::vector<bool> downstream((*graph)->values().size(), false);
        downstream[(*graph)->sites()[0].mask->index] = true;
        std::size_t expected = 0;
        for (const Node& node : (*graph)->nodes()) {
            const bool depends =
                std::ranges::any_of(node.inputs, [&](ValueId input) { return downstream[input.index]; });
            if (!depends) continue;
            downstream[node.output.index] = true;
            QVERIFY(node.operation->name() != std::string_view("recurrent"));
            ++expected;
        }
        Edits edits;
        edits.set("attention/mask", {(*model)->inputs[0].timesteps() - 1}, 0.0F);
        const auto masked = sample.inspector->inspect(inputs, edits, {});
        QVERIFY(masked);
        QVERIFY(expected > 0);
        QCOMPARE((*masked)->evaluatedOperations, expected);
        QVERIFY((*model)->evaluatedOperations > expected);
        const SiteRecord& site = (*masked)->sites[0];
        QCOMPARE(site.perTimestep.back(), 0.0F);
        QVERIFY((*masked)->predictions[0].data->data()[0] != (*model)->predictions[0].data->data()[0]);
    }

    void theSquareLayerHasAMaskForWhatIfsOnly() {
        const Sample sample = openSample("attention_layer.h5");
        const auto inputs = sample.text("a gorgeous and witty film");
        const auto model = sample.inspector->inspect(inputs, {}, {});
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        const SiteRecord& site = (*model)->sites.at(0);
        QVERIFY(site.maskIsWhatIf);
        QCOMPARE(site.weightsValue().axes, (std::vector<std::string>{"f", "t"}));
        QVERIFY(!site.masked(0));
        Edits edits;
        edits.set(site.values[*site.mask].graphName, {3}, 0.0F);
        const auto masked = sample.inspector->inspect(inputs, edits, {});
        QVERIFY(masked);
        const Tensor& weights = *(*masked)->sites[0].weightsValue().tensor;
        for (std::int64_t feature = 0; feature < weights.dim(0); ++feature) {
            float sum = 0.0F;
            for (std::int64_t t = 0; t < weights.dim(1); ++t)
                sum += weights[static_cast<std::size_t>(feature * weights.dim(1) + t)];
            QVERIFY(std::abs(sum - 1.0F) < 1e-5F);
            QCOMPARE(weights[static_cast<std::size_t>(feature * weights.dim(1) + 3)], 0.0F);
        }
    }

    void anIdBeyondTheEmbeddingIsNamed() {
        const Sample sample = openSample("attention.h5");
        std::vector<Sequence> inputs{
            makeIdSequence("ids", {3, 1'000'000}, sample.tokenizer, sample.model->inputs()[0].padding)};
        const auto record = sample.inspector->inspect(inputs, {}, {});
        QVERIFY(!record);
        const QString message = QString::fromStdString(record.error().text());
        QVERIFY2(message.contains("1000000") && message.contains("rows"), qPrintable(message));
    }

    void numbersForATextModelAreRefused() {
        const Sample sample = openSample("attention.h5");
        Sequence matrix;
        matrix.values = share(Tensor({70, 3}));
        QVERIFY(!sample.inspector->inspect({matrix}, {}, {}));
        QVERIFY(!sample.inspector->inspect({}, {}, {}));
    }

    void theJsonReadsBackExactly() {
        const Sample sample = openSample("attention.h5");
        const auto record = *sample.inspector->inspect(sample.text("gorgeous"), {}, {});
        const std::string text = recordJson(*record, "model.h5");
        const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
        QCOMPARE(json["model"].toString(), QString("model.h5"));
        const QJsonObject site = json["sites"].toArray().at(0).toObject();
        const QJsonArray weights = site["weights"].toObject()["data"].toArray();
        QCOMPARE(static_cast<std::size_t>(weights.size()), record->sites[0].perTimestep.size());
        for (qsizetype t = 0; t < weights.size(); ++t)
            QCOMPARE(static_cast<float>(weights.at(t).toDouble()),
                     record->sites[0].perTimestep[static_cast<std::size_t>(t)]);
        const QJsonArray tokens = json["tokens"].toArray();
        QCOMPARE(tokens.last().toObject()["text"].toString(), QString("gorgeous"));
        QCOMPARE(tokens.first().toObject()["masked"].toBool(), true);
    }
};

QTEST_GUILESS_MAIN(InspectorTest)
#include "inspector_test.moc"
