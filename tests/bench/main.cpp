// Times operations and attention layers: see usage in options.cpp, and RESULTS.md for what came out.

#include "options.h"
#include "report.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

using namespace attnscope;
using namespace attnscope::bench;

namespace {

using Slots = std::vector<StoredPtr>;

Result<Slots> store(Backend& backend, const BenchCase& oneCase) {
    Slots slots;
    for (const TensorPtr& given : oneCase.slots) {
        slots.emplace_back();
        if (given != nullptr) {
            ATTN_TRY(slots.back(), backend.store(given));
        }
    }
    return slots;
}

Result<std::vector<TensorPtr>> compute(Backend& backend, const BenchCase& oneCase, Slots slots) {
    ATTN_CHECK(backend.run(oneCase.steps, slots, CancelToken()));
    std::vector<TensorPtr> outputs;
    for (const std::size_t slot : oneCase.wanted) {
        ATTN_TRY(TensorPtr output, slots[slot]->read());
        outputs.push_back(std::move(output));
    }
    return outputs;
}

/// How the steps of a case are handed to the backend.
enum class Handing { Together, Apart };

Status runSteps(Backend& backend, const BenchCase& oneCase, Slots& slots, Handing handing) {
    if (handing == Handing::Together) return backend.run(oneCase.steps, slots, CancelToken());
    for (Step step : oneCase.steps) {
        step.fate = Fate::Kept;
        ATTN_CHECK(backend.run(std::span(&step, 1), slots, CancelToken()));
    }
    return {};
}

/// The device's own time for a run, where its clock tells.
Result<std::optional<double>> deviceSeconds(Backend& backend, const BenchCase& oneCase, const Slots& given,
                                            const Effort& effort, Handing handing) {
    std::vector<double> times;
    if (handing == Handing::Apart) {  // pipelines that it has not met yet are compiled now
        Slots slots = given;
        ATTN_CHECK(runSteps(backend, oneCase, slots, handing));
    }
    for (int run = 0; run < std::min(effort.runs, 3); ++run) {
        Slots slots = given;
        Profile profile;
        backend.profileInto(&profile);
        const Status status = runSteps(backend, oneCase, slots, handing);
        backend.profileInto(nullptr);
        ATTN_CHECK(status);
        if (profile.empty()) return std::optional<double>();
        times.push_back(std::accumulate(profile.begin(), profile.end(), 0.0,
                                        [](double sum, const StepTime& step) { return sum + step.microseconds; }) *
                        1e-6);
    }
    std::ranges::sort(times);
    return std::optional(times[times.size() / 2]);
}

/// The largest difference. Errors of code Device where it is beyond the case's tolerance.
Result<double> compared(const BenchCase& oneCase, const std::vector<TensorPtr>& actual,
                        const std::vector<TensorPtr>& expected) {
    double largest = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::string problem = test::difference(*actual[i], *expected[i], oneCase.tolerance);
        if (!problem.empty()) return fail(ErrorCode::Device, "wrong: " + problem);
        for (std::size_t at = 0; at < expected[i]->size(); ++at)
            largest = std::max(largest, std::abs(static_cast<double>((*actual[i])[at]) - (*expected[i])[at]));
    }
    return largest;
}

/// Runs the cases on the devices; the processor's results are what all others are held against.
class Bench {
public:
    Bench(const Options& options, BenchDevice processor, std::vector<BenchDevice> devices)
        : m_options(options), m_processor(std::move(processor)), m_devices(std::move(devices)), m_report(std::cout) {}

    /// False if anything failed.
    bool run() {
        m_report.devices(m_devices);
        for (const CaseMaker& maker : allCases()) {
            if (!m_options.wants(maker.name)) continue;
            for (const Extents& extents : m_options.extents()) runCase(maker, extents);
        }
        for (const BenchDevice& device : m_devices) {
            if (device.vulkan == nullptr) continue;
            for (const std::string& message : device.vulkan->validationMessages())
                complain(device.name + ": " + message);
        }
        m_report.end();
        return !m_failed;
    }

private:
    void complain(const std::string& text) {
        m_report.note(text);
        m_failed = true;
    }

    /// Why a case is not run there; empty if it is.
    [[nodiscard]] std::string leftOut(const BenchCase& oneCase, const BenchDevice& device) const {
        if (oneCase.memoryBytes() > device.memoryBytes)
            return "needs " + shortNumber(oneCase.memoryBytes() * 1e-9) + " GB of memory";
        const double least =
            std::max(oneCase.bytes / device.limits.copyBytesPerSecond, oneCase.flops / device.limits.flopsPerSecond);
        return least > m_options.patience ? "takes at least " + shortNumber(least) + " s" : "";
    }

