#include "text/tokenizer.h"

#include "support/word_salad.h"
#include "text_testing.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

using namespace attnscope;
using nlohmann::json;

namespace {

const std::string golden = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

json readGolden(const std::string& name) {
    std::ifstream file(golden + name);
    return json::parse(file);
}

std::vector<std::int64_t> seenIds(const std::vector<Token>& tokens) {
    std::vector<std::int64_t> ids;
    for (const Token& token : tokens) {
        if (token.state != TokenState::Skipped) ids.push_back(token.id);
    }
    return ids;
}

/// `known(1) unknown(2) ~skipped~`, with the text as it was written.
std::string summary(const std::vector<Token>& tokens) {
    std::string line;
    for (const Token& token : tokens) {
        if (!line.empty()) line += ' ';
        if (token.state == TokenState::Skipped) {
            line += "~" + token.text + "~";
        } else {
            line += token.text + (token.state == TokenState::Unknown ? "?" : "") + "(" + std::to_string(token.id) + ")";
        }
    }
    return line;
}

std::string ranges(const std::vector<Token>& tokens) {
    std::string line;
    for (const Token& token : tokens) {
        line += (line.empty() ? "" : " ") + std::to_string(token.start) + "-" + std::to_string(token.end);
    }
    return line;
}

json kerasJson(const json& options, const json& wordIndex) {
    json config = {{"num_words", nullptr}, {"lower", true},        {"split", " "},
                   {"char_level", false},  {"oov_token", nullptr}, {"word_index", wordIndex.dump()}};
    config["filters"] = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
    if (options.is_object()) config.update(options);
    return {{"class_name", "Tokenizer"}, {"config", config}};
}

}  // namespace

class TestKerasTokenizer : public QObject {
    Q_OBJECT

private:
    Folder m_folder;

    TokenizerPtr load(const json& document) const {
        const auto tokenizer = loadTokenizer(m_folder.file("t.json", document.dump()));
        return tokenizer ? *tokenizer : nullptr;
    }
    std::string errorFor(const json& document) const {
        return errorOf(loadTokenizer(m_folder.file("t.json", document.dump())), m_folder);
    }

private slots:
    void idsAreThoseOfKeras() {
        std::map<std::string, TokenizerPtr> tokenizers;
        const json cases = readGolden("tokenizer_cases.json").at("cases");
        QVERIFY(cases.size() > 500);
        for (const json& item : cases) {
            const auto name = item.at("tokenizer").get<std::string>();
            TokenizerPtr& tokenizer = tokenizers[name];
            if (!tokenizer) {
                const auto loaded = loadTokenizer(golden + name);
                QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
                tokenizer = *loaded;
            }
            const auto text = item.at("text").get<std::string>();
            const auto ids = seenIds(tokenizer->tokenize(text));
            QVERIFY2(
                ids == item.at("ids").get<std::vector<std::int64_t>>(),
                (name + ": \"" + text + "\" gives " + json(ids).dump() + ", not " + item.at("ids").dump()).c_str());
        }
    }

    void idsOfWordSaladAreThoseOfKeras() {
        const json recipe = readGolden("tokenizer_salad.json");
        test::WordSalad salad(recipe);
        std::vector<std::string> texts(recipe.at("texts").get<std::size_t>());
        std::ranges::generate(texts, [&] { return salad.text(); });
        QVERIFY(texts.size() >= 2000);
        const auto block = recipe.at("block").get<std::size_t>();
        QCOMPARE(recipe.at("hashes").size(), std::size_t{14});
        for (const auto& [name, hashes] : recipe.at("hashes").items()) {
            const TokenizerPtr tokenizer = loadTokenizer(golden + name).value();
            QCOMPARE(hashes.size(), texts.size() / block);
            for (std::size_t start = 0; start < texts.size(); start += block) {
                std::string ids;
                std::string shown = name + ":";
                for (std::size_t place = start; place < start + block; ++place) {
                    const std::string list = json(seenIds(tokenizer->tokenize(texts[place]))).dump();
                    ids += list.substr(1, list.size() - 2) + ";";
                    shown += "\n  \"" + texts[place] + "\" gives " + list;
                }
                QVERIFY2(test::fnv1a(ids) == hashes[start / block].get<std::string>(), shown.c_str());
            }
        }
    }

