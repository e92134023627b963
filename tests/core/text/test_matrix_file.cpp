#include "text/matrix_file.h"
#include "text/npy.h"

#include "base/text.h"

#include "text_testing.h"

#include <limits>
#include <numeric>

using namespace attnscope;

namespace {

/// A .npy file as numpy.save writes it, for any version and type.
std::string npyFile(const std::string& descr, const std::string& shape, std::string_view data, bool fortran = false,
                    char version = 1) {
    std::string header =
        "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
    std::string bytes = "\x93NUMPY";
    bytes += version;
    bytes += '\0';
    bytes += static_cast<char>(header.size());
    bytes += std::string(version == 1 ? 1 : 3, '\0');
    return bytes + header + std::string(data);
}

template <typename T>
std::string bytesOf(std::initializer_list<T> numbers, bool bigEndian = false) {
    std::string bytes;
    for (const T number : numbers) {
        std::string item(sizeof(T), '\0');
        std::memcpy(item.data(), &number, sizeof(T));
        bytes += bigEndian ? std::string(item.rbegin(), item.rend()) : item;
    }
    return bytes;
}

std::string numbers(const Sequence& sequence) {
    std::string line = sequence.values->shape().text();
    for (const float number : sequence.values->data()) line += " " + floatText(number);
    return line;
}

}  // namespace

class TestMatrixFile : public QObject {
    Q_OBJECT

private:
    Folder m_folder;

