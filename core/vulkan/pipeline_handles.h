#pragma once

#include "vulkan/pipeline.h"

#include <vulkan/vulkan_raii.hpp>

namespace attnscope::vulkan {

struct Pipeline::Handles {
    vk::raii::DescriptorSetLayout setLayout{nullptr};
    vk::raii::PipelineLayout layout{nullptr};
    vk::raii::Pipeline pipeline{nullptr};
};

}  // namespace attnscope::vulkan
