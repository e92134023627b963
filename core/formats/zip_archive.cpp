#include "formats/zip_archive.h"

#include "base/read_file.h"
#include "base/text.h"
#include "base/unicode.h"
#include "formats/read_budget.h"

#include <zip.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

namespace attnscope {

namespace {

constexpr std::uint64_t mostMembers = 65536;
constexpr std::uint64_t mostExpansion = 100;  // as keras/src/saving/saving_lib.py, _ZIP_MEMBER_MAX_EXPANSION
constexpr std::uint64_t expansionFloor = std::uint64_t{16} << 20U;
constexpr std::size_t longestName = 1024;

/// Where a member lies in the file: from its local header to the end of its data.
struct Place {
    std::string_view name;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
};

std::uint64_t littleEndian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t number = 0;
    for (std::size_t index = count; index-- > 0;) number = number << 8U | static_cast<unsigned char>(bytes[at + index]);
    return number;
}

tl::unexpected<Error> damaged() {
    return fail(ErrorCode::Format, "is a truncated or damaged zip archive");
}

/// The start of the central directory and the number of its entries (APPNOTE 4.3.14–16).
struct Directory {
    std::uint64_t start = 0;
    std::uint64_t entries = 0;
};

Result<Directory> findDirectory(std::string_view bytes) {
    constexpr std::size_t endBytes = 22;
    constexpr std::size_t locatorBytes = 20;
    if (bytes.size() < endBytes) return damaged();
    const std::size_t end = bytes.rfind("PK\x05\x06", bytes.size() - endBytes);
    if (end == std::string_view::npos) return damaged();
    Directory directory{littleEndian(bytes, end + 16, 4), littleEndian(bytes, end + 10, 2)};
    const bool zip64 = end >= locatorBytes && bytes.substr(end - locatorBytes, 4) == std::string_view("PK\x06\x07", 4);
    if (!zip64) return directory;
    const std::uint64_t record = littleEndian(bytes, end - locatorBytes + 8, 8);
    constexpr std::uint64_t recordBytes = 56;
    if (record > bytes.size() || bytes.size() - record < recordBytes) return damaged();
    const auto at = static_cast<std::size_t>(record);
    if (bytes.substr(at, 4) != std::string_view("PK\x06\x06", 4)) return damaged();
    return Directory{littleEndian(bytes, at + 48, 8), littleEndian(bytes, at + 32, 8)};
}

/// The 64-bit values behind those that do not fit into 32 bits (APPNOTE 4.5.3), in the order of the entry's fields.
Status widen(std::string_view extra, std::vector<std::uint64_t*> fields) {
    std::erase_if(fields,
                  [](const std::uint64_t* field) { return *field != std::numeric_limits<std::uint32_t>::max(); });
    for (std::size_t at = 0; !fields.empty() && extra.size() - at >= 4;) {
        const auto id = littleEndian(extra, at, 2);
        const auto size = static_cast<std::size_t>(littleEndian(extra, at + 2, 2));
        at += 4;
        if (size > extra.size() - at) return damaged();
        if (id == 1) {
            if (size < fields.size() * 8) return damaged();
            for (std::size_t index = 0; index < fields.size(); ++index)
                *fields[index] = littleEndian(extra, at + index * 8, 8);
            return {};
        }
        at += size;
    }
    return fields.empty() ? Status() : damaged();
}

/// libzip does not tell where members lie, so that overlaps can only be seen in the directory itself.
Result<std::vector<Place>> places(std::string_view bytes) {
    constexpr std::size_t entryBytes = 46;
    constexpr std::size_t localBytes = 30;
    ATTN_TRY(const Directory directory, findDirectory(bytes));
    if (directory.start > bytes.size() || directory.entries > mostMembers) return damaged();
    std::vector<Place> found;
    auto at = static_cast<std::size_t>(directory.start);
    for (std::uint64_t index = 0; index < directory.entries; ++index) {
        if (bytes.size() - at < entryBytes || bytes.substr(at, 4) != std::string_view("PK\x01\x02", 4))
            return damaged();
        std::uint64_t packed = littleEndian(bytes, at + 20, 4);
        std::uint64_t unpacked = littleEndian(bytes, at + 24, 4);
        std::uint64_t local = littleEndian(bytes, at + 42, 4);
        const auto nameBytes = static_cast<std::size_t>(littleEndian(bytes, at + 28, 2));
        const auto extraBytes = static_cast<std::size_t>(littleEndian(bytes, at + 30, 2));
        const auto commentBytes = static_cast<std::size_t>(littleEndian(bytes, at + 32, 2));
        if (bytes.size() - at - entryBytes < nameBytes + extraBytes + commentBytes) return damaged();
        ATTN_CHECK(widen(bytes.substr(at + entryBytes + nameBytes, extraBytes), {&unpacked, &packed, &local}));
        const std::string_view name = bytes.substr(at + entryBytes, nameBytes);
        at += entryBytes + nameBytes + extraBytes + commentBytes;
        if (local > bytes.size() || bytes.size() - local < localBytes) return damaged();
        const auto header = static_cast<std::size_t>(local);
        const std::uint64_t data =
            local + localBytes + littleEndian(bytes, header + 26, 2) + littleEndian(bytes, header + 28, 2);
        if (data > bytes.size() || packed > bytes.size() - data) return damaged();
        found.push_back({name, local, data + packed});
    }
    return found;
}

/// What is wrong with a member's name, if anything.
std::string_view nameProblem(std::string_view name) {
    if (name.empty() || name.size() > longestName) return "an empty or overlong name";
    if (firstInvalidUtf8(name)) return "a name that is not UTF-8";
    const auto plain = [](char letter) {
        return static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7F && letter != '\\';
    };
    if (!std::ranges::all_of(name, plain)) return "a name with a backslash or control characters";
    // A drive of Windows, "C:/"; numpy writes weights such as "W:0" as members "W:0.npy".
    const bool namesDrive = name.size() > 2 && name.substr(1, 2) == ":/";
    if (name.front() == '/' || namesDrive) return "an absolute name";
    const std::vector<std::string> parts = split(name, '/');
    if (std::ranges::find(parts, "..") != parts.end()) return "a name with ..";
    return {};
}

/// A name as messages show it; what cannot be shown on one line is left out.
std::string shown(std::string_view name) {
    constexpr std::size_t longest = 100;
    const bool readable = !name.empty() && name.size() <= longest && !firstInvalidUtf8(name) &&
                          std::ranges::all_of(name, [](char letter) {
                              return static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7F;
                          });
    return readable ? "member " + std::string(name) : std::string("a member");
}

Result<ZipMember> readMember(zip_t* archive, std::uint64_t index, std::string_view name) {
    zip_stat_t stat{};
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & needed) != needed) return damaged();
    // An archive may have two directories; the one that was checked must be the one that is read.
    if (name != stat.name) return damaged();
    ZipMember member{stat.name, stat.size};
    const std::string place = "member " + member.name;
    const bool encrypted = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
    if (encrypted) return fail(ErrorCode::Unsupported, place + ": is encrypted");
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
        return fail(ErrorCode::Unsupported, place + ": is compressed by method " + std::to_string(stat.comp_method) +
                                                "; stored or deflate was expected");
    }
    if (stat.size > expansionFloor && stat.size / mostExpansion > stat.comp_size) {
        return fail(ErrorCode::Limit, place + ": needs " + bytesText(stat.size) + ", limit " +
                                          bytesText(stat.comp_size * mostExpansion) + " for the " +
                                          bytesText(stat.comp_size) + " that are stored");
    }
    return member;
}

