#pragma once

#include "base/result.h"
#include "formats/read_budget.h"
#include "model/archive.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

/// How an archive travels from the process that read a file to the one that asked for it: frames of a letter, a length
/// and a payload. The side that receives trusts nothing of it.
namespace attnscope {

/// Where a stream goes.
using ByteSink = std::function<void(std::string_view bytes)>;
/// Where a stream comes from: fills the whole buffer, or says why it cannot.
using ByteSource = std::function<Status(std::span<char> buffer)>;

/// Says how many bytes of tensors have been read.
void sendProgress(const ByteSink& sink, std::uint64_t tensorBytes);

/// Sends what came of reading: the archive or the error. Nothing may follow.
void sendArchive(const ByteSink& sink, const Result<Archive>& archive);

/// Receives what came of reading a file of `fileBytes` bytes. Errors: the one sent; the source's; code Format for
/// anything that sendArchive does not send or that is beyond the limits of such a file.
[[nodiscard]] Result<Archive> receiveArchive(const ByteSource& source, std::uint64_t fileBytes,
                                             const ReadBudget::Progress& progress = {});

}  // namespace attnscope
