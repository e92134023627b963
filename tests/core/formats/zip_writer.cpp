#include "zip_writer.h"

#include "base/mapped_file.h"
#include "formats/zip_archive.h"

#include <QByteArray>

#include <array>
#include <stdexcept>

namespace attnscope::test {

namespace {

/// CRC-32 (APPNOTE 4.4.7), a table step for each byte.
std::uint32_t checksumOf(const std::string& bytes) {
    static const std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> steps{};
        for (std::uint32_t byte = 0; byte < steps.size(); ++byte) {
            std::uint32_t crc = byte;
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
            steps[byte] = crc;
        }
        return steps;
    }();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes) crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
    return ~crc;
}

std::string number(std::uint32_t value, int bytes) {
    std::string text;
    for (int byte = 0; byte < bytes; ++byte) text += static_cast<char>(value >> (8U * static_cast<unsigned>(byte)));
    return text;
}

/// What a local header and a directory entry have in common (APPNOTE 4.3.7).
std::string shared(const Member& member) {
    const auto size = static_cast<std::uint32_t>(member.content.size());
    const std::uint32_t checksum = member.checksum ? *member.checksum : checksumOf(member.content);
    return number(20, 2) + number(member.flags, 2) + number(member.method, 2) + number(0, 4) + number(checksum, 4) +
           number(size, 4) + number(member.claimedSize != 0 ? member.claimedSize : size, 4) +
           number(static_cast<std::uint32_t>(member.name.size()), 2) + number(0, 2);
}

std::string local(const Member& member) {
    return "PK\x03\x04" + shared(member) + member.name + member.content;
}

std::string entry(const Member& member, std::size_t at) {
    return "PK\x01\x02" + number(20, 2) + shared(member) + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
           number(static_cast<std::uint32_t>(at), 4) + member.name;
}

std::string end(const std::string& bytes, const std::string& directory, std::size_t members) {
    const auto count = static_cast<std::uint32_t>(members);
    return "PK\x05\x06" + number(0, 4) + number(count, 2) + number(count, 2) +
           number(static_cast<std::uint32_t>(directory.size()), 4) +
           number(static_cast<std::uint32_t>(bytes.size()), 4) + number(0, 2);
}

}  // namespace

Member deflated(const std::string& name, const std::string& content) {
    // qCompress gives the size in 4 bytes and zlib's format: deflate between 2 bytes and a checksum of 4.
    const QByteArray packed = qCompress(QByteArray::fromStdString(content)).mid(6).chopped(4);
    return {name, packed.toStdString(), 0, 8, static_cast<std::uint32_t>(content.size()), checksumOf(content)};
}

std::string zipOf(const std::vector<Member>& members) {
    std::string bytes;
    std::string directory;
    for (const Member& member : members) {
        directory += entry(member, bytes.size());
        bytes += local(member);
    }
    return bytes + directory + end(bytes, directory, members.size());
}

std::string overlappingZip(const Member& inner) {
    const Member outer{"outer", local(inner)};
    const std::string bytes = local(outer);
    const std::string directory = entry(outer, 0) + entry(inner, bytes.find("PK", 2));
    return bytes + directory + end(bytes, directory, 2);
}

std::vector<Member> membersOf(const std::string& path) {
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file) throw std::runtime_error(file.error().text());
    const Result<ZipArchive> zip = ZipArchive::open(file->bytes());
    if (!zip) throw std::runtime_error(zip.error().text());
    std::vector<Member> members;
    for (const ZipMember& member : zip->members())
        members.push_back({member.name, zip->read(member.name, member.bytes).value_or("")});
    return members;
}

}  // namespace attnscope::test
