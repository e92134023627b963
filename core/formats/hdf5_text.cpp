#include "formats/hdf5_text.h"

#include "base/unicode.h"
#include "formats/hdf5_heap.h"
#include "formats/hdf5_reason.h"

#include <cstring>

namespace attnscope {

namespace {

constexpr std::uint64_t mostStrings = 1U << 20U;

/// A conversion that leaves the bytes of a reference into the global heap as they are, so that reading an attribute of
/// variable strings as opaque bytes gives these references.
herr_t keepReferences(hid_t source, hid_t target, H5T_cdata_t* state, std::size_t /*count*/, std::size_t /*stride*/,
                      std::size_t /*backgroundStride*/, void* /*bytes*/, void* /*background*/, hid_t /*properties*/) {
    if (state->command != H5T_CONV_INIT) return 0;
    state->need_bkg = H5T_BKG_NO;
    const bool fits = H5Tis_variable_str(source) > 0 && H5Tget_size(target) == HeapReference::bytes;
    return fits ? 0 : -1;
}

Result<std::vector<std::string>> readVariable(hid_t object, hid_t attribute, std::size_t count, std::string_view file) {
    const TypeHandle variable(H5Tcopy(H5T_C_S1));
    const TypeHandle opaque(H5Tcreate(H5T_OPAQUE, HeapReference::bytes));
    if (!variable || !opaque || H5Tset_size(variable.id(), H5T_VARIABLE) < 0 ||
        H5Tregister(H5T_PERS_SOFT, "attnscope_references", variable.id(), opaque.id(), keepReferences) < 0)
        return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    std::vector<unsigned char> stored(count * HeapReference::bytes);
    const herr_t outcome = H5Aread(attribute, opaque.id(), stored.data());
    const std::string reason = outcome < 0 ? hdf5Reason() : std::string();
    H5Tunregister(H5T_PERS_SOFT, "attnscope_references", variable.id(), opaque.id(), keepReferences);
    if (outcome < 0) return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged" + reason);

    ATTN_TRY(Hdf5Heap heap, Hdf5Heap::of(object, file));
    std::vector<std::string> result;
    std::uint64_t left = file.size();
    for (std::size_t index = 0; index < count; ++index) {
        ATTN_TRY(std::string text, heap.text(HeapReference::decode(stored.data() + index * HeapReference::bytes)));
        // Many references to one long string would multiply it.
        if (text.size() > left)
            return fail(ErrorCode::Limit,
                        "needs more text than the " + std::to_string(file.size()) + " bytes of the file");
        left -= text.size();
        result.push_back(std::move(text));
    }
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

Result<std::vector<std::string>> readStrings(hid_t object, const std::string& attribute, std::string_view file) {
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
    const std::uint64_t length = variable ? HeapReference::bytes : static_cast<std::uint64_t>(H5Tget_size(type.id()));
    if (length == 0 || count > mostStrings || count > file.size() / length) {
        return fail(ErrorCode::Limit, "needs " + std::to_string(count) + " strings of " + std::to_string(length) +
                                          " bytes, limit " + std::to_string(file.size()) + " bytes");
    }
    auto strings =
        variable ? readVariable(object, handle.id(), static_cast<std::size_t>(count), file)
                 : readFixed(handle.id(), type.id(), static_cast<std::size_t>(count), static_cast<std::size_t>(length));
    if (!strings) return strings;
    for (const std::string& text : *strings)
        if (firstInvalidUtf8(text)) return fail(ErrorCode::Format, "holds bytes that are not UTF-8 text");
    return strings;
}

}  // namespace attnscope
