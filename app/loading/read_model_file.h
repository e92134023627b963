#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "model/archive.h"

#include <cstdint>
#include <functional>
#include <string>

namespace attnscope {

/// For whoever waits for a file to be read.
struct ReadWatch {
    CancelToken cancel;
    /// Told now and then, on the thread that reads, how much of the file has been read, in bytes.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// Reads a model file in a short-lived process of its own, attnscope-reader, which can do nothing but read it, within
/// the limits of formats/read_limits.h. Whatever the file does to the libraries that read it ends as an error here.
/// Errors: formats/formats.h's; Limit; Cancelled; what became of the reader. All but the last name the file.
[[nodiscard]] Result<Archive> readModelFile(const std::string& path, const ReadWatch& watch = {});

}  // namespace attnscope
