#include "fuzzing.h"

#include "formula/formula.h"
#include "formula/highlight.h"
#include "formula/print.h"

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

/// `f:LINE:COLUMN: …`
bool hasPosition(std::string_view message) {
    const auto number = [&message] {
        const std::size_t digits = std::min(message.find_first_not_of("0123456789"), message.size());
        message.remove_prefix(digits);
        const bool whole = digits > 0 && message.starts_with(':');
        if (whole) message.remove_prefix(1);
        return whole;
    };
    if (!message.starts_with("f:")) return false;
    message.remove_prefix(2);
    return number() && number();
}

}  // namespace

// A formula's source: what it parses to, prints to and is coloured as; errors have a position.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source = textOf(data, size);
    std::size_t end = 0;
    for (const Span& span : highlightFormula(source)) {
        require(end <= span.begin && span.begin < span.end && span.end <= size, "coloured pieces follow each other");
        end = span.end;
    }
    const Result<Formula> formula = Formula::parse(source, "f");
    if (!formula) {
        require(formula.error().code == ErrorCode::Limit || hasPosition(formula.error().message),
                "an error has a position");
        return 0;
    }
    const std::string printed = printFormula(*formula);
    const Result<Formula> again = Formula::parse(printed, "f");
    require(again.has_value(), "what is printed parses");
    require(printFormula(*again) == printed, "what is printed prints the same again");
    return 0;
}
