#pragma once

#include <string>
#include <vector>

namespace attnscope::test {

/// A file of a mebibyte or so, made to cost as much as it can.
struct Hostile {
    const char* name;
    const char* file;
    /// Writes it at `path`, and what shall lie beside it into the folder.
    void (*write)(const std::string& folder, const std::string& path);
};

[[nodiscard]] const std::vector<Hostile>& hostileFiles();

}  // namespace attnscope::test
