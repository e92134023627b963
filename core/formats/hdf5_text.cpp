#include "formats/hdf5_text.h"

#include "formats/hdf5_reason.h"
#include "text/unicode.h"

#include <cstring>

namespace attnscope {

namespace {

constexpr std::uint64_t mostStrings = 1U << 20U;

/// Frees the strings that the library allocated, whatever way the function is left.
struct VariableStrings {
    VariableStrings(hid_t type, hid_t space, std::size_t count) : m_type(type), m_space(space), pointers(count) {}
    VariableStrings(const VariableStrings&) = delete;
    VariableStrings& operator=(const VariableStrings&) = delete;
    ~VariableStrings() { H5Dvlen_reclaim(m_type, m_space, H5P_DEFAULT, static_cast<void*>(pointers.data())); }

    hid_t m_type;
    hid_t m_space;
    std::vector<char*> pointers;
};

Result<std::vector<std::string>> readVariable(hid_t attribute, hid_t fileType, hid_t space, std::size_t count) {
    const TypeHandle memoryType(H5Tcopy(H5T_C_S1));
    if (!memoryType || H5Tset_size(memoryType.id(), H5T_VARIABLE) < 0 ||
        H5Tset_cset(memoryType.id(), H5Tget_cset(fileType)) < 0)
        return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    VariableStrings strings(memoryType.id(), space, count);
    if (H5Aread(attribute, memoryType.id(), static_cast<void*>(strings.pointers.data())) < 0)
        return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged" + hdf5Reason());
    std::vector<std::string> result;
    result.reserve(count);
    for (const char* pointer : strings.pointers) result.emplace_back(pointer != nullptr ? pointer : "");
    return result;
}

Result<std::vector<std::string>> readFixed(hid_t attribute, hid_t fileType, std::size_t count, std::size_t length) {
    std::vector<char> bytes(count * length);
    if (H5Aread(attribute, fileType, bytes.data()) < 0)
        return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged" + hdf5Reason());
    const bool spacePadded = H5Tget_strpad(fileType) == H5T_STR_SPACEPAD;
    std::vector<std::string> result;
    result.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        const char* start = bytes.data() + index * length;
        std::string text(start, strnlen(start, length));
        if (spacePadded) text.erase(text.find_last_not_of(' ') + 1);
        result.push_back(std::move(text));
    }
    return result;
}

}  // namespace

Result<std::vector<std::string>> readStrings(hid_t object, const std::string& attribute, std::uint64_t fileBytes) {
    const AttributeHandle handle(H5Aopen(object, attribute.c_str(), H5P_DEFAULT));
    if (!handle) return fail(ErrorCode::Format, "is missing or damaged" + hdf5Reason());
    const TypeHandle type(H5Aget_type(handle.id()));
    const SpaceHandle space(H5Aget_space(handle.id()));
    if (!type || !space) return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    const hssize_t elements = H5Sget_simple_extent_npoints(space.id());
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (elements < 0 || rank < 0 || rank > 1)
        return fail(ErrorCode::Format, "a string or a list of strings was expected");
    if (elements == 0) return std::vector<std::string>{};
    if (H5Tget_class(type.id()) != H5T_STRING)
        return fail(ErrorCode::Format, "strings were expected, other data found");

    // An attribute lies whole in the file, sixteen bytes for each string of variable length.
    const auto count = static_cast<std::uint64_t>(elements);
    const bool variable = H5Tis_variable_str(type.id()) > 0;
    const std::uint64_t length = variable ? 16 : static_cast<std::uint64_t>(H5Tget_size(type.id()));
    if (length == 0 || count > mostStrings || count > fileBytes / length) {
        return fail(ErrorCode::Limit, "needs " + std::to_string(count) + " strings of " + std::to_string(length) +
                                          " bytes, limit " + std::to_string(fileBytes) + " bytes");
    }
    auto strings =
        variable ? readVariable(handle.id(), type.id(), space.id(), static_cast<std::size_t>(count))
                 : readFixed(handle.id(), type.id(), static_cast<std::size_t>(count), static_cast<std::size_t>(length));
    if (!strings) return strings;
    for (const std::string& text : *strings)
        if (firstInvalidUtf8(text)) return fail(ErrorCode::Format, "holds bytes that are not UTF-8 text");
    return strings;
}

}  // namespace attnscope
