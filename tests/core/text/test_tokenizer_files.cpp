#include "base/unicode.h"
#include "text/splitting.h"
#include "text/tokenizer.h"

#include "text_testing.h"

#include <sys/stat.h>

using namespace attnscope;

namespace {

std::string summary(const std::vector<Token>& tokens) {
    std::string line;
    for (const Token& token : tokens) {
        if (!line.empty()) line += ' ';
        line += token.text;
        line += token.state == TokenState::Skipped ? "~" : "=" + std::to_string(token.id);
        if (token.state == TokenState::Unknown) line += '?';
    }
    return line;
}

std::string lower(std::string_view text) {
    std::string result;
    for (const CodePoint& point : lowered(codePointsOf(text))) appendUtf8(result, point.value);
    return result;
}

}  // namespace

class TestTokenizerFiles : public QObject {
    Q_OBJECT

private:
    Folder m_folder;

    std::string tokens(const std::string& name, std::string_view content, std::string_view text) const {
        const auto tokenizer = loadTokenizer(m_folder.file(name, content));
        return tokenizer ? summary((*tokenizer)->tokenize(text)) : tokenizer.error().text();
    }
    std::string errorFor(const std::string& name, std::string_view content) const {
        return errorOf(loadTokenizer(m_folder.file(name, content)), m_folder);
    }

private slots:
    void lowerCaseIsPythons() {
        COMPARE_TEXT(lower("ÀÉ ẞ İI ǅ Ⅷ Ⓐ 𐐀 Å ﬁ ÇŞĞ"), "àé ß i̇i ǆ ⅷ ⓐ 𐐨 å ﬁ çşğ");
        COMPARE_TEXT(lower("ΑΣ ΑΣΑ Σ ΑΣ\u0301 ΑΣ\u0301Α 1Σ ΑΣ\u00AD"), "ας ασα σ ας\u0301 ασ\u0301α 1σ ας\u00AD");
    }

