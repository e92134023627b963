#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace attnscope {

/// The bytes of a regular file, read as they are looked at.
class MappedFile {
public:
    /// Never waits for a pipe. Errors: NotFound; Format for a folder or a device; Io. They do not repeat the path.
    [[nodiscard]] static Result<MappedFile> open(const std::string& path);
    /// The file behind an open descriptor, which is left open.
    [[nodiscard]] static Result<MappedFile> ofDescriptor(int descriptor);

    MappedFile(MappedFile&& other) noexcept
        : m_start(std::exchange(other.m_start, nullptr)), m_size(std::exchange(other.m_size, 0)) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(m_start, other.m_start);
        std::swap(m_size, other.m_size);
        return *this;
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(m_start), m_size}; }

private:
    MappedFile(void* start, std::size_t size) : m_start(start), m_size(size) {}

    void* m_start;
    std::size_t m_size;
};

}  // namespace attnscope
