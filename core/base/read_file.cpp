#include "base/read_file.h"

#include "base/unicode.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <limits>
#include <system_error>

namespace attnscope {

namespace {

std::string systemMessage(int number) {
    return std::generic_category().message(number);
}

/// Whether a path is a stream that a shell gave to this process: /dev/stdin, or what stands for `<(command)`.
bool isGivenByShell(const std::filesystem::path& path) {
    return path == "/dev/stdin" || path.parent_path() == "/dev/fd";
}

}  // namespace

Result<std::string> readBytes(const std::filesystem::path& path, std::size_t limit) {
    std::error_code ignored;
    const auto type = std::filesystem::status(path, ignored).type();
    if (type == std::filesystem::file_type::directory) return fail(ErrorCode::Io, "is a folder; a file was expected");
    // To open any other pipe would be to wait for whoever may write to it one day.
    if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::not_found &&
        type != std::filesystem::file_type::none && !isGivenByShell(path))
        return fail(ErrorCode::Io, "is not a regular file");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int number = errno;
        if (number == ENOENT) return fail(ErrorCode::NotFound, "no such file");
        return fail(ErrorCode::Io, "cannot be read: " + systemMessage(number));
    }
    // Read until the end rather than trusting a size: a pipe has none, and a file may grow meanwhile.
    std::string bytes;
    const auto size = std::filesystem::file_size(path, ignored);
    if (!ignored) bytes.reserve(static_cast<std::size_t>(std::min<std::uintmax_t>(size, limit)));
    std::array<char, 65536> buffer{};
    while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
        const auto count = static_cast<std::size_t>(file.gcount());
        if (bytes.size() + count > limit) {
            return fail(ErrorCode::Limit, "is larger than the limit of " + bytesText(limit));
        }
        bytes.append(buffer.data(), count);
    }
    if (file.bad()) return fail(ErrorCode::Io, "cannot be read: " + systemMessage(errno));
    return bytes;
}

std::string bytesText(std::uint64_t bytes) {
    if (bytes == std::numeric_limits<std::uint64_t>::max()) return "more than 2^64 bytes";
    if (bytes >= (std::uint64_t{10} << 20U)) return std::to_string(bytes >> 20U) + " MiB";
    return std::to_string(bytes) + " bytes";
}

std::string lowerExtension(const std::filesystem::path& path) {
    return asciiLowered(path.extension().string());
}

Status refuseExecutable(std::string_view bytes, const std::string& extension, std::string_view exportTo) {
    constexpr std::array<std::string_view, 6> names{".pickle", ".pkl", ".pt", ".pth", ".joblib", ".dill"};
    // Pickle protocols 2 to 5 start with PROTO and the number.
    const bool pickle = bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
    // PyTorch's files are zip archives with a pickle in them.
    const bool zipped = bytes.starts_with("PK") && bytes.substr(0, 4096).find("/data.pkl") != std::string_view::npos;
    if (!pickle && !zipped && std::find(names.begin(), names.end(), extension) == names.end()) return {};
    return fail(ErrorCode::Unsupported, "this format can run code; export to " + std::string(exportTo) + " instead");
}

}  // namespace attnscope
