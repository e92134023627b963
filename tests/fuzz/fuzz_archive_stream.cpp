#include "formats/archive_stream.h"
#include "fuzzing.h"

#include <cstring>

using namespace attnscope;
using namespace attnscope::fuzzing;

// What the reader of model files answers: this is what reaches the program from a file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes = textOf(data, size);
    const auto source = [&bytes](std::span<char> buffer) -> Status {
        if (buffer.size() > bytes.size()) return fail(ErrorCode::Io, "the end");
        std::memcpy(buffer.data(), bytes.data(), buffer.size());
        bytes.remove_prefix(buffer.size());
        return {};
    };
    const Result<Archive> archive = receiveArchive(source, size);
    if (sound(archive)) requireSound(*archive);
    return 0;
}