    std::string matrix(const std::string& name, std::string_view content) const {
        const auto sequence = readMatrix(m_folder.file(name, content));
        return sequence ? numbers(*sequence) : errorOf(sequence, m_folder);
    }

private slots:
    void everyTypeOfNumberIsRead_data() {
        QTest::addColumn<QString>("descr");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* descr, const std::string& data, const char* expected) {
            QTest::newRow(descr) << descr << QByteArray(data.data(), static_cast<int>(data.size())) << expected;
        };
        const char* floats = "(3, 1) 1.5 -0.25 65504";
        add("<f4", bytesOf({1.5F, -0.25F, 65504.0F}), floats);
        add(">f4", bytesOf({1.5F, -0.25F, 65504.0F}, true), floats);
        add("<f8", bytesOf({1.5, -0.25, 65504.0}), floats);
        add(">f8", bytesOf({1.5, -0.25, 65504.0}, true), floats);
        add("<f2", bytesOf<std::uint16_t>({0x3E00, 0xB400, 0x7BFF}), floats);
        add(">f2", bytesOf<std::uint16_t>({0x3E00, 0xB400, 0x7BFF}, true), floats);
        const char* integers = "(3, 1) -2 0 100";
        add("|i1", bytesOf<std::int8_t>({-2, 0, 100}), integers);
        add("<i2", bytesOf<std::int16_t>({-2, 0, 100}), integers);
        add(">i2", bytesOf<std::int16_t>({-2, 0, 100}, true), integers);
        add("<i4", bytesOf<std::int32_t>({-2, 0, 100}), integers);
        add("<i8", bytesOf<std::int64_t>({-2, 0, 100}), integers);
        add(">i8", bytesOf<std::int64_t>({-2, 0, 100}, true), integers);
        add("|u1", bytesOf<std::uint8_t>({0, 200, 255}), "(3, 1) 0 200 255");
        add("<u2", bytesOf<std::uint16_t>({0, 200, 65535}), "(3, 1) 0 200 65535");
        add(">u4", bytesOf<std::uint32_t>({0, 200, 65535}, true), "(3, 1) 0 200 65535");
        add("<u8", bytesOf<std::uint64_t>({0, 200, 65535}), "(3, 1) 0 200 65535");
        add("|b1", bytesOf<std::uint8_t>({0, 1, 1}), "(3, 1) 0 1 1");
    }
    void everyTypeOfNumberIsRead() {
        QFETCH(QString, descr);
        QFETCH(QByteArray, data);
        QFETCH(QString, expected);
        const std::string_view bytes(data.constData(), static_cast<std::size_t>(data.size()));
        for (const char version : {'\1', '\2', '\3'}) {
            const std::string file = npyFile(descr.toStdString(), "(3, 1)", bytes, false, version);
            QCOMPARE(QString::fromStdString(matrix("a.npy", file)), expected);
        }
    }

    void smallHalvesAreExact() {
        COMPARE_TEXT(matrix("a.npy", npyFile("<f2", "(2, 1)", bytesOf<std::uint16_t>({0x0001, 0x8400}))),
                     "(2, 1) 5.9604645e-08 -6.1035156e-05");
    }

    void bothOrdersGiveTheSameMatrix() {
        const char* expected = "(2, 3) 1 2 3 4 5 6";
        const std::string rowsFirst = bytesOf<float>({1, 2, 3, 4, 5, 6});
        const std::string columnsFirst = bytesOf<float>({1, 4, 2, 5, 3, 6});
        COMPARE_TEXT(matrix("a.npy", npyFile("<f4", "(2, 3)", rowsFirst)), expected);
        COMPARE_TEXT(matrix("a.npy", npyFile("<f4", "(2, 3)", columnsFirst, true)), expected);
        COMPARE_TEXT(matrix("a.npy", npyFile("<f4", "(1, 2, 3)", rowsFirst)), expected);
        COMPARE_TEXT(matrix("a.npy", npyFile("<f4", "(1L, 2L, 3L)", columnsFirst, true)), expected);
    }

    void oneAxisIsASeriesOrIds() {
        COMPARE_TEXT(matrix("a.npy", npyFile("<f4", "(2,)", bytesOf<float>({1, 2}))), "(2, 1) 1 2");
        for (const char* shape : {"(3,)", "(1, 3)"}) {
            const auto ids = readMatrix(m_folder.file("ids.npy", npyFile("<i4", shape, bytesOf({0, 5, 9}))));
            COMPARE_TEXT(numbers(*ids), "(3) 0 5 9");
            QVERIFY(ids->isIds());
            QCOMPARE(ids->tokens.size(), std::size_t{3});
            COMPARE_TEXT(ids->tokens[1].text, "5");
            COMPARE_TEXT(ids->name, "ids.npy");
        }
        COMPARE_TEXT(matrix("a.npy", npyFile("<i4", "(3,)", bytesOf({0, -5, 9}))),
                     "a.npy: row 1: expected a token id from 0 to 16777216, found -5");
    }

    void writtenTensorsReadBack() {
        std::vector<float> data(12);
        std::iota(data.begin(), data.end(), -3.25F);
        const std::string bytes = npyBytes(Tensor(Shape{4, 3}, data));
        // numpy.lib.format: the data begins at a multiple of 64, behind a newline.
        QCOMPARE(bytes.size(), std::size_t{128 + 48});
        QCOMPARE(bytes[127], '\n');
        QVERIFY(bytes.substr(10, 60).starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), }"));
        const auto sequence = readMatrix(m_folder.file("a.npy", bytes));
        QVERIFY(std::equal(data.begin(), data.end(), sequence->values->data().begin()));
        QVERIFY(npyBytes(Tensor(Shape{2})).find("'shape': (2,), }") != std::string::npos);
        QVERIFY(npyBytes(Tensor()).find("'shape': (), }") != std::string::npos);
    }

    void tablesHaveNamesAndAnnotations() {
        const std::string content = "# recorded on a bench\nx, y ,Event\n1,2.5,0\n# pause\n-1e-1,+4,1\r\n3,4,\n";
        const auto sequence = readMatrix(m_folder.file("recording.csv", content));
        COMPARE_TEXT(numbers(*sequence), "(3, 2) 1 2.5 -0.1 4 3 4");
        QCOMPARE(sequence->features, (std::vector<std::string>{"x", "y"}));
        QCOMPARE(sequence->annotation, (std::vector<float>{0, 1, 0}));
        COMPARE_TEXT(sequence->annotationName, "Event");
        COMPARE_TEXT(sequence->name, "recording.csv");
        QVERIFY(sequence->tokens.empty() && sequence->text.empty());
        const auto named = readMatrix(m_folder.file("a.tsv", "x\tlabel\n1\trest\n2\tspike\n3\trest\n"));
        QCOMPARE(named->annotation, (std::vector<float>{0, 1, 0}));
        COMPARE_TEXT(matrix("a.csv", "1,2\n3,4"), "(2, 2) 1 2 3 4");
        QVERIFY(readMatrix(m_folder.file("a.csv", "1,2\n"))->features.empty());
        // Names that are whole numbers, as pandas writes them.
        QCOMPARE(readMatrix(m_folder.file("a.csv", "t,0,1\n5,6,7\n"))->features,
                 (std::vector<std::string>{"t", "0", "1"}));
    }

    void badTablesAreRefused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty") << QByteArray("\n") << "no numbers; expected a row of numbers per timestep";
        QTest::newRow("header only") << QByteArray("x,y\n") << "no numbers; only a header row";
        QTest::newRow("labels only") << QByteArray("label\n1\n") << "no features; its only columns are label";
        QTest::newRow("NaN") << QByteArray("x,accel_y\n1,2\n3,nan\n") << "row 1 (line 3), column accel_y: not a number";
        QTest::newRow("infinite") << QByteArray("1,inf\n") << "row 0 (line 1), column 2: infinite";
        QTest::newRow("too large") << QByteArray("x\n1e39\n") << "row 0 (line 2), column x: too large for float32";
        QTest::newRow("text") << QByteArray("x,y\n1,2\n3,4,\n") << "line 3: 3 columns; expected 2 as in the first row";
        QTest::newRow("word") << QByteArray("x,y\n1,2\n3,abc\n")
                              << "line 3, column y: expected a number, found \"abc\"";
        QTest::newRow("first row") << QByteArray("0.1,0.2x\n1,2\n")
                                   << "line 1, column 2: expected a number, found \"0.2x\"";
        QTest::newRow("nothing") << QByteArray("x,y\n1,\n") << "line 2, column y: expected a number, found nothing";
    }
    void badTablesAreRefused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(matrix("a.csv", content.toStdString())), "a.csv: " + expected);
    }

    void badArraysAreRefused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* name, const std::string& bytes, const char* expected) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<int>(bytes.size())) << expected;
        };
        const float notANumber = std::numeric_limits<float>::quiet_NaN();
        const std::string four = bytesOf<float>({1, 2, 3, 4});
        add("not npy", "hello", "is not a .npy file; expected one written by numpy.save");
        add("only magic", "\x93NUMPY", "is not a .npy file; expected one written by numpy.save");
        add("version", npyFile("<f4", "(4,)", four, false, 4), ".npy format version 4.0; expected 1.0, 2.0 or 3.0");
        add("cut header", npyFile("<f4", "(4,)", "").substr(0, 30), "ends within its .npy header");
        add("cut data", npyFile("<f4", "(2, 3)", four),
            "holds 16 bytes of data; expected what the shape (2, 3) of type '<f4' takes");
        add("more data", npyFile("<f4", "(1, 3)", four),
            "holds 16 bytes of data; expected what the shape (1, 3) of type '<f4' takes, 12");
        add("huge", npyFile("<f4", "(4611686018427387904, 4611686018427387904)", four),
            "holds 16 bytes of data; expected what the shape (4611686018427387904, 4611686018427387904) of type '<f4' "
            "takes");
        add("empty", npyFile("<f4", "(0, 3)", ""), "an array of shape (0, 3); expected at least one timestep");
        add("empty and huge", npyFile("<f4", "(4611686018427387904, 0, 4611686018427387904)", ""),
            "holds 0 bytes of data; expected what the shape (4611686018427387904, 0, 4611686018427387904) of type "
            "'<f4' "
            "takes");
        add("objects", npyFile("|O", "(1,)", "\x80\x04]"),
            "an array of Python objects: this format can run code; export to an array of float32 instead");
        add("complex", npyFile("<c8", "(2,)", four),
            "an array of type '<c8'; expected floats of 2, 4 or 8 bytes, integers or booleans");
        add("batch", npyFile("<f4", "(2, 2, 1)", four),
            "an array of shape (2, 2, 1); expected one sequence: (time, feature), (1, time, feature) or (time,)");
        add("scalar", npyFile("<f4", "()", bytesOf<float>({1})),
            "an array of shape (); expected one sequence: (time, feature), (1, time, feature) or (time,)");
        add("NaN", npyFile("<f4", "(2, 2)", bytesOf<float>({1, 2, 3, notANumber})), "row 1, column 1: not a number");
        add("too large", npyFile("<f8", "(1, 1)", bytesOf<double>({1e39})), "row 0, column 0: too large for float32");
        add("shape", npyFile("<f4", "(-4,)", four),
            "damaged .npy header at character 52: expected a length that is a whole number");
        add("key", npyFile("<f4', 'order': 'C", "(4,)", four),
            "damaged .npy header at character 26: expected the keys descr, fortran_order and shape, once each");
    }
    void badArraysAreRefused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const std::string_view bytes(content.constData(), static_cast<std::size_t>(content.size()));
        QCOMPARE(QString::fromStdString(matrix("a.npy", bytes)), "a.npy: " + expected);
    }

    void damagedHeadersNeverCrash() {
        const std::string good = npyFile("<f4", "(2, 2)", bytesOf<float>({1, 2, 3, 4}));
        for (std::size_t length = 0; length < good.size(); ++length) QVERIFY(!parseNpy(good.substr(0, length)));
        for (std::size_t at = 0; at < good.size(); ++at) {
            for (const char c : {'\0', '\'', '(', '}', '9', '\xFF'}) {
                std::string damaged = good;
                damaged[at] = c;
                const auto array = parseNpy(damaged);
                if (array) {
                    QCOMPARE(array->data.size(), static_cast<std::size_t>(array->shape.elements()) * array->itemSize);
                }
            }
        }
    }

    void otherFormatsAreRefused() {
        COMPARE_TEXT(matrix("model.pt", "PK"), "model.pt: this format can run code; export to .npy or .csv instead");
        COMPARE_TEXT(matrix("a.npz", "PK"),
                     "a.npz: not a file of numbers that is read here; expected .npy, .csv or .tsv");
        COMPARE_TEXT(errorOf(readMatrix(m_folder.path() + "/none.csv"), m_folder), "none.csv: no such file");
    }
};

QTEST_GUILESS_MAIN(TestMatrixFile)
#include "test_matrix_file.moc"
