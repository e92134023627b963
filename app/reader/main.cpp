#include "base/mapped_file.h"
#include "base/read_file.h"
#include "formats/archive_stream.h"
#include "formats/formats.h"
#include "formats/read_limits.h"
#include "sandbox/sandbox.h"

#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>

// attnscope-reader NAME <FILE: reads the model file on standard input and writes what it is to standard output, as
// formats/archive_stream.h says. NAME is the file's, for messages and its extension. The program starts one for each
// model file, because files may come from strangers: whatever they do to the libraries that read them, they do it here,
// where there is nothing to take and nothing to break.

namespace {

using namespace attnscope;

constexpr std::uint64_t progressStep = 1U << 20U;

void writeOut(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) std::_Exit(1);  // nobody listens any more
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// What is said when memory runs out, and some memory to say it with. Exceptions would not do: a destructor of JSON may
/// be what asks for more.
struct LastWords {
    std::uint64_t memoryBytes = 0;
    std::unique_ptr<char[]> reserve;
};
LastWords lastWords;

void sayThatMemoryRanOut() {
    lastWords.reserve.reset();
    sendArchive(writeOut, fail(ErrorCode::Limit, "needs more than " + bytesText(lastWords.memoryBytes) +
                                                     " of memory, the limit for a file of its size"));
    std::_Exit(0);
}

Result<Archive> readConfined(const std::string& name) {
    ATTN_TRY(const MappedFile file, MappedFile::ofDescriptor(STDIN_FILENO));
    const ReadLimits limits = readLimits(file.bytes().size());
    constexpr std::size_t reserveBytes = 1U << 18U;
    lastWords = {limits.memoryBytes, std::make_unique<char[]>(reserveBytes)};
    std::set_new_handler(sayThatMemoryRanOut);
    ATTN_CHECK(enterSandbox({limits.memoryBytes, limits.cpuSeconds}));
    std::uint64_t told = 0;
    const auto progress = [&told](std::uint64_t tensorBytes) {
        if (tensorBytes - told < progressStep) return;
        told = tensorBytes;
        sendProgress(writeOut, tensorBytes);
    };
    return readArchive({name, file.bytes()}, progress);
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc != 2) {
        std::fputs("usage: attnscope-reader NAME <FILE; attnscope starts it by itself\n", stderr);
        return 2;
    }
    sendArchive(writeOut, readConfined(argv[1]));
    std::_Exit(0);  // there is nothing to tidy up
}
