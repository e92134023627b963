#include "base/unicode.h"
#include "fuzzing.h"
#include "text/delimited.h"
#include "text/padding.h"

using namespace attnscope;
using namespace attnscope::fuzzing;

// The bytes of a text file: any encoding, then a table, ids, and lower case.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<std::string> text = decodeText(std::string(textOf(data, size)));
    if (!sound(text)) return 0;
    require(!firstInvalidUtf8(*text), "a text is valid UTF-8");
    for (const DelimitedOptions& options : {DelimitedOptions{',', true, false}, DelimitedOptions{'\t', false, true}}) {
        const auto rows = parseDelimited(*text, options);
        if (!sound(rows)) continue;
        for (const DelimitedRow& row : *rows) require(!row.cells.empty(), "a record has a cell");
    }
    (void)sound(parseIds(*text));
    const std::vector<CodePoint> points = codePointsOf(*text);
    for (const CodePoint& point : lowered(points)) require(point.end <= text->size(), "a code point lies in the text");
    return 0;
}
