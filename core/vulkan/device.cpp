#include "vulkan/device.h"

#include "vulkan/handles.h"
#include "vulkan/memory_block.h"
#include "vulkan/pipeline_cache.h"

#include <algorithm>

namespace attnscope::vulkan {
namespace {

/// Where the pipelines of this device and driver are kept.
std::filesystem::path cacheFile(const Device::Handles& handles) {
    if (handles.options.cacheFolder.empty()) return {};
    const vk::PhysicalDeviceProperties properties = handles.physical.getProperties();
    std::string name = "pipelines-";
    constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint8_t byte : properties.pipelineCacheUUID) {
        name += digits[byte >> 4U];
        name += digits[byte & 15U];
    }
    return handles.options.cacheFolder / (name + ".bin");
}

void readLimits(Device::Handles& handles) {
    const auto chain =
        handles.physical.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceMaintenance3Properties>();
    const vk::PhysicalDeviceLimits& limits = chain.get<vk::PhysicalDeviceProperties2>().properties.limits;
    handles.timestampPeriod = limits.timestampPeriod;
    handles.timestampBits = handles.physical.getQueueFamilyProperties()[handles.family].timestampValidBits;
    handles.alignment =
        std::max<std::uint64_t>({limits.minStorageBufferOffsetAlignment, limits.nonCoherentAtomSize, 64});
    handles.maxBlockBytes = std::min<std::uint64_t>(
        chain.get<vk::PhysicalDeviceMaintenance3Properties>().maxMemoryAllocationSize, limits.maxStorageBufferRange);
    handles.memoryProperties = handles.physical.getMemoryProperties();
    for (const vk::ExtensionProperties& extension : handles.physical.enumerateDeviceExtensionProperties())
        handles.tellsBudget |= std::string_view(extension.extensionName.data()) == VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
}

void openDevice(Device::Handles& handles) {
    const float priority = 1.0F;
    const vk::DeviceQueueCreateInfo queue({}, handles.family, 1, &priority);
    vk::DeviceCreateInfo info({}, queue);
    std::vector<const char*> extensions;
    if (handles.tellsBudget) extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    info.setPEnabledExtensionNames(extensions);
    handles.device = handles.physical.createDevice(info);
    handles.queue = handles.device.getQueue(handles.family, 0);
}

void openPipelineCache(Device::Handles& handles) {
    std::vector<std::uint8_t> data;
    if (const auto file = cacheFile(handles); !file.empty()) data = readCacheFile(file);
    handles.cacheBytesOnDisk = data.size();
    handles.pipelineCache = handles.device.createPipelineCache({{}, data.size(), data.data()});
}

void savePipelineCache(Device::Handles& handles) {
    const auto file = cacheFile(handles);
    if (file.empty() || handles.lost) return;
    const std::vector<std::uint8_t> data = handles.pipelineCache.getData();
    if (data.size() != handles.cacheBytesOnDisk) writeCacheFile(file, data);
}

}  // namespace

Device::Device(std::unique_ptr<Handles> handles) : m_handles(std::move(handles)) {}

Device::~Device() {
    try {
        savePipelineCache(*m_handles);
    } catch (const std::exception&) {
        // What is not kept is compiled again next time.
    }
}

Result<std::shared_ptr<Device>> Device::create(const DeviceOptions& options) {
    auto handles = std::make_unique<Handles>();
    handles->options = options;
    ATTN_TRY(handles->instance, createInstance(options));
    return guarded(*handles, "open a Vulkan device", [&]() -> Result<std::shared_ptr<Device>> {
        vk::raii::PhysicalDevices devices(handles->instance->instance);
        std::vector<DeviceInfo> infos;
        for (const vk::raii::PhysicalDevice& device : devices) infos.push_back(describe(device));
        ATTN_TRY(const std::size_t chosen, chooseDevice(infos, options.wish));
        handles->physical = std::move(devices[chosen]);
        handles->info = infos[chosen];
        if (options.faults.noShuffles) handles->info.shufflesSubgroups = false;
        handles->info.index = chosen;
        const auto family = computeFamily(handles->physical);
        if (!family || options.faults.noQueue)
            return fail(ErrorCode::Device, handles->info.name + " has no queue that computes");
        handles->family = *family;
        readLimits(*handles);
        openDevice(*handles);
        openPipelineCache(*handles);
        for (std::size_t use = 0; use < handles->pools.size(); ++use)
            handles->pools[use] = std::make_unique<MemoryPool>(*handles, static_cast<MemoryUse>(use));
        return std::shared_ptr<Device>(new Device(std::move(handles)));
    });
}

const DeviceInfo& Device::info() const {
    return m_handles->info;
}

DeviceMemory memoryOf(const Device::Handles& handles) {
    DeviceMemory memory{handles.info.memoryBytes, 0};
    const std::uint64_t own = handles.allocatedBytes;
    memory.available = memory.bytes > own ? memory.bytes - own : 0;
    if (!handles.tellsBudget) return memory;
    const auto chain =
        handles.physical
            .getMemoryProperties2<vk::PhysicalDeviceMemoryProperties2, vk::PhysicalDeviceMemoryBudgetPropertiesEXT>();
    const auto& budget = chain.get<vk::PhysicalDeviceMemoryBudgetPropertiesEXT>();
    const auto& properties = chain.get<vk::PhysicalDeviceMemoryProperties2>().memoryProperties;
    for (std::uint32_t heap = 0; heap < properties.memoryHeapCount; ++heap) {
        const bool largest = properties.memoryHeaps[heap].size == memory.bytes &&
                             (properties.memoryHeaps[heap].flags & vk::MemoryHeapFlagBits::eDeviceLocal);
        if (!largest) continue;
        const std::uint64_t used = budget.heapUsage[heap];
        memory.available = budget.heapBudget[heap] > used ? budget.heapBudget[heap] - used : 0;
        break;
    }
    return memory;
}

DeviceMemory Device::memory() const {
    return memoryOf(*m_handles);
}

DeviceUse Device::use() const {
    return {m_handles->submissions, m_handles->usedBytes, m_handles->mostUsedBytes};
}

bool Device::lost() const {
    return m_handles->lost;
}

bool Device::givesNonsense() {
    const int first = m_handles->options.faults.readBackThatIsNonsense;
    const int number = ++m_handles->readBacks;
    return first != 0 && number >= first;
}

std::vector<std::string> Device::validationMessages() const {
    return m_handles->instance->messages->all();
}

Result<const Pipeline*> Device::pipeline(const Kernel& kernel) {
    std::string key(kernel.name);
    for (const std::uint32_t constant : kernel.constants) key += "," + std::to_string(constant);
    const std::lock_guard lock(m_handles->pipelineMutex);
    auto& pipeline = m_handles->pipelines[key];
    if (pipeline == nullptr) {
        Result<std::unique_ptr<Pipeline>> made = Pipeline::create(*this, kernel);
        if (!made) {
            m_handles->pipelines.erase(key);
            return fail(std::move(made).error());
        }
        pipeline = std::move(*made);
    }
    return pipeline.get();
}

}  // namespace attnscope::vulkan
