#include "formats/hdf5_heap.h"

#include <algorithm>
#include <utility>

namespace attnscope {

namespace {

constexpr std::size_t headerBytes = 16;  // of a collection and of each object in it

std::uint64_t littleEndian(const unsigned char* stored, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t index = bytes; index-- > 0;) number = number << 8U | stored[index];
    return number;
}

std::uint64_t littleEndian(std::string_view bytes, std::size_t at, std::size_t count) {
    return littleEndian(reinterpret_cast<const unsigned char*>(bytes.data()) + at, count);
}

tl::unexpected<Error> damaged() {
    return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged (global heap)");
}

}  // namespace

HeapReference HeapReference::decode(const unsigned char* stored) {
    return {static_cast<std::uint32_t>(littleEndian(stored, 4)), littleEndian(stored + 4, 8),
            static_cast<std::uint32_t>(littleEndian(stored + 12, 4))};
}

Result<Hdf5Heap> Hdf5Heap::of(hid_t object, std::string_view file) {
    const FileHandle handle(H5Iget_file_id(object));
    const PropertyHandle creation(handle ? H5Fget_create_plist(handle.id()) : H5I_INVALID_HID);
    std::size_t addressBytes = 0;
    std::size_t sizeBytes = 0;
    hsize_t userBlock = 0;
    if (!creation || H5Pget_sizes(creation.id(), &addressBytes, &sizeBytes) < 0 ||
        H5Pget_userblock(creation.id(), &userBlock) < 0 || userBlock > file.size())
        return damaged();
    if (addressBytes != 8 || sizeBytes != 8)
        return fail(ErrorCode::Unsupported, "lies in a file with addresses of other than 8 bytes");
    return Hdf5Heap(file.substr(static_cast<std::size_t>(userBlock)));
}

Result<std::string> Hdf5Heap::text(const HeapReference& reference) {
    if (reference.address == 0 || reference.length == 0) return std::string();
    ATTN_TRY(const Collection* const place, collection(reference.address));
    const auto object = place->find(reference.index);
    if (object == place->end() || reference.length > object->second.size()) return damaged();
    const std::string_view text = object->second.substr(0, reference.length);
    return std::string(text.substr(0, text.find('\0')));
}

Result<const Hdf5Heap::Collection*> Hdf5Heap::collection(std::uint64_t address) {
    if (const auto known = m_collections.find(address); known != m_collections.end()) return &known->second;
    if (address > m_file.size() || m_file.size() - address < headerBytes) return damaged();
    std::string_view bytes = m_file.substr(static_cast<std::size_t>(address));
    const std::uint64_t size = littleEndian(bytes, 8, 8);
    if (!bytes.starts_with("GCOL\x01") || size < headerBytes || size > bytes.size()) return damaged();
    bytes = bytes.substr(0, static_cast<std::size_t>(size));
    Collection fresh;
    for (std::size_t at = headerBytes; bytes.size() - at >= headerBytes;) {
        const auto index = static_cast<std::uint32_t>(littleEndian(bytes, at, 2));
        const std::uint64_t stored = littleEndian(bytes, at + 8, 8);
        if (index == 0) break;  // what is left is free
        at += headerBytes;
        if (stored > bytes.size() - at) return damaged();
        fresh[index] = bytes.substr(at, static_cast<std::size_t>(stored));
        const std::uint64_t padded = (stored + 7) / 8 * 8;
        at += static_cast<std::size_t>(std::min<std::uint64_t>(padded, bytes.size() - at));
    }
    return &m_collections.emplace(address, std::move(fresh)).first->second;
}

}  // namespace attnscope
