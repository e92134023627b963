#include "fuzzing.h"
#include "text/npy.h"

#include <cmath>

using namespace attnscope;
using namespace attnscope::fuzzing;

// A .npy file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<NpyView> array = parseNpy(textOf(data, size));
    if (!sound(array)) return 0;
    const auto items = static_cast<std::size_t>(array->shape.elements());
    require(array->data.size() == items * array->itemSize, "the data is as long as the shape says");
    std::size_t numbers = 0;
    for (std::size_t place = 0; place < items; ++place) numbers += std::isnan(array->item(place)) ? 0U : 1U;
    require(numbers <= items, "every item can be read");
    return 0;
}
