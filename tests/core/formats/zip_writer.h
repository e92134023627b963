#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace attnscope::test {

/// A member of an archive, with whatever its headers shall claim.
struct Member {
    std::string name;
    std::string content;  ///< as it is stored
    std::uint16_t flags = 0;
    std::uint16_t method = 0;                 ///< stored
    std::uint32_t claimedSize = 0;            ///< unpacked, where it is not the content's
    std::optional<std::uint32_t> checksum{};  ///< of what is unpacked, where that is not the content
};

/// The member as deflate packs it.
[[nodiscard]] Member deflated(const std::string& name, const std::string& content);

/// A zip archive, byte by byte.
[[nodiscard]] std::string zipOf(const std::vector<Member>& members);

/// Two members, "outer" and the one given, which lies whole within the other's data.
[[nodiscard]] std::string overlappingZip(const Member& inner);

/// The members of a sound archive, unpacked, for changing.
[[nodiscard]] std::vector<Member> membersOf(const std::string& path);

}  // namespace attnscope::test
