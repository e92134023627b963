#pragma once

#include "base/error.h"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace attnscope {

/// A value, or the error that kept it from existing.
template <typename T>
using Result = tl::expected<T, Error>;

/// Success, or the error.
using Status = Result<void>;

/// The failing side of a Result: `return fail(ErrorCode::Shape, "…");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message), {}});
}

/// Hands an error on unchanged.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

/// Hands an error on, seen from `place`: `return failWithin("layer lstm", result.error());`
[[nodiscard]] inline tl::unexpected<Error> failWithin(std::string place, Error error) {
    return tl::unexpected<Error>(std::move(error).within(std::move(place)));
}

}  // namespace attnscope

// C++20 has no `?` operator; these two are the only macros of the house.
#define ATTN_CONCAT_INNER(a, b) a##b
#define ATTN_CONCAT(a, b) ATTN_CONCAT_INNER(a, b)

/// `ATTN_TRY(auto file, openFile(path));` declares `file`, or returns the error from the enclosing function.
#define ATTN_TRY(declaration, expression) \
    auto ATTN_CONCAT(attnResult, __LINE__) = (expression); \
    if (!ATTN_CONCAT(attnResult, __LINE__)) \
        return ::attnscope::fail(std::move(ATTN_CONCAT(attnResult, __LINE__)).error()); \
    declaration = std::move(*ATTN_CONCAT(attnResult, __LINE__))

/// `ATTN_CHECK(validate(x));` returns the error of a Status from the enclosing function.
#define ATTN_CHECK(expression) \
    do { \
        auto attnStatus = (expression); \
        if (!attnStatus) return ::attnscope::fail(std::move(attnStatus).error()); \
    } while (false)
