#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace attnscope {

/// What a piece of a formula's source is, for colouring it.
enum class SpanKind {
    Comment,    ///< from # to the end of the line
    Directive,  ///< class, weights …, and the words inside such lines: as, score …
    Function,   ///< tanh, sum …
    Name,       ///< a value, or a class
    Index,      ///< an index letter
    Number,
    Text,    ///< "…"
    Symbol,  ///< brackets and operators
};

/// A piece of the source, in bytes: [begin, end).
struct Span {
    SpanKind kind = SpanKind::Name;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The pieces of a source in their order; what lies between them is white space, or no part of any formula. Works on
/// sources that do not parse: while one is being typed it rarely does.
[[nodiscard]] std::vector<Span> highlightFormula(std::string_view source);

}  // namespace attnscope
