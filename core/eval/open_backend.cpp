#include "eval/open_backend.h"

#include "eval/fallback_backend.h"
#include "eval/vulkan_backend.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/softmax.h"
#include "vulkan/pipeline_cache.h"

#include <charconv>
#include <cmath>

namespace attnscope {
namespace {

/// A device that computed something right, with the CPU standing by.
Result<std::shared_ptr<Backend>> openVulkan(const vulkan::DeviceOptions& options) {
    ATTN_TRY(std::shared_ptr<vulkan::Device> device, vulkan::Device::create(options));
    std::shared_ptr<Backend> backend = makeVulkanBackend(std::move(device));
    ATTN_CHECK(selfCheck(*backend));
    return makeFallbackBackend(std::move(backend), makeCpuBackend());
}

/// softmax(tanh(x · W)) of numbers that differ from each other.
Result<TensorPtr> computeSample(Backend& backend) {
    Tensor x({5, 37});
    Tensor w({37, 19});
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.01F * static_cast<float>(i % 71) - 0.35F;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = 0.02F * static_cast<float>(i % 53) - 0.5F;
    const MatMul product;
    const Unary tanh(UnaryKind::Tanh);
    const Softmax softmax(1);
    std::vector<StoredPtr> slots(5);
    ATTN_TRY(slots[0], backend.store(share(std::move(x))));
    ATTN_TRY(slots[1], backend.store(share(std::move(w))));
    const Shape shape{5, 19};
    const std::vector<Step> steps{{&product, {0, 1}, 2, shape}, {&tanh, {2}, 3, shape}, {&softmax, {3}, 4, shape}};
    ATTN_CHECK(backend.run(steps, slots, CancelToken()));
    return slots[4]->read();
}

}  // namespace

Result<DeviceChoice> parseDeviceChoice(std::string_view text) {
    if (text == "auto") return DeviceChoice{DeviceChoice::Kind::Auto, std::nullopt};
    if (text == "cpu") return DeviceChoice{DeviceChoice::Kind::Cpu, std::nullopt};
    if (text == "vulkan") return DeviceChoice{DeviceChoice::Kind::Vulkan, std::nullopt};
    constexpr std::string_view prefix = "vulkan:";
    std::size_t index = 0;
    if (text.starts_with(prefix)) {
        const char* end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data() + prefix.size(), end, index);
        if (error == std::errc() && last == end) return DeviceChoice{DeviceChoice::Kind::Vulkan, index};
    }
    return fail(ErrorCode::InvalidInput, "device '" + std::string(text) + "': auto, cpu, vulkan or vulkan:N expected");
}

std::string deviceChoiceText(const DeviceChoice& choice) {
    if (choice.kind == DeviceChoice::Kind::Auto) return "auto";
    if (choice.kind == DeviceChoice::Kind::Cpu) return "cpu";
    return choice.index ? "vulkan:" + std::to_string(*choice.index) : "vulkan";
}

Result<std::shared_ptr<Backend>> openBackend(const DeviceChoice& choice, vulkan::DeviceOptions options) {
    if (choice.kind == DeviceChoice::Kind::Cpu) return makeCpuBackend();
    options.wish = {choice.index, choice.kind == DeviceChoice::Kind::Vulkan};
    if (choice.kind == DeviceChoice::Kind::Vulkan) return openVulkan(options);
    const auto devices = vulkan::listDevices();
    if (!devices || !vulkan::chooseDevice(*devices, options.wish)) return makeCpuBackend();
    Result<std::shared_ptr<Backend>> opened = openVulkan(options);
    if (opened) return opened;
    return makeFallbackBackend(nullptr, makeCpuBackend(), "the GPU cannot be used: " + opened.error().text());
}

Result<std::shared_ptr<Backend>> openBackend(const DeviceChoice& choice) {
    vulkan::DeviceOptions options;
    options.cacheFolder = vulkan::userCacheFolder();
    return openBackend(choice, std::move(options));
}

Status selfCheck(Backend& backend) {
    ATTN_TRY(const TensorPtr expected, computeSample(*makeCpuBackend()));
    ATTN_TRY(const TensorPtr found, computeSample(backend));
    for (std::size_t i = 0; i < expected->size(); ++i) {
        if (std::abs((*found)[i] - (*expected)[i]) <= 1e-5F) continue;  // false for NaN
        return fail(ErrorCode::Device, backend.description() +
                                           " computes wrong numbers: " + std::to_string((*found)[i]) + " where " +
                                           std::to_string((*expected)[i]) + " is right");
    }
    return {};
}

}  // namespace attnscope
