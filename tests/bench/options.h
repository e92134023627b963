#pragma once

#include "bench_case.h"
#include "device.h"

#include <string>
#include <vector>

namespace attnscope::bench {

struct Options {
    std::vector<std::string> devices;  ///< see openDevices; cpu and vulkan if none is named
    std::vector<std::string> only;     ///< parts of the names of cases; all if empty
    std::vector<std::int64_t> batches{1, 8, 64};
    std::vector<std::int64_t> times{128, 512, 2048, 8192};
    std::vector<std::int64_t> features{64, 512, 1024};
    double patience = 60.0;  ///< seconds that one run of a case may take at the device's own limits
    Effort effort;
    bool validation = false;
    bool help = false;

    /// Every batch with every time and every number of features.
    [[nodiscard]] std::vector<Extents> extents() const;
    [[nodiscard]] bool wants(const std::string& caseName) const;
};

extern const char* const usage;

/// Errors of code InvalidInput say which option is wrong.
[[nodiscard]] Result<Options> parseOptions(const std::vector<std::string>& arguments);

}  // namespace attnscope::bench
