#include "text/npy.h"

#include "base/text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace attnscope {

namespace {

// The format: numpy/lib/format.py (also numpy.org/neps/nep-0001-npy-format.html).
constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t largestRank = 32;

std::uint64_t bitsAt(std::string_view bytes, std::size_t at, std::size_t count, bool bigEndian) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t place = bigEndian ? at + i : at + count - 1 - i;
        bits = bits << 8U | static_cast<unsigned char>(bytes[place]);
    }
    return bits;
}

// IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits.
double halfFrom(std::uint64_t bits) {
    const auto exponent = static_cast<int>(bits >> 10U & 0x1FU);
    const auto fraction = static_cast<double>(bits & 0x3FFU);
    double number = 0;
    if (exponent == 31) {
        number = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        number = std::ldexp(fraction, -24);
    } else {
        number = std::ldexp(1024.0 + fraction, exponent - 25);
    }
    return (bits >> 15U & 1U) != 0 ? -number : number;
}

struct Header {
    std::optional<std::string> descr;
    std::optional<bool> fortranOrder;
    std::optional<Shape> shape;
};

/// Reads the Python dictionary of the header: exactly the three known keys, with strings, truth values and one tuple.
class HeaderParser {
public:
    explicit HeaderParser(std::string_view text) : m_text(text) {}

    Result<Header> parse() {
        Header header;
        if (!take('{')) return damaged("a dictionary");
        while (!take('}')) {
            ATTN_TRY(const std::string key, string());
            if (!take(':')) return damaged("':'");
            if (key == "descr" && !header.descr) {
                if (peek() == '[') {
                    return fail(ErrorCode::Unsupported, "an array with named fields; expected plain numbers");
                }
                ATTN_TRY(header.descr, string());
            } else if (key == "fortran_order" && !header.fortranOrder) {
                ATTN_TRY(header.fortranOrder, truth());
            } else if (key == "shape" && !header.shape) {
                ATTN_TRY(header.shape, tuple());
            } else {
                return damaged("the keys descr, fortran_order and shape, once each");
            }
            if (!take(',') && peek() != '}') return damaged("',' or '}'");
        }
        if (peek() != '\0') return damaged("nothing behind the dictionary");
        if (!header.descr || !header.fortranOrder || !header.shape) {
            return damaged("the keys descr, fortran_order and shape");
        }
        return header;
    }

private:
    [[nodiscard]] tl::unexpected<Error> damaged(const std::string& expected) const {
        return fail(ErrorCode::Format,
                    "damaged .npy header at character " + std::to_string(m_at + 1) + ": expected " + expected);
    }

    /// The next character behind white space; NUL at the end.
    char peek() {
        m_at = std::min(m_text.find_first_not_of(" \t\r\n", m_at), m_text.size());
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }

    bool take(char expected) {
        if (peek() != expected) return false;
        ++m_at;
        return true;
    }

    Result<std::string> string() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') return damaged("a string");
        const std::size_t end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos) return damaged("a closing quote");
        std::string value(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        return value;
    }

    Result<bool> truth() {
        peek();
        for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
            if (m_text.substr(m_at, word.size()) == word) {
                m_at += word.size();
                return value;
            }
        }
        return damaged("True or False");
    }

    Result<Shape> tuple() {
        std::vector<std::int64_t> extents;
        if (!take('(')) return damaged("a tuple");
        while (!take(')')) {
            peek();
            std::int64_t extent = 0;
            const char* const end = m_text.data() + m_text.size();
            const auto [last, error] = std::from_chars(m_text.data() + m_at, end, extent);
            if (error != std::errc() || extent < 0) return damaged("a length that is a whole number");
            m_at = static_cast<std::size_t>(last - m_text.data());
            // Python 2 wrote long integers as 3L.
            if (m_at < m_text.size() && m_text[m_at] == 'L') ++m_at;
            extents.push_back(extent);
            if (extents.size() > largestRank) return damaged("at most 32 axes");
            if (!take(',') && peek() != ')') return damaged("',' or ')'");
        }
        return Shape(std::move(extents));
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

Status readType(const std::string& descr, NpyView& view) {
    if (descr.find('O') != std::string::npos) {
        return fail(ErrorCode::Unsupported,
                    "an array of Python objects: this format can run code; export to an array of float32 instead");
    }
    const bool hasOrder = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
    const std::string type = descr.substr(hasOrder ? 1 : 0);
    view.bigEndian = hasOrder && descr[0] == '>';
    for (const auto& [name, kind] : {std::pair<std::string_view, NpyView::Kind>{"f2", NpyView::Kind::Float},
                                     {"f4", NpyView::Kind::Float},
                                     {"f8", NpyView::Kind::Float},
                                     {"i1", NpyView::Kind::Signed},
                                     {"i2", NpyView::Kind::Signed},
                                     {"i4", NpyView::Kind::Signed},
                                     {"i8", NpyView::Kind::Signed},
                                     {"u1", NpyView::Kind::Unsigned},
                                     {"u2", NpyView::Kind::Unsigned},
                                     {"u4", NpyView::Kind::Unsigned},
                                     {"u8", NpyView::Kind::Unsigned},
                                     {"b1", NpyView::Kind::Bool}}) {
        if (type != name) continue;
        view.kind = kind;
        view.itemSize = static_cast<std::size_t>(name[1] - '0');
        return {};
    }
    return fail(ErrorCode::Unsupported,
                "an array of type '" + descr + "'; expected floats of 2, 4 or 8 bytes, integers or booleans");
}

/// The bytes that a shape takes; none if that is more than `available`.
std::optional<std::size_t> sizeWithin(const Shape& shape, std::size_t itemSize, std::size_t available) {
    const bool empty = std::ranges::find(shape, 0) != shape.end();
    // An empty array takes nothing, but the product of its other extents must be a number all the same.
    constexpr std::size_t mostOthers = std::size_t{1} << 40U;
    const std::size_t limit = empty ? mostOthers : available;
    std::size_t size = itemSize;
    for (const std::int64_t extent : shape) {
        if (extent == 0) continue;
        if (static_cast<std::uint64_t>(extent) > limit / size) return std::nullopt;
        size *= static_cast<std::size_t>(extent);
    }
    if (empty) return 0;
    return size <= available ? std::optional(size) : std::nullopt;
}

}  // namespace