    void tokensLieInOrderInTheOriginalText() {
        const json cases = readGolden("tokenizer_cases.json").at("cases");
        std::map<std::string, TokenizerPtr> tokenizers;
        for (const json& item : cases) {
            TokenizerPtr& tokenizer = tokenizers[item.at("tokenizer").get<std::string>()];
            if (!tokenizer) tokenizer = loadTokenizer(golden + item.at("tokenizer").get<std::string>()).value();
            const auto text = item.at("text").get<std::string>();
            std::size_t last = 0;
            for (const Token& token : tokenizer->tokenize(text)) {
                QVERIFY2(token.start >= last && token.end >= token.start && token.end <= text.size(), text.c_str());
                if (token.end > token.start) {
                    COMPARE_TEXT(token.text, text.substr(token.start, token.end - token.start));
                }
                last = token.end;
            }
        }
    }

    void otherSpellingsOfTheFileGiveTheSameIds() {
        const TokenizerPtr plain = loadTokenizer(golden + "tokenizer_0.json").value();
        json parsed = readGolden("tokenizer_0.json");
        parsed["config"]["word_index"] = json::parse(parsed["config"]["word_index"].get<std::string>());
        const std::string withBom = "\xEF\xBB\xBF" + readGolden("tokenizer_0.json").dump();
        const std::vector<std::string> files{golden + "tokenizer_as_string.json", golden + "tokenizer_word_index.json",
                                             m_folder.file("dict.json", parsed.dump()),
                                             m_folder.file("bom.json", withBom), m_folder.file("noextension", withBom)};
        const std::string text = "İSTANBUL'da The cat, 👍 zyxw!";
        for (const std::string& file : files) {
            const auto tokenizer = loadTokenizer(file);
            QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().text().c_str());
            COMPARE_TEXT(summary((*tokenizer)->tokenize(text)), summary(plain->tokenize(text)));
        }
    }

    void wordsKeepTheirSpellingAndBytes() {
        const TokenizerPtr tokenizer = load(kerasJson({}, {{"café", 1}, {"the", 2}, {"i̇stanbul", 3}, {"οδοσ", 4}}));
        QVERIFY(tokenizer);
        const auto tokens = tokenizer->tokenize("The CAFÉ, İstanbul! ΟΔΟΣ");
        // The last letter of the Greek word becomes a final sigma, which this vocabulary does not have.
        COMPARE_TEXT(summary(tokens), "The(2) CAFÉ(1) İstanbul(3) ~ΟΔΟΣ~");
        COMPARE_TEXT(ranges(tokens), "0-3 4-9 11-20 22-30");
    }

    void oneCharacterThatBecomesTwoHasItsBytesOnce() {
        const TokenizerPtr tokenizer =
            load(kerasJson({{"char_level", true}}, {{"a", 1}, {"i", 2}, {"\u0307", 3}, {" ", 4}}));
        QVERIFY(tokenizer);
        const auto tokens = tokenizer->tokenize("aİ !");
        COMPARE_TEXT(summary(tokens), "a(1) İ(2) \u0307(3)  (4) ~!~");
        COMPARE_TEXT(ranges(tokens), "0-1 1-3 3-3 3-4 4-5");
    }

    void sigmaIsFinalAsPythonHasIt() {
        const TokenizerPtr tokenizer = load(kerasJson(
            {{"filters", ""}}, {{"ας", 1}, {"σα", 2}, {"σ", 3}, {"ας.", 4}, {"ασ.α", 5}, {"ας!", 6}, {"ασ'α", 7}}));
        QVERIFY(tokenizer);
        // '.' and the apostrophe are case-ignorable: Python looks past them; it does not look past '!'.
        COMPARE_TEXT(summary(tokenizer->tokenize("ΑΣ ΣΑ Σ ΑΣ. ΑΣ.Α ΑΣ! ΑΣ'Α")),
                     "ΑΣ(1) ΣΑ(2) Σ(3) ΑΣ.(4) ΑΣ.Α(5) ΑΣ!(6) ΑΣ'Α(7)");
    }

    void separatorsOfSeveralCharactersAndFiltersWork() {
        const json words = {{"b", 1}, {"x y", 2}, {"ab", 3}};
        const TokenizerPtr tokenizer = load(kerasJson({{"split", "aa"}, {"filters", "!"}}, words));
        QVERIFY(tokenizer);
        // "a!b" becomes "aaab": the separator is found at its front.
        const auto tokens = tokenizer->tokenize("X yaaB!a!b");
        COMPARE_TEXT(summary(tokens), "X y(2) B(1) b(3)");
        COMPARE_TEXT(ranges(tokens), "0-3 5-6 9-10");
    }

    void wordsBeyondNumWordsAreUnknownOrSkipped() {
        const json words = {{"<OOV>", 1}, {"the", 2}, {"cat", 3}, {"mat", 4}};
        const TokenizerPtr skipping = load(kerasJson({{"num_words", 3}}, words));
        const TokenizerPtr replacing = load(kerasJson({{"num_words", 3}, {"oov_token", "<OOV>"}}, words));
        QVERIFY(skipping && replacing);
        COMPARE_TEXT(summary(skipping->tokenize("the cat dog")), "the(2) ~cat~ ~dog~");
        COMPARE_TEXT(summary(replacing->tokenize("the cat dog")), "the(2) cat?(1) dog?(1)");
        // The old advice `word_index[oov_token] = num_words + 1`.
        const json patched = {{"the", 1}, {"cat", 2}, {"UNK", 4}};
        const TokenizerPtr old = load(kerasJson({{"num_words", 2}, {"oov_token", "UNK"}}, patched));
        COMPARE_TEXT(summary(old->tokenize("the cat dog")), "the(1) cat?(4) dog?(4)");
        // Zero is no limit.
        COMPARE_TEXT(summary(load(kerasJson({{"num_words", 0}}, words))->tokenize("mat")), "mat(4)");
    }

    void describesItself() {
        const json words = {{"<OOV>", 1}, {"the", 2}, {"cat", 3}};
        COMPARE_TEXT(load(kerasJson({{"oov_token", "<OOV>"}}, words))->description(),
                     "Keras Tokenizer, 3 words, OOV <OOV>, lower-case");
        COMPARE_TEXT(load(kerasJson({{"num_words", 2}, {"lower", false}, {"char_level", true}}, words))->description(),
                     "Keras Tokenizer, 3 words (ids below 2 used), no OOV, characters");
        const TokenizerPtr tokenizer = load(kerasJson({}, words));
        COMPARE_TEXT(tokenizer->wordOf(2), "the");
        COMPARE_TEXT(tokenizer->wordOf(0), "");
    }

    void errorsNameWhatIsWrong_data() {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no words") << "{'word_index': '{}'}"
                                  << "t.json: word_index: holds no words";
        QTest::newRow("dictionary") << "{'word_index': 3}"
                                    << "t.json: word_index: expected an object of words and ids, found the number 3";
        QTest::newRow("inner JSON") << "{'word_index': '{\\\"a\\\": 1,}'}"
                                    << "t.json: word_index: not valid JSON at line 1, column 9: in object key - "
                                       "unexpected '}'; expected string literal";
        QTest::newRow("twice") << "{'word_index': '{\\\"a\\\": 1, \\\"b\\\": 2, \\\"a\\\": 3}'}"
                               << "t.json: word_index: the key \"a\" occurs twice in one object";
        QTest::newRow("fraction")
            << "{'word_index': {'a': 1.5}}"
            << "t.json: word_index: word \"a\": expected a whole number from 0 to 16777216 as its "
               "id, found the number 1.5";
        QTest::newRow("negative")
            << "{'word_index': {'a': -1}}"
            << "t.json: word_index: word \"a\": expected a whole number from 0 to 16777216 as its "
               "id, found the number -1";
        QTest::newRow("oov") << "{'oov_token': '<x>'}"
                             << "t.json: oov_token: \"<x>\" is not a word of word_index";
        QTest::newRow("num_words") << "{'num_words': '5'}"
                                   << "t.json: num_words: expected null or a whole number, found a string";
        QTest::newRow("split") << "{'split': ''}"
                               << "t.json: split: is empty; expected what parts words";
        QTest::newRow("filters") << "{'filters': ['ab']}"
                                 << "t.json: filters: expected a string or a list of single characters, found \"ab\"";
        QTest::newRow("lower") << "{'lower': 1}"
                               << "t.json: lower: expected true or false, found the number 1";
    }
    void errorsNameWhatIsWrong() {
        QFETCH(QString, options);
        options.replace('\'', '"');  // moc does not read raw strings reliably
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(errorFor(kerasJson(json::parse(options.toStdString()), {{"a", 1}}))), expected);
    }
};

QTEST_GUILESS_MAIN(TestKerasTokenizer)
#include "test_keras_tokenizer.moc"
