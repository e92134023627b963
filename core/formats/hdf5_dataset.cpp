#include "formats/hdf5_dataset.h"

#include "base/read_file.h"
#include "formats/hdf5_reason.h"
#include "formats/hdf5_text.h"
#include "formats/read_limits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace attnscope {

namespace {

// Deflate can at best say 1032 bytes in one (zlib's technical notes); allow a little for what surrounds them.
constexpr std::uint64_t bestDeflateRatio = 1100;
constexpr int highestRank = 8;

std::string_view className(H5T_class_t type) {
    switch (type) {
        case H5T_STRING:
            return "strings";
        case H5T_COMPOUND:
            return "compound values";
        case H5T_REFERENCE:
            return "references";
        case H5T_ENUM:
            return "enumerations";
        case H5T_VLEN:
            return "lists of varying length";
        case H5T_OPAQUE:
            return "opaque bytes";
        case H5T_BITFIELD:
            return "bit fields";
        case H5T_ARRAY:
            return "arrays";
        default:
            return "values of an unknown kind";
    }
}

/// IEEE half, single or double precision or bfloat16, in either byte order.
bool isIeeeFloat(hid_t type) {
    struct Layout {
        std::size_t bytes, sign, exponentAt, exponentBits, mantissaBits, bias;
    };
    constexpr std::array<Layout, 4> known{
        {{2, 15, 10, 5, 10, 15}, {2, 15, 7, 8, 7, 127}, {4, 31, 23, 8, 23, 127}, {8, 63, 52, 11, 52, 1023}}};
    std::size_t sign = 0;
    std::size_t exponentAt = 0;
    std::size_t exponentBits = 0;
    std::size_t mantissaAt = 0;
    std::size_t mantissaBits = 0;
    if (H5Tget_fields(type, &sign, &exponentAt, &exponentBits, &mantissaAt, &mantissaBits) < 0) return false;
    const H5T_order_t order = H5Tget_order(type);
    if (order != H5T_ORDER_LE && order != H5T_ORDER_BE) return false;
    return std::ranges::any_of(known, [&](const Layout& layout) {
        return H5Tget_size(type) == layout.bytes && sign == layout.sign && exponentAt == layout.exponentAt &&
               exponentBits == layout.exponentBits && mantissaAt == 0 && mantissaBits == layout.mantissaBits &&
               H5Tget_ebias(type) == layout.bias && H5Tget_norm(type) == H5T_NORM_IMPLIED;
    });
}

constexpr std::size_t bfloat16Bytes = 2;

/// HDF5 has no name for bfloat16: Keras stores two opaque bytes for each number, and says what they are in an attribute
/// (keras/src/saving/saving_lib.py, H5Entry.__setitem__).
bool isBfloat16(hid_t dataset, hid_t type, std::string_view file) {
    if (H5Tget_class(type) != H5T_OPAQUE || H5Tget_size(type) != bfloat16Bytes) return false;
    if (H5Aexists(dataset, "dtype") <= 0) return false;
    const Result<std::vector<std::string>> name = readStrings(dataset, "dtype", file);
    return name && *name == std::vector<std::string>{"bfloat16"};
}

/// Numbers stored as the upper halves of float32, low byte first.
Status readBfloat16(hid_t dataset, hid_t type, std::span<float> numbers) {
    std::vector<unsigned char> stored(numbers.size() * bfloat16Bytes);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored.data()) < 0)
        return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged" + hdf5Reason());
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        const std::uint32_t upper = stored[2 * index] | static_cast<std::uint32_t>(stored[2 * index + 1]) << 8U;
        numbers[index] = std::bit_cast<float>(upper << 16U);
    }
    return {};
}

/// The bytes of one element in the file.
Result<std::uint64_t> checkType(hid_t type) {
    const H5T_class_t kind = H5Tget_class(type);
    if (kind != H5T_FLOAT && kind != H5T_INTEGER)
        return fail(ErrorCode::Unsupported, "holds " + std::string(className(kind)) + "; numbers were expected");
    const std::size_t bytes = H5Tget_size(type);
    const bool plainInteger = kind == H5T_INTEGER && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
                              H5Tget_precision(type) == 8 * bytes && H5Tget_offset(type) == 0;
    if (!plainInteger && (kind != H5T_FLOAT || !isIeeeFloat(type)))
        return fail(ErrorCode::Unsupported,
                    "holds numbers of an unusual layout; float16, float32 or float64 was expected");
    return static_cast<std::uint64_t>(bytes);
}

Status checkFilters(hid_t creation) {
    const int count = H5Pget_nfilters(creation);
    for (int index = 0; index < count; ++index) {
        unsigned flags = 0;
        std::size_t values = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(creation, static_cast<unsigned>(index), &flags, &values, nullptr, 0, nullptr, nullptr);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
            return fail(ErrorCode::Unsupported, "is stored through filter " + std::to_string(filter) +
                                                    "; deflate, shuffle or fletcher32 was expected");
        }
    }
    return {};
}

