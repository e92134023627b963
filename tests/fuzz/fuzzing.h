#pragma once

#include "base/result.h"
#include "model/archive.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What every fuzz target has: libFuzzer calls it with whatever it makes up, replay.cpp with the files of a corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace attnscope::fuzzing {

inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Ends the run where something that always holds does not.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Every error says something.
template <typename T>
bool sound(const Result<T>& result) {
    if (!result) require(!result.error().message.empty(), "an error has a message");
    return result.has_value();
}

/// Every tensor of an archive is as large as its shape.
inline void requireSound(const Archive& archive) {
    for (const ArchiveGroup& group : archive.groups)
        for (const LayerWeight& weight : group.weights)
            require(static_cast<std::int64_t>(weight.tensor->size()) == weight.tensor->shape().elements(),
                    "a tensor is as large as its shape");
}

}  // namespace attnscope::fuzzing
