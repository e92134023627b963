#pragma once

#include <string>
#include <vector>

class QMimeData;

namespace attnscope {

/// What was dragged into the window.
struct Dropped {
    std::vector<std::string> files;  ///< local files
    std::string text;                ///< a piece of text; empty if there are files
};

[[nodiscard]] bool isWelcome(const QMimeData& data);
[[nodiscard]] Dropped readDropped(const QMimeData& data);

}  // namespace attnscope
