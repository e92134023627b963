#include "formats/hdf5_heap.h"

#include <algorithm>
#include <vector>

namespace attnscope {

namespace {

constexpr std::size_t headerBytes = 16;  // of a collection and of each object in it

std::uint64_t littleEndian(const unsigned char* stored, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t index = bytes; index-- > 0;) number = number << 8U | stored[index];
    return number;
}

std::uint64_t littleEndian(const std::string& bytes, std::size_t at, std::size_t count) {
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

Result<Hdf5Heap> Hdf5Heap::of(hid_t object, std::uint64_t fileBytes) {
    const FileHandle file(H5Iget_file_id(object));
    const PropertyHandle creation(file ? H5Fget_create_plist(file.id()) : H5I_INVALID_HID);
    const ssize_t length = file ? H5Fget_name(file.id(), nullptr, 0) : -1;
    std::size_t addressBytes = 0;
    std::size_t sizeBytes = 0;
    hsize_t userBlock = 0;
    if (length <= 0 || !creation || H5Pget_sizes(creation.id(), &addressBytes, &sizeBytes) < 0 ||
        H5Pget_userblock(creation.id(), &userBlock) < 0)
        return damaged();
    if (addressBytes != 8 || sizeBytes != 8)
        return fail(ErrorCode::Unsupported, "lies in a file with addresses of other than 8 bytes");
    std::string path(static_cast<std::size_t>(length) + 1, '\0');
    H5Fget_name(file.id(), path.data(), path.size());
    path.pop_back();
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return fail(ErrorCode::Io, "cannot be read");
    return Hdf5Heap(std::move(stream), userBlock, fileBytes);
}

Result<std::string> Hdf5Heap::text(const HeapReference& reference) {
    if (reference.address == 0 || reference.length == 0) return std::string();
    ATTN_TRY(const Collection* const place, collection(reference.address));
    const auto object = place->objects.find(reference.index);
    if (object == place->objects.end() || reference.length > object->second.size) return damaged();
    const std::string text = place->bytes.substr(object->second.start, reference.length);
    return text.substr(0, text.find('\0'));
}

Result<const Hdf5Heap::Collection*> Hdf5Heap::collection(std::uint64_t address) {
    if (const auto known = m_collections.find(address); known != m_collections.end()) return &known->second;
    const std::uint64_t end = m_fileBytes - std::min(m_base, m_fileBytes);
    if (address > end || end - address < headerBytes) return damaged();
    Collection fresh;
    fresh.bytes.resize(headerBytes);
    m_file.clear();
    m_file.seekg(static_cast<std::streamoff>(m_base + address));
    if (!m_file.read(fresh.bytes.data(), headerBytes)) return damaged();
    const std::uint64_t size = littleEndian(fresh.bytes, 8, 8);
    if (!fresh.bytes.starts_with("GCOL\x01") || size < headerBytes || size > end - address) return damaged();
    fresh.bytes.resize(static_cast<std::size_t>(size));
    if (!m_file.read(fresh.bytes.data() + headerBytes, static_cast<std::streamsize>(size - headerBytes)))
        return damaged();
    for (std::size_t at = headerBytes; fresh.bytes.size() - at >= headerBytes;) {
        const auto index = static_cast<std::uint32_t>(littleEndian(fresh.bytes, at, 2));
        const std::uint64_t stored = littleEndian(fresh.bytes, at + 8, 8);
        if (index == 0) break;  // what is left is free
        at += headerBytes;
        if (stored > fresh.bytes.size() - at) return damaged();
        fresh.objects[index] = {at, static_cast<std::size_t>(stored)};
        const std::uint64_t padded = (stored + 7) / 8 * 8;
        at += static_cast<std::size_t>(std::min<std::uint64_t>(padded, fresh.bytes.size() - at));
    }
    return &m_collections.emplace(address, std::move(fresh)).first->second;
}

}  // namespace attnscope
