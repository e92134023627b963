#include "device.h"

#include "bench_case.h"
#include "eval/vulkan_backend.h"
#include "ops/matmul.h"
#include "vulkan/recorder.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <thread>

namespace attnscope::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int copies = 5;  // the fastest counts: a limit is what the device can do

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

BenchDevice processor() {
    const double installed = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    return {"cpu", makeCpuBackend(), nullptr, {}, installed * 0.4};
}

Result<BenchDevice> open(const vulkan::DeviceWish& wish, bool validation) {
    vulkan::DeviceOptions options;
    options.wish = wish;
    options.validation = options.synchronizationValidation = validation;
    ATTN_TRY(std::shared_ptr<vulkan::Device> device, vulkan::Device::create(options));
    const double memory = static_cast<double>(device->memory().available) * 0.8;
    return BenchDevice{"vulkan:" + std::to_string(device->info().index), makeVulkanBackend(device), device, {}, memory};
}

/// As many threads as the processor runs copy at the same time.
Result<double> copySeconds(double bytes) {
    const std::size_t threads = std::max(std::thread::hardware_concurrency(), 1U);
    const std::size_t each = static_cast<std::size_t>(bytes) / threads;
    const std::vector<std::byte> from(each * threads, std::byte{1});
    std::vector<std::byte> to(each * threads);
    const auto copy = [&] {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < threads; ++i)
            workers.emplace_back([&, i] { std::memcpy(to.data() + i * each, from.data() + i * each, each); });
    };
    copy();
    double fastest = std::numeric_limits<double>::infinity();
    for (int run = 0; run < copies; ++run) {
        const Clock::time_point start = Clock::now();
        copy();
        fastest = std::min(fastest, secondsSince(start));
    }
    return fastest;
}

Result<double> copySeconds(const std::shared_ptr<vulkan::Device>& device, double bytes) {
    const auto size = static_cast<std::uint64_t>(bytes);
    ATTN_TRY(const vulkan::BufferPtr from, vulkan::Buffer::allocate(device, vulkan::MemoryUse::Activations, size));
    ATTN_TRY(const vulkan::BufferPtr to, vulkan::Buffer::allocate(device, vulkan::MemoryUse::Activations, size));
    double fastest = std::numeric_limits<double>::infinity();
    for (int run = 0; run <= copies; ++run) {
        ATTN_TRY(vulkan::Recorder recorder, vulkan::Recorder::begin(device, 2));
        recorder.mark();
        recorder.copy(from, to, size);
        recorder.mark();
        const Clock::time_point start = Clock::now();
        ATTN_TRY(vulkan::Submission submission, std::move(recorder).submit());
        ATTN_CHECK(submission.wait(CancelToken()));
        const std::vector<double> microseconds = submission.microsecondsBetweenMarks();
        const double seconds = microseconds.empty() ? secondsSince(start) : microseconds.front() * 1e-6;
        if (run > 0) fastest = std::min(fastest, seconds);  // the first warms up
    }
    return fastest;
}

Result<double> productSeconds(Backend& backend, std::int64_t size, const Effort& effort) {
    const MatMul operation;
    std::vector<StoredPtr> given(3);
    for (std::uint32_t i = 0; i < 2; ++i) {
        ATTN_TRY(given[i], backend.store(share(numbers({size, size}, i + 1))));
    }
    const Step step{&operation, {0, 1}, 2, {size, size}};
    return medianSeconds(
        [&]() -> Status {
            std::vector<StoredPtr> slots = given;
            return backend.run(std::span(&step, 1), slots, CancelToken());
        },
        effort);
}

}  // namespace

Result<std::vector<BenchDevice>> openDevices(const std::string& wish, bool validation) {
    const std::string prefix = "vulkan:";
    std::vector<BenchDevice> devices;
    if (wish == "cpu" || wish == "all") devices.push_back(processor());
    if (wish == "cpu") return devices;
    std::vector<vulkan::DeviceWish> wishes;
    if (wish == "vulkan") {
        wishes.push_back({std::nullopt, true});
    } else if (wish == "all") {
        ATTN_TRY(const std::vector<vulkan::DeviceInfo> list, vulkan::listDevices());
        for (const vulkan::DeviceInfo& info : list)
            if (info.unusable.empty()) wishes.push_back({info.index, true});
    } else if (wish.starts_with(prefix)) {
        std::size_t index = 0;
        const char* end = wish.data() + wish.size();
        if (std::from_chars(wish.data() + prefix.size(), end, index).ptr == end && wish.size() > prefix.size())
            wishes.push_back({index, true});
    }
    if (wishes.empty() && devices.empty())
        return fail(ErrorCode::InvalidInput, "device " + wish + ": expected cpu, vulkan, vulkan:N or all");
    for (const vulkan::DeviceWish& one : wishes) {
        ATTN_TRY(BenchDevice device, open(one, validation));
        devices.push_back(std::move(device));
    }
    return devices;
}

Result<Limits> measureLimits(const BenchDevice& device, const Effort& effort) {
    constexpr double enough = 0.05;  // seconds: nothing larger would be faster
    Limits limits;
    double largest = std::min(effort.copyBytes, device.memoryBytes / 4.0);
    if (device.vulkan != nullptr)
        largest = std::min(largest, static_cast<double>(device.vulkan->info().maxBufferBytes));
    for (double bytes = 1 << 20; bytes <= largest; bytes *= 2.0) {
        ATTN_TRY(const double seconds, device.vulkan ? copySeconds(device.vulkan, bytes) : copySeconds(bytes));
        // What fits the caches is no measure for what does not: the largest copy counts.
        limits.copyBytesPerSecond = 2.0 * bytes / seconds;
        if (seconds > enough) break;
    }
    for (std::int64_t size = 64; size <= effort.productSize; size *= 2) {
        ATTN_TRY(const double seconds, productSeconds(*device.backend, size, effort));
        const double flops = 2.0 * static_cast<double>(size) * static_cast<double>(size) * static_cast<double>(size);
        limits.flopsPerSecond = std::max(limits.flopsPerSecond, flops / seconds);
        if (seconds > enough) break;
    }
    return limits;
}

Result<double> medianSeconds(const std::function<Status()>& run, const Effort& effort) {
    constexpr std::size_t fewest = 3;
    ATTN_CHECK(run());
    std::vector<double> times;
    const Clock::time_point begin = Clock::now();
    while (times.size() < static_cast<std::size_t>(effort.runs) &&
           (times.size() < fewest || secondsSince(begin) < effort.seconds)) {
        const Clock::time_point start = Clock::now();
        ATTN_CHECK(run());
        times.push_back(secondsSince(start));
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

}  // namespace attnscope::bench
