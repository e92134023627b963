#pragma once

#include "base/result.h"
#include "formats/hdf5_handle.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace attnscope {

/// Where a string of variable length lies: in a collection of the global heap (HDF5 file format, III.E and VIII).
struct HeapReference {
    std::uint32_t length = 0;
    std::uint64_t address = 0;  ///< of the collection; 0 for an empty string
    std::uint32_t index = 0;    ///< of the object in it

    /// How many bytes it takes in a file with addresses of 8 bytes.
    static constexpr std::size_t bytes = 16;
    [[nodiscard]] static HeapReference decode(const unsigned char* stored);
};

/// Reads the global heap, which holds strings of variable length. libhdf5 1.10 trusts the indices and sizes in it and
/// crashes where they are wrong (H5HG_read), so this one is read here, with every bound checked.
class Hdf5Heap {
public:
    /// The heap of the file that an open object belongs to, whose bytes are given and must outlive the heap. Errors: a
    /// file with other than 8-byte addresses.
    [[nodiscard]] static Result<Hdf5Heap> of(hid_t object, std::string_view file);

    /// The string's bytes up to the first NUL. Errors: code Format where the heap is damaged.
    [[nodiscard]] Result<std::string> text(const HeapReference& reference);

private:
    /// The objects of a collection, by their index.
    using Collection = std::map<std::uint32_t, std::string_view>;

    explicit Hdf5Heap(std::string_view file) : m_file(file) {}

    Result<const Collection*> collection(std::uint64_t address);

    std::string_view m_file;  ///< without its user block: addresses count from behind it
    std::map<std::uint64_t, Collection> m_collections;
};

}  // namespace attnscope
