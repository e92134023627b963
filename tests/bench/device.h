#pragma once

#include "eval/backend.h"
#include "vulkan/device.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace attnscope::bench {

/// How much time a figure may take.
struct Effort {
    int runs = 9;
    double seconds = 1.0;             ///< after which three runs are enough
    std::int64_t productSize = 8192;  ///< largest matrix for the rate of products
    double copyBytes = 1e9;           ///< largest copy for the rate of copies
};

/// What a device does at best, measured here and now.
struct Limits {
    double copyBytesPerSecond = 0.0;  ///< read plus written by a large copy
    double flopsPerSecond = 0.0;      ///< of a large square matrix product of ours
};

/// Something that is measured.
struct BenchDevice {
    std::string name;  ///< "cpu", "vulkan:0"
    std::shared_ptr<Backend> backend;
    std::shared_ptr<vulkan::Device> vulkan;  ///< nullptr for the processor
    Limits limits;
    double memoryBytes = 0.0;  ///< what cases may take there
};

/// The devices for `cpu`, `vulkan` (the best one, a software device where there is no other), `vulkan:N` or `all`.
/// With `validation` the Vulkan ones run under the validation layers. Errors: code InvalidInput for anything else,
/// vulkan::Device::create's.
[[nodiscard]] Result<std::vector<BenchDevice>> openDevices(const std::string& wish, bool validation);

[[nodiscard]] Result<Limits> measureLimits(const BenchDevice& device, const Effort& effort);

/// The median of several runs, after one that warms up. Errors: those of `run`.
[[nodiscard]] Result<double> medianSeconds(const std::function<Status()>& run, const Effort& effort);

}  // namespace attnscope::bench
