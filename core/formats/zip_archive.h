#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace attnscope {

/// A member of a zip archive.
struct ZipMember {
    std::string name;
    std::uint64_t bytes = 0;  ///< unpacked
};

/// A zip archive in memory. It is checked as a whole before any of it is unpacked, and nothing is ever written to disk.
class ZipArchive {
public:
    /// The bytes must outlive the archive. Errors name the member: an absolute name or one with `..`, a name that
    /// occurs twice, encryption, methods other than stored and deflate, members that overlap, and more than 100 times
    /// the stored size above 16 MiB.
    [[nodiscard]] static Result<ZipArchive> open(std::string_view bytes);

    [[nodiscard]] const std::vector<ZipMember>& members() const { return m_members; }
    /// The member with this name, or nullptr.
    [[nodiscard]] const ZipMember* find(std::string_view name) const;

    /// The unpacked bytes of a member of at most `limit` bytes. Errors: NotFound; Limit; Format where its checksum is
    /// wrong.
    [[nodiscard]] Result<std::string> read(std::string_view name, std::uint64_t limit) const;

private:
    struct Close {
        void operator()(zip* archive) const;
    };

    std::unique_ptr<zip, Close> m_archive;
    std::vector<ZipMember> m_members;
};

}  // namespace attnscope
