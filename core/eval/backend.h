#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "graph/operation.h"
#include "vulkan/buffer.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace attnscope {

/// Where a value's numbers lie on a device.
struct DevicePlace {
    std::shared_ptr<vulkan::Device> device;
    vulkan::BufferPtr buffer;  ///< row-major float32 from its start
};

/// A computed value where the backend keeps it: in memory, or on a device until somebody looks at it.
class StoredValue {
public:
    StoredValue() = default;
    StoredValue(const StoredValue&) = delete;
    StoredValue& operator=(const StoredValue&) = delete;
    virtual ~StoredValue() = default;

    [[nodiscard]] virtual Result<TensorPtr> read() const = 0;
    [[nodiscard]] virtual std::size_t bytes() const = 0;
    /// For what goes on working there, such as the heatmap's raster; nothing if the value is in memory only.
    [[nodiscard]] virtual std::optional<DevicePlace> onDevice() const { return std::nullopt; }
};
using StoredPtr = std::shared_ptr<const StoredValue>;

/// What becomes of a step's output.
enum class Fate {
    Transient,  ///< only later steps of the same run read it: its slot stays empty, its memory is theirs in turn
    Kept,
    Read,  ///< kept, and somebody asks for its numbers next: they come with the run
};

/// One operation to run. Inputs and output are places in the table of slots that goes with a run.
struct Step {
    const Operation* operation = nullptr;
    std::vector<std::size_t> inputs;
    std::size_t output = 0;
    Shape shape;  ///< the output's
    Fate fate = Fate::Kept;
};

/// How long one operation took, or several that ran as one.
struct StepTime {
    std::string operation;  ///< "matmul", "add+tanh"
    Shape shape;            ///< the last one's output's
    double microseconds = 0.0;
};
using Profile = std::vector<StepTime>;

/// Where operations run. Steps of one run may be recorded and submitted together.
class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    /// As `devices` lists it: "cpu".
    [[nodiscard]] virtual std::string name() const = 0;
    /// For people: "CPU, 2 threads, Eigen 3.4.0, AVX2".
    [[nodiscard]] virtual std::string description() const = 0;

    /// What a person should know about the last run: why another backend than the one chosen answered. Mostly empty.
    [[nodiscard]] virtual std::string remark() const { return {}; }

    /// From now on every run adds how long its steps took, which may slow it down; nullptr for no longer. A backend
    /// that cannot tell adds nothing.
    virtual void profileInto(Profile* profile) { static_cast<void>(profile); }

    /// Takes a tensor in.
    [[nodiscard]] virtual Result<StoredPtr> store(TensorPtr tensor) = 0;
    /// Runs the steps in order; every input slot is filled before it is read, every output slot is filled here unless
    /// the step's fate says otherwise.
    /// Errors: what an operation refuses, code Cancelled, code Limit when memory runs out; of a device also
    /// Device, and DeviceLost when it and the values on it are gone.
    [[nodiscard]] virtual Status run(std::span<const Step> steps, std::vector<StoredPtr>& slots,
                                     const CancelToken& cancel) = 0;
};

/// The reference backend: Eigen on the processor.
[[nodiscard]] std::shared_ptr<Backend> makeCpuBackend();

}  // namespace attnscope