    void runCase(const CaseMaker& maker, const Extents& extents) {
        const std::string title = maker.name + " " + extentsText(extents);
        const Status status = tryCase(maker, extents, title);
        if (!status) complain(title + ": " + status.error().text());
    }

    Status tryCase(const CaseMaker& maker, const Extents& extents, const std::string& title) {
        if (3.0 * sizeof(float) * extents.elements() > m_processor.memoryBytes) {
            m_report.note(title + " left out: its sequences alone need too much memory");
            return {};
        }
        ATTN_TRY(const BenchCase oneCase, maker.make(extents));
        if (const std::string reason = leftOut(oneCase, m_processor); !reason.empty()) {
            m_report.note(title + " left out: " + reason + " on the processor, which checks it");
            return {};
        }
        Backend& processor = *m_processor.backend;
        ATTN_TRY(const Slots given, store(processor, oneCase));
        ATTN_TRY(const std::vector<TensorPtr> expected, compute(processor, oneCase, given));
        std::optional<double> processorSeconds;
        for (const BenchDevice& device : m_devices) {
            if (const std::string reason = leftOut(oneCase, device); !reason.empty()) {
                m_report.note(title + " left out on " + device.name + ": " + reason);
                continue;
            }
            const Result<Row> row = timed(oneCase, device, expected);
            if (!row) {
                complain(title + " on " + device.name + ": " + row.error().text());
                continue;
            }
            Row line = *row;
            line.name = maker.name;
            line.extents = extents;
            if (device.vulkan == nullptr) processorSeconds = line.seconds;
            line.processorSeconds = processorSeconds;
            m_report.row(line);
        }
        return {};
    }

    /// Checks, then times.
    [[nodiscard]] Result<Row> timed(const BenchCase& oneCase, const BenchDevice& device,
                                    const std::vector<TensorPtr>& expected) const {
        Backend& backend = *device.backend;
        Row row;
        row.device = device.name;
        row.flops = oneCase.flops;
        row.bytes = oneCase.bytes;
        row.limits = device.limits;
        ATTN_TRY(const Slots given, store(backend, oneCase));
        if (device.vulkan != nullptr) {
            ATTN_TRY(const std::vector<TensorPtr> actual, compute(backend, oneCase, given));
            ATTN_TRY(row.difference, compared(oneCase, actual, expected));
        }
        const auto run = [&]() -> Status {
            Slots slots = given;
            return backend.run(oneCase.steps, slots, CancelToken());
        };
        ATTN_TRY(row.seconds, medianSeconds(run, m_options.effort));
        ATTN_TRY(row.deviceSeconds, deviceSeconds(backend, oneCase, given, m_options.effort, Handing::Together));
        if (oneCase.steps.size() > 1) {
            ATTN_TRY(row.apartSeconds, deviceSeconds(backend, oneCase, given, m_options.effort, Handing::Apart));
        }
        return row;
    }

    const Options& m_options;
    BenchDevice m_processor;
    std::vector<BenchDevice> m_devices;
    Report m_report;
    bool m_failed = false;
};

Result<bool> runBench(const Options& options) {
    std::vector<BenchDevice> devices;
    for (const std::string& wish : options.devices) {
        ATTN_TRY(const std::vector<BenchDevice> opened, openDevices(wish, options.validation));
        for (const BenchDevice& device : opened) {
            const bool known =
                std::ranges::any_of(devices, [&](const auto& other) { return other.name == device.name; });
            if (!known) devices.push_back(device);
        }
    }
    // Ratios need the processor's time first.
    std::stable_partition(devices.begin(), devices.end(),
                          [](const BenchDevice& device) { return device.vulkan == nullptr; });
    ATTN_TRY(std::vector<BenchDevice> processor, openDevices("cpu", false));
    for (BenchDevice& device : devices) {
        ATTN_TRY(device.limits, measureLimits(device, options.effort));
    }
    if (devices.front().vulkan == nullptr) {
        processor = {devices.front()};
    } else {
        ATTN_TRY(processor.front().limits, measureLimits(processor.front(), options.effort));
    }
    return Bench(options, processor.front(), std::move(devices)).run();
}

}  // namespace

int main(int argc, char** argv) {
    const Result<Options> options = parseOptions({argv + 1, argv + argc});
    if (!options) {
        std::cerr << "attnscope_bench: " << options.error().text() << "\n";
        return 2;
    }
    if (options->help) {
        std::cout << usage;
        return 0;
    }
    const Result<bool> sound = runBench(*options);
    if (!sound) std::cerr << "attnscope_bench: " << sound.error().text() << "\n";
    return sound && *sound ? 0 : 1;
}
