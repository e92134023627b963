#include "vulkan/pipeline_handles.h"

#include "vulkan/handles.h"

namespace attnscope::vulkan {

Pipeline::Pipeline(std::unique_ptr<Handles> handles) : m_handles(std::move(handles)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::create(Device& device, const Kernel& kernel) {
    Device::Handles& on = device.handles();
    const std::string refused = on.info.name + " refuses the shader " + std::string(kernel.name);
    if (on.options.faults.noPipelines) return fail(ErrorCode::Device, refused);
    return guarded(on, "compile the shader " + std::string(kernel.name), [&]() -> Result<std::unique_ptr<Pipeline>> {
        auto handles = std::make_unique<Handles>();
        std::vector<vk::DescriptorSetLayoutBinding> bindings;
        for (std::uint32_t binding = 0; binding < kernel.buffers; ++binding)
            bindings.push_back({binding, vk::DescriptorType::eStorageBuffer, 1, vk::ShaderStageFlagBits::eCompute});
        handles->setLayout = on.device.createDescriptorSetLayout({{}, bindings});

        const vk::PushConstantRange push(vk::ShaderStageFlagBits::eCompute, 0, kernel.pushBytes);
        vk::PipelineLayoutCreateInfo layoutInfo({}, *handles->setLayout);
        if (kernel.pushBytes > 0) layoutInfo.setPushConstantRanges(push);
        handles->layout = on.device.createPipelineLayout(layoutInfo);

        std::vector<vk::SpecializationMapEntry> entries;
        for (std::uint32_t id = 0; id < kernel.constants.size(); ++id)
            entries.push_back({id, id * static_cast<std::uint32_t>(sizeof(std::uint32_t)), sizeof(std::uint32_t)});
        const vk::SpecializationInfo constants(static_cast<std::uint32_t>(entries.size()), entries.data(),
                                               kernel.constants.size() * sizeof(std::uint32_t),
                                               kernel.constants.data());
        const vk::raii::ShaderModule module =
            on.device.createShaderModule({{}, kernel.spirv.size_bytes(), kernel.spirv.data()});
        const vk::PipelineShaderStageCreateInfo stage({}, vk::ShaderStageFlagBits::eCompute, *module, "main",
                                                      &constants);
        handles->pipeline = on.device.createComputePipeline(on.pipelineCache, {{}, stage, *handles->layout});
        return std::unique_ptr<Pipeline>(new Pipeline(std::move(handles)));
    });
}

}  // namespace attnscope::vulkan