/// Must come before anything else is asked of the dataset: asking a virtual one for its extents opens other files.
Status checkStorage(hid_t creation) {
    if (H5Pget_external_count(creation) != 0)
        return fail(ErrorCode::Unsupported, "is stored outside the file, which is not opened");
    const H5D_layout_t layout = H5Pget_layout(creation);
    if (layout == H5D_VIRTUAL)
        return fail(ErrorCode::Unsupported, "is a virtual dataset made of others, which are not opened");
    if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
        return fail(ErrorCode::Format, "has an unknown storage layout");
    return checkFilters(creation);
}

Result<Shape> shapeOf(hid_t dataset) {
    const SpaceHandle space(H5Dget_space(dataset));
    if (!space) return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    const int rank = H5Sget_simple_extent_ndims(space.id());
    const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
    if (rank < 0 || (kind != H5S_SCALAR && kind != H5S_SIMPLE)) return fail(ErrorCode::Format, "has no values");
    if (rank > highestRank) {
        return fail(ErrorCode::Limit, "needs " + std::to_string(rank) + " axes, limit " + std::to_string(highestRank));
    }
    std::array<hsize_t, highestRank> extents{};
    if (rank > 0 && H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr) < 0)
        return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    std::vector<std::int64_t> result;
    for (int axis = 0; axis < rank; ++axis) {
        const hsize_t extent = extents[static_cast<std::size_t>(axis)];
        if (extent == 0) return fail(ErrorCode::Format, "has an axis of length 0; no weight has");
        if (extent > std::numeric_limits<std::int32_t>::max())
            return fail(ErrorCode::Limit, "needs an axis of length " + std::to_string(extent) + ", limit " +
                                              std::to_string(std::numeric_limits<std::int32_t>::max()));
        result.push_back(static_cast<std::int64_t>(extent));
    }
    return Shape(std::move(result));
}

/// What is declared must be stored: whole for plain storage, within reach of the best compression otherwise.
Status checkStored(hid_t dataset, hid_t creation, const Shape& shape, std::uint64_t elementBytes,
                   std::uint64_t fileBytes) {
    const std::uint64_t declared = bytesFor(shape, elementBytes);
    const bool chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    const std::uint64_t stored = std::min<std::uint64_t>(H5Dget_storage_size(dataset), fileBytes);
    const std::uint64_t reach = chunked ? stored * bestDeflateRatio : stored;
    if (declared > reach) {
        return fail(ErrorCode::Limit, "declares " + bytesText(declared) + " " + shape.text() + ", limit " +
                                          bytesText(reach) + " for the " + bytesText(stored) + " that are stored");
    }
    if (!chunked) return {};
    std::array<hsize_t, highestRank> sides{};
    const int rank = H5Pget_chunk(creation, highestRank, sides.data());
    if (rank != static_cast<int>(shape.rank())) return fail(ErrorCode::Format, "has chunks of another number of axes");
    const Shape chunk(std::vector<std::int64_t>(sides.begin(), sides.begin() + rank));
    const std::uint64_t most = std::min(reach, readLimits(fileBytes).tensorBytes);
    if (const std::uint64_t needed = bytesFor(chunk, elementBytes); needed > most)
        return fail(ErrorCode::Limit, "needs " + bytesText(needed) + " for one chunk, limit " + bytesText(most));
    return {};
}

}  // namespace

Result<Tensor> readDataset(hid_t dataset, std::string_view file, ReadBudget& budget) {
    const PropertyHandle creation(H5Dget_create_plist(dataset));
    if (!creation) return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    ATTN_CHECK(checkStorage(creation.id()));
    const TypeHandle type(H5Dget_type(dataset));
    if (!type) return fail(ErrorCode::Format, "is damaged" + hdf5Reason());
    const bool bfloat16 = isBfloat16(dataset, type.id(), file);
    std::uint64_t elementBytes = bfloat16Bytes;
    if (!bfloat16) {
        ATTN_TRY(elementBytes, checkType(type.id()));
    }
    ATTN_TRY(Shape shape, shapeOf(dataset));
    ATTN_CHECK(budget.take(shape));
    ATTN_CHECK(checkStored(dataset, creation.id(), shape, elementBytes, budget.fileBytes()));
    Tensor numbers(std::move(shape));
    if (bfloat16) {
        ATTN_CHECK(readBfloat16(dataset, type.id(), numbers.data()));
        return numbers;
    }
    if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data().data()) < 0)
        return fail(ErrorCode::Format, "cannot be read, the file is truncated or damaged" + hdf5Reason());
    return numbers;
}

}  // namespace attnscope
