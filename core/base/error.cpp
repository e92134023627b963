#include "base/error.h"

#include <utility>

namespace attnscope {

Error Error::within(std::string place) && {
    context.insert(context.begin(), std::move(place));
    return std::move(*this);
}

std::string Error::text() const {
    std::string line;
    for (const std::string& place : context) {
        line += place;
        line += ": ";
    }
    return line + message;
}

}  // namespace attnscope
