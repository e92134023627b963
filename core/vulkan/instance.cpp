#include "vulkan/handles.h"

#include <algorithm>
#include <cstring>

namespace attnscope::vulkan {
namespace {

constexpr std::uint32_t mostBuffers = 9;  // of a kernel: shaders/elementwise.comp
constexpr const char* validationLayer = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL keepMessage(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                           const VkDebugUtilsMessengerCallbackDataEXT* data, void* list) {
    static_cast<MessageList*>(list)->add(data->pMessage == nullptr ? "" : data->pMessage);
    return VK_FALSE;
}

vk::DebugUtilsMessengerCreateInfoEXT messengerInfo(MessageList& messages) {
    using Severity = vk::DebugUtilsMessageSeverityFlagBitsEXT;
    using Type = vk::DebugUtilsMessageTypeFlagBitsEXT;
    return {{}, Severity::eWarning | Severity::eError, Type::eValidation | Type::ePerformance, &keepMessage, &messages};
}

bool hasLayer(const vk::raii::Context& context, std::string_view name) {
    const auto layers = context.enumerateInstanceLayerProperties();
    return std::ranges::any_of(layers, [&](const auto& layer) { return name == layer.layerName.data(); });
}

std::string versionText(std::uint32_t version) {
    return std::to_string(VK_API_VERSION_MAJOR(version)) + "." + std::to_string(VK_API_VERSION_MINOR(version)) + "." +
           std::to_string(VK_API_VERSION_PATCH(version));
}

DeviceType typeOf(vk::PhysicalDeviceType type) {
    switch (type) {
        case vk::PhysicalDeviceType::eDiscreteGpu:
            return DeviceType::Discrete;
        case vk::PhysicalDeviceType::eIntegratedGpu:
            return DeviceType::Integrated;
        case vk::PhysicalDeviceType::eVirtualGpu:
            return DeviceType::Virtual;
        case vk::PhysicalDeviceType::eCpu:
            return DeviceType::Software;
        default:
            return DeviceType::Other;
    }
}

std::uint64_t ownMemory(const vk::PhysicalDeviceMemoryProperties& memory) {
    std::uint64_t largest = 0;
    for (std::uint32_t heap = 0; heap < memory.memoryHeapCount; ++heap) {
        if (memory.memoryHeaps[heap].flags & vk::MemoryHeapFlagBits::eDeviceLocal)
            largest = std::max(largest, memory.memoryHeaps[heap].size);
    }
    return largest;
}

}  // namespace

Error errorOf(const vk::SystemError& exception, std::string_view doing) {
    const auto result = static_cast<vk::Result>(exception.code().value());
    ErrorCode code = ErrorCode::Device;
    std::string reason = vk::to_string(result);
    if (result == vk::Result::eErrorDeviceLost) {
        code = ErrorCode::DeviceLost;
        reason = "the device was lost";
    } else if (result == vk::Result::eErrorOutOfDeviceMemory || result == vk::Result::eErrorOutOfHostMemory) {
        code = ErrorCode::Limit;
        reason = "out of memory";
    } else if (result == vk::Result::eErrorIncompatibleDriver) {
        reason = "there is no driver";
    }
    return {code, "cannot " + std::string(doing) + ": " + reason, {}};
}

Result<std::unique_ptr<Instance>> createInstance(const DeviceOptions& options) {
    try {
        if (options.faults.noLoader) throw std::runtime_error("no loader");
        auto instance = std::make_unique<Instance>();
        if (instance->context.enumerateInstanceVersion() < VK_API_VERSION_1_2)
            return fail(ErrorCode::Device, "Vulkan 1.2 is needed, the loader has " +
                                               versionText(instance->context.enumerateInstanceVersion()));
        const vk::ApplicationInfo application("attnscope", 1, "attnscope", 1, VK_API_VERSION_1_2);
        vk::InstanceCreateInfo info({}, &application);
        std::vector<const char*> layers;
        std::vector<const char*> extensions;
        auto messenger = messengerInfo(*instance->messages);
        const auto enabled = vk::ValidationFeatureEnableEXT::eSynchronizationValidation;
        vk::ValidationFeaturesEXT features(enabled);
        if (options.validation) {
            if (!hasLayer(instance->context, validationLayer))
                return fail(ErrorCode::Device, "the Vulkan validation layers are not installed");
            layers.push_back(validationLayer);
            extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
            info.pNext = &messenger;
            if (options.synchronizationValidation) {
                extensions.push_back(VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
                messenger.pNext = &features;
            }
        }
        info.setPEnabledLayerNames(layers);
        info.setPEnabledExtensionNames(extensions);
        instance->instance = vk::raii::Instance(instance->context, info);
        messenger.pNext = nullptr;
        if (options.validation) instance->messenger = instance->instance.createDebugUtilsMessengerEXT(messenger);
        return instance;
    } catch (const vk::SystemError& exception) {
        return fail(errorOf(exception, "start Vulkan"));
    } catch (const std::exception&) {  // the loader cannot be opened
        return fail(ErrorCode::Device, "Vulkan is not installed: there is no libvulkan");
    }
}

std::optional<std::uint32_t> computeFamily(const vk::raii::PhysicalDevice& device) {
    const auto families = device.getQueueFamilyProperties();
    std::optional<std::uint32_t> found;
    for (std::uint32_t family = 0; family < families.size(); ++family) {
        const vk::QueueFlags flags = families[family].queueFlags;
        if (!(flags & vk::QueueFlagBits::eCompute)) continue;
        if (!(flags & vk::QueueFlagBits::eGraphics)) return family;
        if (!found) found = family;
    }
    return found;
}

DeviceInfo describe(const vk::raii::PhysicalDevice& device) {
    const vk::PhysicalDeviceProperties plain = device.getProperties();
    DeviceInfo info;
    info.name = plain.deviceName.data();
    info.type = typeOf(plain.deviceType);
    info.apiVersion = versionText(plain.apiVersion);
    info.memoryBytes = ownMemory(device.getMemoryProperties());
    info.maxBufferBytes = plain.limits.maxStorageBufferRange;
    info.maxSharedBytes = plain.limits.maxComputeSharedMemorySize;
    info.maxWorkgroupSize =
        std::min(plain.limits.maxComputeWorkGroupInvocations, plain.limits.maxComputeWorkGroupSize[0]);
    info.maxWorkgroupCount =
        std::min(plain.limits.maxComputeWorkGroupCount[0], plain.limits.maxComputeWorkGroupCount[1]);
    if (plain.apiVersion < VK_API_VERSION_1_2) {
        info.unusable = "Vulkan 1.2 is needed, it has " + info.apiVersion;
        return info;
    }
    const auto chain = device.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceVulkan11Properties,
                                             vk::PhysicalDeviceVulkan12Properties>();
    const auto& v12 = chain.get<vk::PhysicalDeviceVulkan12Properties>();
    info.driver = std::string(v12.driverName.data()) + " " + v12.driverInfo.data();
    const auto& v11 = chain.get<vk::PhysicalDeviceVulkan11Properties>();
    info.subgroupSize = v11.subgroupSize;
    info.shufflesSubgroups = (v11.subgroupSupportedStages & vk::ShaderStageFlagBits::eCompute) &&
                             (v11.subgroupSupportedOperations & vk::SubgroupFeatureFlagBits::eShuffle);
    if (!v12.shaderSignedZeroInfNanPreserveFloat32)
        info.unusable = "its arithmetic does not keep infinities and NaN";
    else if (plain.limits.maxPerStageDescriptorStorageBuffers < mostBuffers)
        info.unusable = "a shader sees only " + std::to_string(plain.limits.maxPerStageDescriptorStorageBuffers) +
                        " buffers there, " + std::to_string(mostBuffers) + " are needed";
    else if (!computeFamily(device))
        info.unusable = "it has no queue that computes";
    return info;
}

Result<std::vector<DeviceInfo>> listDevices() {
    ATTN_TRY(const std::unique_ptr<Instance> instance, createInstance({}));
    try {
        std::vector<DeviceInfo> devices;
        for (const vk::raii::PhysicalDevice& device : vk::raii::PhysicalDevices(instance->instance)) {
            devices.push_back(describe(device));
            devices.back().index = devices.size() - 1;
        }
        return devices;
    } catch (const vk::SystemError& exception) {
        return fail(errorOf(exception, "list the Vulkan devices"));
    }
}

}  // namespace attnscope::vulkan
