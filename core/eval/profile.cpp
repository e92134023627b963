#include "eval/profile.h"

#include <algorithm>

namespace attnscope {

std::vector<OperationTime> timePerOperation(const Profile& profile) {
    std::vector<OperationTime> times;
    for (const StepTime& step : profile) {
        auto time = std::ranges::find(times, step.operation, &OperationTime::operation);
        if (time == times.end()) time = times.insert(time, {step.operation, 0, 0.0});
        ++time->count;
        time->microseconds += step.microseconds;
    }
    std::ranges::sort(times, std::ranges::greater(), &OperationTime::microseconds);
    return times;
}

}  // namespace attnscope
