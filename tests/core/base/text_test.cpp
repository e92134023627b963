#include "base/result.h"
#include "base/text.h"

#include <QtTest>

#include <limits>

using namespace attnscope;

class TextTest : public QObject {
    Q_OBJECT

private slots:
    void aFloatReadsBackExactly() {
        for (const float number : {0.1F, -0.0F, 1e-45F, 3.4e38F, 0.333333343F, 16777217.0F}) {
            QCOMPARE(std::strtof(floatText(number).c_str(), nullptr), number);
        }
        QCOMPARE(floatText(0.1F), std::string("0.1"));
        QCOMPARE(floatText(std::numeric_limits<float>::quiet_NaN()), std::string("nan"));
        QCOMPARE(floatText(-std::numeric_limits<float>::infinity()), std::string("-inf"));
    }

    void splittingKeepsEmptyParts() {
        QCOMPARE(split("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
        QCOMPARE(split("", ','), (std::vector<std::string>{""}));
        QCOMPARE(joined({"a", "a", "b"}, "; "), std::string("a; a; b"));
        QCOMPARE(trimmed(" \t x y\n"), std::string_view("x y"));
        QCOMPARE(trimmed("  "), std::string_view(""));
    }

    void anErrorTellsItsPlacesFromTheOutside() {
        const auto inner = [] { return Status(fail(ErrorCode::Shape, "(3) found, (4) expected")); };
        const auto middle = [&]() -> Status {
            if (Status status = inner(); !status) return failWithin("layer lstm", std::move(status).error());
            return {};
        };
        const Status failed = failWithin("model.h5", middle().error());
        QCOMPARE(failed.error().text(), std::string("model.h5: layer lstm: (3) found, (4) expected"));
    }

    void tryHandsTheErrorOn() {
        const auto half = [](int number) -> Result<int> {
            if (number % 2 != 0) return fail(ErrorCode::InvalidInput, "odd");
            return number / 2;
        };
        const auto quarter = [&](int number) -> Result<int> {
            ATTN_TRY(const int once, half(number));
            ATTN_TRY(const int twice, half(once));
            return twice;
        };
        QCOMPARE(*quarter(12), 3);
        QCOMPARE(quarter(6).error().message, std::string("odd"));
    }
};

QTEST_GUILESS_MAIN(TextTest)
#include "text_test.moc"