double NpyView::item(std::size_t place) const {
    const std::uint64_t bits = bitsAt(data, place * itemSize, itemSize, bigEndian);
    switch (kind) {
        case Kind::Float:
            if (itemSize == 2) return halfFrom(bits);
            if (itemSize == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
            return std::bit_cast<double>(bits);
        case Kind::Signed: {
            // Move the sign bit to the top, and back with the sign.
            const auto shift = static_cast<unsigned>(64 - 8 * itemSize);
            return static_cast<double>(static_cast<std::int64_t>(bits << shift) >> shift);
        }
        case Kind::Unsigned:
            return static_cast<double>(bits);
        case Kind::Bool:
            return bits != 0 ? 1.0 : 0.0;
    }
    return 0.0;
}

Result<NpyView> parseNpy(std::string_view bytes) {
    constexpr std::size_t shortestPreamble = 10;
    if (!bytes.starts_with(magic) || bytes.size() < shortestPreamble) {
        return fail(ErrorCode::Format, "is not a .npy file; expected one written by numpy.save");
    }
    const auto major = static_cast<unsigned char>(bytes[6]);
    const auto minor = static_cast<unsigned char>(bytes[7]);
    if (major < 1 || major > 3 || minor != 0) {
        return fail(ErrorCode::Unsupported, ".npy format version " + std::to_string(major) + "." +
                                                std::to_string(minor) + "; expected 1.0, 2.0 or 3.0");
    }
    const std::size_t lengthSize = major == 1 ? 2 : 4;
    const std::size_t start = 8 + lengthSize;
    if (bytes.size() < start) return fail(ErrorCode::Format, "ends within its .npy header");
    const std::uint64_t length = bitsAt(bytes, 8, lengthSize, false);
    if (length > bytes.size() - start) return fail(ErrorCode::Format, "ends within its .npy header");
    ATTN_TRY(Header header, HeaderParser(bytes.substr(start, static_cast<std::size_t>(length))).parse());
    NpyView view;
    ATTN_CHECK(readType(*header.descr, view));
    view.shape = *std::move(header.shape);
    view.fortranOrder = *header.fortranOrder;
    view.data = bytes.substr(start + static_cast<std::size_t>(length));
    const auto size = sizeWithin(view.shape, view.itemSize, view.data.size());
    if (size != view.data.size()) {
        return fail(ErrorCode::Format, "holds " + std::to_string(view.data.size()) +
                                           " bytes of data; expected what the shape " + view.shape.text() +
                                           " of type '" + *header.descr + "' takes" +
                                           (size ? ", " + std::to_string(*size) : std::string()));
    }
    return view;
}

std::string npyBytes(const Tensor& tensor) {
    std::vector<std::string> extents;
    for (const std::int64_t extent : tensor.shape()) extents.push_back(std::to_string(extent));
    const std::string shape = joined(extents, ", ") + (extents.size() == 1 ? "," : "");
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    // The data begins at a multiple of 64 bytes; the header ends with a newline.
    constexpr std::size_t preamble = 10;
    constexpr std::size_t alignment = 64;
    header.append((alignment - (preamble + header.size() + 1) % alignment) % alignment, ' ');
    header += '\n';

    std::string bytes(magic);
    const auto put = [&bytes](std::uint32_t bits, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(static_cast<unsigned char>(bits >> 8U * i));
    };
    put(1, 1);
    put(0, 1);
    put(static_cast<std::uint32_t>(header.size()), 2);
    bytes += header;
    bytes.reserve(bytes.size() + tensor.size() * sizeof(float));
    for (const float number : tensor.data()) put(std::bit_cast<std::uint32_t>(number), sizeof(float));
    return bytes;
}

}  // namespace attnscope
