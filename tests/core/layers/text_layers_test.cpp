#include "layers/text_layers.h"
#include "support/word_salad.h"

#include <QFile>
#include <QtTest/QtTest>

#include <algorithm>

using namespace attnscope;

namespace {

nlohmann::json golden(const char* name) {
    QFile file(QString(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/") + name);
    return file.open(QFile::ReadOnly) ? nlohmann::json::parse(file.readAll().toStdString()) : nlohmann::json();
}

}  // namespace

/// What layers make of texts, held against what the same layers of tf_keras make of them.
class TextLayersTest : public QObject {
    Q_OBJECT

private slots:
    void idsOfWordSaladAreThoseOfKeras() {
        const nlohmann::json salads = golden("text_salad.json");
        test::WordSalad salad(golden("tokenizer_salad.json"));
        const auto block = salads.at("block").get<std::size_t>();
        std::vector<std::string> texts(salads.at("cases").at(0).at("hashes").size() * block);
        std::ranges::generate(texts, [&] { return salad.text(); });
        QVERIFY(texts.size() >= 2000 && salads.at("cases").size() == 40);
        for (const nlohmann::json& item : salads.at("cases")) {
            Layer layer;
            layer.name = "layer";
            layer.className = item.at("class_name").get<std::string>();
            layer.config = Config(item.at("config"));
            // One text, or any number of words.
            const bool isText = layer.className == "TextVectorization";
            const TextReading reading = textReading(layer, {isText ? std::optional<std::int64_t>(1) : std::nullopt});
            QVERIFY2(reading.tokenizer, reading.problem ? reading.problem->text().c_str() : "");
            for (std::size_t start = 0; start < texts.size(); start += block) {
                std::string ids;
                std::string shown = reading.tokenizer->description() + ":";
                for (std::size_t place = start; place < start + block; ++place) {
                    nlohmann::json list = nlohmann::json::array();
                    for (const Token& token : reading.tokenizer->tokenize(texts[place])) list.push_back(token.id);
                    const std::string text = list.dump();
                    ids += text.substr(1, text.size() - 2) + ";";
                    shown += "\n  \"" + texts[place] + "\" gives " + text;
                }
                QVERIFY2(test::fnv1a(ids) == item.at("hashes")[start / block].get<std::string>(), shown.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TextLayersTest)
#include "text_layers_test.moc"
