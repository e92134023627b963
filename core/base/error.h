#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// What kind of thing went wrong; the message says the rest.
enum class ErrorCode {
    InvalidInput,  ///< the user's input (an option, a text, a matrix, an edit) does not fit
    NotFound,      ///< a file, value, site or layer of that name does not exist
    Io,            ///< the operating system refused to read or write
    Format,        ///< a file is not what it claims to be, or is damaged
    Unsupported,   ///< a file is sound but uses something attnscope does not read
    PythonCode,    ///< a layer holds Python code, which is shown but never run
    UnknownLayer,  ///< a layer's class is not known
    Shape,         ///< shapes of weights, values or inputs do not fit each other
    Formula,       ///< a formula does not parse or check
    Limit,         ///< something needs more than it may have
    Cancelled,     ///< the person asked to stop
    Device,        ///< a compute device cannot do it: no driver, a refused shader
    DeviceLost,    ///< a compute device went away, with everything on it
};

/// An error with the chain of places it happened in, outermost first (file → layer → weight).
struct Error {
    ErrorCode code = ErrorCode::InvalidInput;
    std::string message;
    std::vector<std::string> context;

    /// The same error, seen from one place further out.
    [[nodiscard]] Error within(std::string place) &&;

    /// One line: `place: inner place: message`.
    [[nodiscard]] std::string text() const;
};

}  // namespace attnscope
