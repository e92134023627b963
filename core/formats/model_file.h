#pragma once

#include <string_view>

namespace attnscope {

/// A model file as its reader gets it: whole, in memory. A reader opens nothing by itself.
struct ModelFile {
    std::string_view name;  ///< the file's name, whose extension may tell the format
    std::string_view bytes;
};

}  // namespace attnscope