    void invalidUtf8IsFound_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("offset");
        QTest::newRow("valid") << QByteArray("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x91\x8D") << -1;
        QTest::newRow("lone continuation") << QByteArray("ab\x80") << 2;
        QTest::newRow("latin 1") << QByteArray("caf\xE9 ") << 3;
        QTest::newRow("overlong") << QByteArray("\xC0\xAF") << 0;
        QTest::newRow("overlong of three") << QByteArray("\xE0\x80\xAF") << 0;
        QTest::newRow("surrogate") << QByteArray("a\xED\xA0\x80") << 1;
        QTest::newRow("beyond Unicode") << QByteArray("\xF4\x90\x80\x80") << 0;
        QTest::newRow("cut short") << QByteArray("a\xE2\x82") << 1;
    }
    void invalidUtf8IsFound() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, offset);
        const auto found = firstInvalidUtf8({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        QCOMPARE(found ? static_cast<int>(*found) : -1, offset);
    }

    void wordIndexUsesItsIdsAndItsUnknownWord() {
        COMPARE_TEXT(tokens("w.json", R"({"the": 5, "cat": 9.0})", "The cat-dog"), "The=5 cat=9 dog~");
        COMPARE_TEXT(tokens("w.json", R"({"the": 5, "<UNK>": 2, "<PAD>": 0})", "The cat"), "The=5 cat=2?");
        // A word may be called like a key of another format.
        COMPARE_TEXT(tokens("w.json", R"({"model": 1, "class_name": 2, "config": 3})", "model config"),
                     "model=1 config=3");
        COMPARE_TEXT(loadTokenizer(m_folder.file("w.json", R"({"a": 1, "UNK": 7})")).value()->description(),
                     "word index, 2 words, OOV UNK, lower-case");
    }

    void wordsTellHowTextsWereSplit() {
        // Capitals would never be found in a text that is lower-cased.
        COMPARE_TEXT(tokens("w.json", R"({"The": 5, "Cat": 9, "sat": 2})", "The cat sat"), "The=5 cat~ sat=2");
        COMPARE_TEXT(tokens("w.json", R"({"the": 5, "cat": 9, "UNKNOWN": 2})", "The cat"), "The=5 cat=9");
        COMPARE_TEXT(tokens("w.json", R"({"<OOV>": 1, "<PAD>": 0, "the": 5})", "The cat"), "The=5 cat=1?");
        // Nothing but characters.
        COMPARE_TEXT(tokens("w.json", R"({"a": 1, "b": 2, "c": 3, " ": 4})", "Cab a!"), "C=3 a=1 b=2  =4 a=1 !~");
        COMPARE_TEXT(tokens("w.json", R"({"A": 1, "C": 2, "G": 3, "T": 4})", "GAt"), "G=3 A=1 t~");
        COMPARE_TEXT(tokens("vocab.txt", "\n[UNK]\na\nb\nc\nd\n", "Bad-x"), "B=3 a=2 d=5 x=1?");
        COMPARE_TEXT(tokens("vocab.txt", "\n[UNK]\na\nb\n-\nd\n", "Ba-x"), "B=3 a=2 -=4 x=1?");
        COMPARE_TEXT(tokens("w.json", R"({"a": 1, "b": 2, "cat": 3})", "cat b"), "cat=3 b=2");
        COMPARE_TEXT(
            loadTokenizer(m_folder.file("w.json", R"({"a": 1, "c": 2, "g": 3, "t": 4})")).value()->description(),
            "word index, 4 words, no OOV, lower-case, characters");
    }

    void vocabularyIdsAreLineNumbers() {
        // As TextVectorization writes it: padding and unknown first.
        COMPARE_TEXT(tokens("vocab.txt", "\n[UNK]\nthe\ncat\n", "The cat, dog"), "The=2 cat=3 dog=1?");
        COMPARE_TEXT(tokens("vocab.txt", "[UNK]\nthe\n", "the dog"), "the=1 dog=0?");
        COMPARE_TEXT(tokens("vocab.txt", "<pad>\n<unk>\nthe\n", "the dog"), "the=2 dog=1?");
        // Without these, 0 is left to padding.
        COMPARE_TEXT(tokens("vocab.txt", "the\r\ncat\r\n", "the cat dog"), "the=1 cat=2 dog~");
        COMPARE_TEXT(tokens("v.json", R"(["", "[UNK]", "the"])", "the dog"), "the=2 dog=1?");
        // The first word of a text file may look like the start of JSON.
        COMPARE_TEXT(tokens("vocab.txt", "{\n[\n\"\n", "x"), "x~");
    }

    void vocabularyTextsAreSplitAsTextVectorizationDoes() {
        // tf_keras.layers.TextVectorization gives the ids 2 3 5 4.
        const std::string vocabulary = "\n[UNK]\ndont\nwellmade\né\nÉ\n";
        COMPARE_TEXT(tokens("vocab.txt", vocabulary, "Don't\twell-made  É 'é'!"), "Don't=2 well-made=3 É=5 é=4");
    }

    void theTokenizerBesideTheModelIsFound() {
        const Folder folder;
        const std::string model = folder.path() + "/reviews.h5";
        QVERIFY(!findTokenizerBeside(model));
        for (const char* name : {"vocab.txt", "vocabulary.txt", "word_index.json", "tokenizer.json",
                                 "reviews_tokenizer.json", "reviews.tokenizer.json"}) {
            const std::string path = folder.file(name, "x");
            COMPARE_TEXT(findTokenizerBeside(model).value_or("none"), path);
        }
        QVERIFY(QDir(QString::fromStdString(folder.path())).mkdir("b"));
        QVERIFY(!findTokenizerBeside(folder.path() + "/b/reviews.h5"));
    }

    void utf16IsRead() {
        const std::u16string json = u"\uFEFF{\"caf\u00e9\": 1, \"\U0001F44D\": 2}";
        std::string bytes;
        for (const char16_t unit : json) {
            bytes += static_cast<char>(unit & 0xFF);
            bytes += static_cast<char>(unit >> 8);
        }
        COMPARE_TEXT(tokens("u.json", bytes, "Café 👍"), "Café=1 👍=2");
    }

    void badFilesAreRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        const QString json = "expected the JSON of a Keras Tokenizer, an object of words and ids, or a list of words";
        QTest::newRow("empty") << "t.json" << QByteArray() << "t.json: is empty; expected a tokenizer";
        QTest::newRow("syntax") << "t.json" << QByteArray("{\"a\": 1,\n \"b\": NaN}")
                                << "t.json: not valid JSON at line 2, column 7: in value - invalid literal";
        QTest::newRow("surrogate") << "t.json" << QByteArray("{\"\\ud800\": 1}")
                                   << "t.json: not valid JSON at line 1, column 9: in object key - invalid string: "
                                      "surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF";
        QTest::newRow("twice") << "t.json" << QByteArray("{\"a\": 1, \"a\": 2}")
                               << "t.json: the key \"a\" occurs twice in one object";
        QTest::newRow("behind") << "t.json" << QByteArray("{\"a\": 1} x")
                                << "t.json: not valid JSON at line 1, column 10: in value - invalid literal";
        QTest::newRow("deep") << "t.json" << QByteArray(1000, '[') << "t.json: JSON nested more than 64 levels deep";
        QTest::newRow("number") << "t.json" << QByteArray("3") << "t.json: " + json + "; found the number 3";
        QTest::newRow("overflow") << "t.json" << QByteArray("{\"a\": 1e999}")
                                  << "t.json: not valid JSON at line 1, column 11: number overflow parsing '1e999'";
        QTest::newRow("values") << "t.json" << QByteArray("{\"a\": \"b\"}")
                                << "t.json: word \"a\": expected a whole number from 0 to 16777216 as its id, found a "
                                   "string; " +
                                       json;
        QTest::newRow("hugging face") << "t.json" << QByteArray("{\"version\": \"1.0\", \"model\": {}}")
                                      << "t.json: is a tokenizer of the Hugging Face tokenizers library; " + json;
        QTest::newRow("class") << "t.json" << QByteArray("{\"class_name\": \"Model\", \"config\": {}}")
                               << "t.json: class_name: expected \"Tokenizer\", found \"Model\"";
        QTest::newRow("pickle") << "t.pickle" << QByteArray("\x80\x04xyz")
                                << "t.pickle: this format can run code; export to JSON (tokenizer.to_json()) instead";
        QTest::newRow("latin 1") << "vocab.txt" << QByteArray("the\ncaf\xE9\n")
                                 << "vocab.txt: line 2, byte offset 7: not valid UTF-8 (expected UTF-8, or UTF-16 with "
                                    "a byte order mark)";
        QTest::newRow("word twice") << "vocab.txt" << QByteArray("\n[UNK]\nthe\ncat\nthe\n")
                                    << "vocab.txt: line 5: the word \"the\" is already in line 3";
        QTest::newRow("empty line") << "vocab.txt" << QByteArray("the\n\ncat\n")
                                    << "vocab.txt: line 2: is empty; expected a word";
        QTest::newRow("list") << "v.json" << QByteArray("[\"a\", 2]")
                              << "v.json: item 2: expected a word as a string, found the number 2";
        QTest::newRow("WordPiece") << "vocab.txt" << QByteArray("[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\n")
                                   << "vocab.txt: is a WordPiece vocabulary (it has [CLS] and [SEP]); expected a "
                                      "vocabulary of whole words";
    }
    void badFilesAreRefused() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const std::string_view bytes(content.constData(), static_cast<std::size_t>(content.size()));
        QCOMPARE(QString::fromStdString(errorFor(name.toStdString(), bytes)), expected);
    }

    void whatCannotBeReadIsNamed() {
        COMPARE_TEXT(errorOf(loadTokenizer(m_folder.path() + "/none.json"), m_folder), "none.json: no such file");
        QVERIFY(loadTokenizer(m_folder.path() + "/none.json").error().code == ErrorCode::NotFound);
        QVERIFY(errorOf(loadTokenizer(m_folder.path()), m_folder).ends_with("is a folder; a file was expected"));
        const std::string pipe = m_folder.path() + "/pipe.json";
        QVERIFY(mkfifo(pipe.c_str(), 0600) == 0);
        COMPARE_TEXT(errorOf(loadTokenizer(pipe), m_folder), "pipe.json: is not a regular file");
    }
};

QTEST_GUILESS_MAIN(TestTokenizerFiles)
#include "test_tokenizer_files.moc"
