#pragma once

#include "eval/backend.h"

#include <cstddef>
#include <string>
#include <vector>

namespace attnscope {

/// Where the time of one kind of operation went.
struct OperationTime {
    std::string operation;
    std::size_t count = 0;
    double microseconds = 0.0;
};

/// A profile per kind of operation, the one that took most time first.
[[nodiscard]] std::vector<OperationTime> timePerOperation(const Profile& profile);

}  // namespace attnscope