/// The names of the members in the directory's order: sound ones, none of which another has, nor its bytes. Comes
/// before libzip, which would not name them.
Result<std::vector<std::string_view>> checkPlaces(std::string_view bytes) {
    ATTN_TRY(std::vector<Place> found, places(bytes));
    std::vector<std::string_view> inOrder;
    std::set<std::string_view> names;
    for (const Place& place : found) {
        if (const std::string_view problem = nameProblem(place.name); !problem.empty())
            return fail(ErrorCode::Format, shown(place.name) + ": has " + std::string(problem));
        if (!names.insert(place.name).second)
            return fail(ErrorCode::Format, shown(place.name) + ": is in the archive twice");
        inOrder.push_back(place.name);
    }
    std::ranges::sort(found, {}, &Place::start);
    for (std::size_t index = 1; index < found.size(); ++index) {
        if (found[index].start < found[index - 1].end)
            return fail(ErrorCode::Format, shown(found[index].name) + ": overlaps " + shown(found[index - 1].name));
    }
    return inOrder;
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const {
    zip_discard(archive);
}

Result<ZipArchive> ZipArchive::open(std::string_view bytes) {
    ATTN_TRY(const std::vector<std::string_view> names, checkPlaces(bytes));
    zip_error_t error{};
    zip_error_init(&error);
    ZipArchive result;
    // Opened for reading, the library writes nothing into the bytes, nor does it release them.
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) {
        result.m_archive.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
        if (result.m_archive == nullptr) zip_source_free(source);
    }
    const std::string reason = result.m_archive == nullptr ? zip_error_strerror(&error) : "";
    zip_error_fini(&error);
    if (result.m_archive == nullptr)
        return fail(ErrorCode::Format, "is a truncated or damaged zip archive (" + reason + ")");

    const zip_int64_t count = zip_get_num_entries(result.m_archive.get(), 0);
    if (count < 0 || static_cast<std::size_t>(count) != names.size()) return damaged();
    for (std::size_t index = 0; index < names.size(); ++index) {
        ATTN_TRY(result.m_members.emplace_back(), readMember(result.m_archive.get(), index, names[index]));
    }
    return result;
}

const ZipMember* ZipArchive::find(std::string_view name) const {
    const auto found = std::ranges::find(m_members, name, &ZipMember::name);
    return found == m_members.end() ? nullptr : &*found;
}

Result<std::string> ZipArchive::read(std::string_view name, std::uint64_t limit) const {
    const std::string place = "member " + std::string(name);
    const ZipMember* member = find(name);
    if (member == nullptr) return fail(ErrorCode::NotFound, place + ": not in the archive");
    if (member->bytes > limit)
        return fail(ErrorCode::Limit, place + ": needs " + bytesText(member->bytes) + ", limit " + bytesText(limit));
    const auto index = static_cast<zip_uint64_t>(member - m_members.data());
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(m_archive.get(), index, 0),
                                                                  zip_fclose);
    if (file == nullptr) return fail(ErrorCode::Format, place + ": cannot be read");
    std::string bytes(static_cast<std::size_t>(member->bytes), '\0');
    const zip_int64_t got = zip_fread(file.get(), bytes.data(), bytes.size());
    char beyond = 0;
    // Reading on to the end makes the library compare the checksum.
    if (got < 0 || static_cast<std::uint64_t>(got) != member->bytes || zip_fread(file.get(), &beyond, 1) != 0)
        return fail(ErrorCode::Format, place + ": is damaged; its size or checksum is wrong");
    return bytes;
}

}  // namespace attnscope
