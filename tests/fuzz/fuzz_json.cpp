#include "base/strict_json.h"
#include "fuzzing.h"

using namespace attnscope;
using namespace attnscope::fuzzing;

// JSON of any origin: configs, tokenizers, headers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<nlohmann::json> document = parseStrictJson(textOf(data, size));
    if (!sound(document)) return 0;
    const Result<nlohmann::json> again = parseStrictJson(document->dump());
    require(again.has_value() && *again == *document, "JSON written anew reads the same");
    return 0;
}
