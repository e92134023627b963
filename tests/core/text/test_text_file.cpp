#include "text/text_file.h"

#include "text_testing.h"

#include <unistd.h>
#include <array>

using namespace attnscope;

namespace {

/// `text@line[label] | …`
std::string summary(const TextTable& table) {
    std::string line;
    for (const TextRow& row : table.rows) {
        if (!line.empty()) line += " | ";
        line += row.text + "@" + std::to_string(row.line);
        if (row.label) line += "[" + *row.label + "]";
    }
    return line;
}

}  // namespace

class TestTextFile : public QObject {
    Q_OBJECT

private:
    Folder m_folder;

    std::string rows(const std::string& name, std::string_view content, const TextOptions& options = {}) const {
        const auto table = readTexts(m_folder.file(name, content), options);
        return table ? summary(*table) : errorOf(table, m_folder);
    }

private slots:
    void linesAreTextsEmptyOnesToo() {
        COMPARE_TEXT(rows("a.txt", "one\r\n\ntwo, three\n"), "one@1 | @2 | two, three@3");
        COMPARE_TEXT(rows("a.txt", "no newline"), "no newline@1");
        COMPARE_TEXT(rows("a.txt", "\n"), "@1");
        COMPARE_TEXT(rows("a.txt", "\xEF\xBB\xBFwith mark\n"), "with mark@1");
        COMPARE_TEXT(rows("reviews", "no extension"), "no extension@1");
        QVERIFY(readTexts(m_folder.file("a.txt", "x"))->columns.empty());
    }

