#pragma once

#include "base/result.h"
#include "vulkan/device_info.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace attnscope::vulkan {

struct Kernel;
class Pipeline;

/// What goes wrong on purpose, so that tests can see what happens then. Counted from 1; 0 is never.
struct DeviceFaults {
    bool noLoader = false;
    bool noQueue = false;
    bool noPipelines = false;        ///< the driver refuses every shader
    bool noShuffles = false;         ///< not a fault: invocations of a subgroup cannot read each other's numbers
    int allocationThatFails = 0;     ///< this one and all later ones
    int submissionThatFails = 0;     ///< with out-of-memory
    int submissionThatIsLost = 0;    ///< the device is lost from then on
    int readBackThatIsNonsense = 0;  ///< this one and all later ones give other numbers
};

struct DeviceOptions {
    DeviceWish wish;
    /// Runs under the validation layers and keeps their messages; an error if they are not installed.
    bool validation = false;
    /// Also lets them look for missing barriers.
    bool synchronizationValidation = false;
    /// Where compiled pipelines are kept between runs of the program; empty for nowhere.
    std::filesystem::path cacheFolder;
    DeviceFaults faults;
};

/// The device's own memory, as far as the driver tells.
struct DeviceMemory {
    std::uint64_t bytes = 0;
    std::uint64_t available = 0;  ///< what we may still take; `bytes` less our own where the driver does not tell
};

/// What we had the device do so far.
struct DeviceUse {
    int submissions = 0;
    std::uint64_t bytes = 0;      ///< of its own memory, in use now: weights and activations
    std::uint64_t mostBytes = 0;  ///< that were ever in use at a time
};

/// The devices of this machine, in the driver's order. Errors of code Device: no loader, no driver.
[[nodiscard]] Result<std::vector<DeviceInfo>> listDevices();

/// One device with one queue that computes. Shared by everything made on it; its parts lock where threads meet.
class Device {
public:
    /// Errors: code NotFound (chooseDevice), code Device (no loader, no queue that computes, refused by the driver).
    [[nodiscard]] static Result<std::shared_ptr<Device>> create(const DeviceOptions& options);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const DeviceInfo& info() const;
    [[nodiscard]] DeviceMemory memory() const;
    [[nodiscard]] DeviceUse use() const;
    /// True once the driver said that the device is gone; everything on it is lost then.
    [[nodiscard]] bool lost() const;
    /// Everything the validation layers said so far.
    [[nodiscard]] std::vector<std::string> validationMessages() const;
    /// A kernel's pipeline, made when first asked for. Errors of code Device: the driver refuses the shader.
    [[nodiscard]] Result<const Pipeline*> pipeline(const Kernel& kernel);

    /// Whether what is read back now is to be wrong on purpose (DeviceFaults).
    [[nodiscard]] bool givesNonsense();

    struct Handles;
    [[nodiscard]] Handles& handles() { return *m_handles; }

private:
    explicit Device(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> m_handles;
};

}  // namespace attnscope::vulkan
