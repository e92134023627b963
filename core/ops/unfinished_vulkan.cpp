// Operations whose twins are not written yet; this file goes when they are.
#include "ops/convolution.h"
#include "ops/edit.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "ops/normalization.h"
#include "ops/recurrent.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

namespace attnscope {

Status Broadcast::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Concatenate::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Convolution1D::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Gather::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Pad::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Permute::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Pool1D::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Recurrent::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Reduce::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Reshape::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Select::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status SetElements::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Slice::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Softmax::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status Standardize::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}
Status UniformWeights::record(VulkanCall&) const {
    return fail(ErrorCode::Unsupported, std::string(name()) + " has no twin");
}

}  // namespace attnscope
