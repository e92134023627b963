#pragma once

#include <string>

namespace attnscope {

/// Why the last call of libhdf5 failed, as its innermost function says it: " (truncated file: eof = 2000)"; empty if it
/// says nothing. Must be asked before the library is called again.
[[nodiscard]] std::string hdf5Reason();

}  // namespace attnscope