    /// `--texts <(command)`
    void aPipeThatTheShellHandsOverIsRead() {
        std::array<int, 2> ends{};
        QCOMPARE(pipe(ends.data()), 0);
        const std::string_view lines = "one\ntwo\n";
        QCOMPARE(write(ends[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
        close(ends[1]);
        COMPARE_TEXT(summary(*readTexts("/dev/fd/" + std::to_string(ends[0]), {})), "one@1 | two@2");
        close(ends[0]);
    }

    void utf16IsRead() {
        COMPARE_TEXT(rows("a.txt", std::string_view("\xFF\xFEh\0\xE9\0\n\0=\xD8M\xDC", 12)), "hé@1 | 👍@2");
        COMPARE_TEXT(rows("a.txt", std::string_view("\xFE\xFF\0h\0\xE9", 6)), "hé@1");
        COMPARE_TEXT(rows("a.txt", std::string_view("\xFF\xFE\n\0=\xD8", 6)),
                     "a.txt: line 2, byte offset 4: not valid UTF-16 (the file starts with a UTF-16 byte order mark)");
    }

    void quotedCellsMayHoldAnything() {
        COMPARE_TEXT(rows("a.csv", "id,text,label\r\n1,\"a, \"\"b\"\"\nc\",pos\r\n\r\n2,plain \"x\",neg\n"),
                     "a, \"b\"\nc@2[pos] | plain \"x\"@5[neg]");
    }

    void theTextColumnIsChosenByNameOrLength() {
        const auto named = readTexts(m_folder.file("a.csv", "summary,Review,stars\na very long summary,short,5\n"));
        COMPARE_TEXT(named->chosenColumn, "Review");
        COMPARE_TEXT(summary(*named), "short@2[5]");
        // Without a header row columns are numbered, and the longest wins.
        const auto numbered = readTexts(m_folder.file("a.tsv", "1\t0.5\tgood film\n2\t-1\ttoo tepid\n"));
        QCOMPARE(numbered->columns, (std::vector<std::string>{"1", "2", "3"}));
        COMPARE_TEXT(numbered->chosenColumn, "3");
        COMPARE_TEXT(summary(*numbered), "good film@1 | too tepid@2");
        // Names over a column of numbers are a header row.
        COMPARE_TEXT(rows("a.csv", "phrase,score\ngood,1\nbad,0\n"), "good@2 | bad@3");
        // No numbers anywhere: all rows are texts.
        COMPARE_TEXT(rows("a.csv", "good\nbad\n"), "good@1 | bad@2");
    }

    void aColumnCanBeAskedFor() {
        const std::string content = "title,text\nA,long text\n";
        COMPARE_TEXT(rows("a.csv", content, {"title"}), "A@2");
        COMPARE_TEXT(rows("a.csv", content, {"body"}), "a.csv: no column \"body\"; its columns are title, text");
        COMPARE_TEXT(rows("a.tsv", "x\tlong text\n", {"1"}), "x@1");
        COMPARE_TEXT(rows("a.csv", "foo,bar\nlonger,b\n", {"bar"}), "b@2");
        COMPARE_TEXT(rows("a.txt", "x\n", {"text"}), "a.txt: no column \"text\"; this file has no columns");
    }

    void aLoneQuoteInTabSeparatedTextIsPlain() {
        COMPARE_TEXT(rows("a.tsv", "1\t\"  odd start, \"end\"\n2\t\"quoted\ttab\"\n"),
                     "\"  odd start, \"end\"@1 | quoted\ttab@2");
    }

    void jsonLinesAreRead() {
        const std::string content =
            "{\"review\": \"good \\u00e9\", \"stars\": 5}\n\n{\"review\": \"bad\", \"stars\": 1, \"note\": \"x\"}";
        COMPARE_TEXT(rows("a.jsonl", content), "good é@1[5] | bad@3[1]");
        QCOMPARE(readTexts(m_folder.file("a.jsonl", content))->columns,
                 (std::vector<std::string>{"note", "review", "stars"}));
        COMPARE_TEXT(rows("a.ndjson", "\"one\"\n\"two\"\n"), "one@1 | two@2");
        COMPARE_TEXT(rows("a.jsonl", content, {"note"}),
                     "a.jsonl: line 1: no text in column \"note\"; expected a string");
    }

    void badFilesAreRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty text") << "a.txt" << QByteArray() << "a.txt: no texts; the file is empty";
        QTest::newRow("only a mark") << "a.txt" << QByteArray("\xEF\xBB\xBF") << "a.txt: no texts; the file is empty";
        QTest::newRow("empty table") << "a.csv" << QByteArray("\n\n") << "a.csv: no texts; expected at least one row";
        QTest::newRow("only a header") << "a.csv" << QByteArray("text,label\n") << "a.csv: no texts; only a header row";
        QTest::newRow("empty lines") << "a.jsonl" << QByteArray("\n") << "a.jsonl: no texts; the file is empty";
        QTest::newRow("invalid UTF-8") << "a.txt" << QByteArray("good\nna\xEFve\n")
                                       << "a.txt: line 2, byte offset 7: not valid UTF-8 (expected UTF-8, or UTF-16 "
                                          "with a byte order mark)";
        QTest::newRow("open quote") << "a.csv" << QByteArray("text\nfine\n\"never\nclosed\n")
                                    << "a.csv: line 3: a quote that opens a cell here is never closed";
        QTest::newRow("open quote in tabs") << "a.tsv" << QByteArray("1\tx\n2\t\"never\n")
                                            << "a.tsv: line 2: a quote that opens a cell here is never closed";
        QTest::newRow("behind a quote")
            << "a.csv" << QByteArray("text\n\"good\" film\n")
            << "a.csv: line 2: text behind a closing quote; expected quotes inside a quoted "
               "cell to be doubled";
        QTest::newRow("ragged") << "a.csv" << QByteArray("text,label\na,b\nwell, yes,c\n")
                                << "a.csv: line 3: 3 columns; expected 2 as in the first row (texts that contain the "
                                   "separator need quotes)";
        QTest::newRow("JSON") << "a.jsonl" << QByteArray("{\"text\": \"a\"}\n{\"text\": }\n")
                              << "a.jsonl: line 2: not valid JSON at column 10: in value - unexpected '}'; expected "
                                 "'[', '{', or a literal";
        QTest::newRow("JSON kind") << "a.jsonl" << QByteArray("{\"text\": \"a\"}\n[1]\n")
                                   << "a.jsonl: line 2: expected an object a line, or a string a line, found a list";
        QTest::newRow("pickle") << "a.pkl" << QByteArray("\x80\x04x")
                                << "a.pkl: this format can run code; export to text instead";
    }
    void badFilesAreRefused() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const std::string_view bytes(content.constData(), static_cast<std::size_t>(content.size()));
        QCOMPARE(QString::fromStdString(rows(name.toStdString(), bytes)), expected);
    }

    void aMissingFileIsNotFound() {
        QVERIFY(readTexts(m_folder.path() + "/none.txt").error().code == ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestTextFile)
#include "test_text_file.moc"
