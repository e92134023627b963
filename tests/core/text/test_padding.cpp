#include "text/padding.h"

#include "text_testing.h"

#include <nlohmann/json.hpp>

using namespace attnscope;
using nlohmann::json;

namespace {

std::vector<std::int64_t> idsOf(const Sequence& sequence) {
    return {sequence.values->data().begin(), sequence.values->data().end()};
}

/// Words of the timesteps, padding as `_`, then what has no timestep: skipped `~x`, cut `/x`.
std::string summary(const Sequence& sequence) {
    std::string line;
    for (const Token& token : sequence.tokens) {
        line += (line.empty() ? "" : " ") + (token.state == TokenState::Padding ? "_" : token.text);
    }
    line += " |";
    for (const Token& token : sequence.unseen) {
        line += (token.state == TokenState::Skipped ? " ~" : " /") + token.text;
    }
    return line;
}

}  // namespace

class TestPadding : public QObject {
    Q_OBJECT

private:
    Folder m_folder;
    TokenizerPtr m_tokenizer;

private slots:
    void initTestCase() {
        m_tokenizer = loadTokenizer(m_folder.file("w.json", R"({"the": 1, "cat": 2, "sat": 3, "": 9})")).value();
    }

    void idsAreThoseOfPadSequences() {
        std::ifstream file(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/tokenizer_cases.json");
        const json cases = json::parse(file).at("pad_cases");
        QVERIFY(cases.size() >= 16);
        for (const json& item : cases) {
            // Without a length pad_sequences pads to the longest of its sequences; one alone keeps its own.
            if (item.at("maxlen").is_null()) continue;
            Padding padding;
            padding.length = item.at("maxlen").get<std::int64_t>();
            padding.pad = item.at("padding") == "pre" ? Side::Front : Side::Back;
            padding.cut = item.at("truncating") == "pre" ? Side::Front : Side::Back;
            padding.value = item.at("value").get<std::int64_t>();
            for (std::size_t i = 0; i < item.at("sequences").size(); ++i) {
                const auto ids = item.at("sequences")[i].get<std::vector<std::int64_t>>();
                const Sequence sequence = makeIdSequence("x", ids, nullptr, padding);
                QVERIFY2(idsOf(sequence) == item.at("result")[i].get<std::vector<std::int64_t>>(), item.dump().c_str());
            }
        }
    }

    void withoutALengthTheTextKeepsItsOwn() {
        const Sequence sequence = makeTextSequence("a", "The cat, well, sat", m_tokenizer, {});
        COMPARE_TEXT(summary(sequence), "The cat sat | ~well");
        QCOMPARE(idsOf(sequence), (std::vector<std::int64_t>{1, 2, 3}));
        QVERIFY(sequence.isIds());
        COMPARE_TEXT(sequence.name, "a");
        COMPARE_TEXT(sequence.text, "The cat, well, sat");
    }

    void anEmptyTextIsOnePadding() {
        Padding padding;
        padding.value = 4;
        for (const char* text : {"", "  !", "unheard"}) {
            const Sequence sequence = makeTextSequence("a", text, m_tokenizer, padding);
            QCOMPARE(idsOf(sequence), (std::vector<std::int64_t>{4}));
            QVERIFY(sequence.tokens[0].state == TokenState::Padding && sequence.tokens[0].text.empty());
        }
        QCOMPARE(makeIdSequence("a", {}, nullptr, Padding{0}).timesteps(), 1);
    }

    void paddingGoesToItsSide() {
        Padding padding;
        padding.length = 4;
        Sequence sequence = makeTextSequence("a", "the cat", m_tokenizer, padding);
        COMPARE_TEXT(summary(sequence), "_ _ the cat |");
        QCOMPARE(sequence.tokens[0].end, std::size_t{0});
        padding.pad = Side::Back;
        sequence = makeTextSequence("a", "the cat", m_tokenizer, padding);
        COMPARE_TEXT(summary(sequence), "the cat _ _ |");
        QCOMPARE(sequence.tokens[3].start, std::size_t{7});
        QCOMPARE(idsOf(sequence), (std::vector<std::int64_t>{1, 2, 0, 0}));
    }

    void whatIsCutStaysInTheOrderOfTheText() {
        Padding padding;
        padding.length = 2;
        const std::string text = "x the y cat z sat";
        COMPARE_TEXT(summary(makeTextSequence("a", text, m_tokenizer, padding)), "cat sat | ~x /the ~y ~z");
        padding.cut = Side::Back;
        const Sequence sequence = makeTextSequence("a", text, m_tokenizer, padding);
        COMPARE_TEXT(summary(sequence), "the cat | ~x ~y ~z /sat");
        QCOMPARE(sequence.unseen.back().id, 0);
        QCOMPARE(sequence.unseen.back().start, std::size_t{14});
    }

    void idsShowTheirWordsOrThemselves() {
        const Sequence sequence = makeIdSequence("ids", {3, 7, 1}, m_tokenizer, {});
        COMPARE_TEXT(summary(sequence), "sat 7 the |");
        COMPARE_TEXT(sequence.text, "sat 7 the");
        QCOMPARE(sequence.tokens[2].start, std::size_t{6});
        QCOMPARE(sequence.tokens[2].end, std::size_t{9});
        COMPARE_TEXT(summary(makeIdSequence("ids", {3, 7}, nullptr, {})), "3 7 |");
        // An id whose word is empty shows its number.
        COMPARE_TEXT(summary(makeIdSequence("ids", {9}, m_tokenizer, {})), "9 |");
    }

    void idsAreParsed() {
        const std::vector<std::int64_t> expected{12, 7, 3};
        for (const char* text : {"12 7 3", " 12,7,3 ", "[12, 7, 3]", "12\n7\t3\n"})
            QCOMPARE(parseIds(text).value(), expected);
        COMPARE_TEXT(parseIds("12 x3").error().text(),
                     "id 2: expected a whole number from 0 to 16777216, found \"x3\"");
        for (const char* text : {"1 -2", "1.5", "16777217", "99999999999999999999", "[1", "+1"})
            QVERIFY2(!parseIds(text), text);
        for (const char* text : {"", "  ", "[]", ","}) {
            COMPARE_TEXT(parseIds(text).error().text(), "no token ids; expected numbers such as \"12 7 3\"");
        }
    }
};

QTEST_GUILESS_MAIN(TestPadding)
#include "test_padding.moc"
