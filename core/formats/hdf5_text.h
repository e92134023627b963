#pragma once

#include "base/result.h"
#include "formats/hdf5_handle.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// The strings of an attribute: fixed or variable length, ASCII or UTF-8, scalar or a list. A list of no elements may
/// have any type (an empty weight_names is float64 of shape (0,)). Errors: another type, bytes that are not UTF-8, or
/// more than the size of the file, whose bytes are given.
[[nodiscard]] Result<std::vector<std::string>> readStrings(hid_t object, const std::string& attribute,
                                                           std::string_view file);

}  // namespace attnscope
