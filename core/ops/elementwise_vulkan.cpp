#include "ops/elementwise_chain.h"
#include "ops/vulkan_axes.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace attnscope {
namespace {

constexpr std::size_t mostAxes = 4;

/// Mirrors shaders/elementwise.comp.
struct Push {
    std::uint32_t count = 0;
    std::uint32_t first = 0;
    std::array<std::uint32_t, mostAxes - 1> extents{};
    std::array<std::int32_t, ElementwiseChain::mostInputs * mostAxes> strides{};
    std::array<std::int32_t, ElementwiseChain::mostInputs> offsets{};
};

/// One operation as a chain of one.
Status recordAlone(VulkanCall& call, const Operation& operation) {
    ElementwiseChain chain;
    std::vector<ElementwiseChain::Value> inputs;
    for (std::size_t n = 0; n < call.inputs(); ++n) inputs.push_back({n, call.input(n).shape});
    const std::size_t output = call.inputs();
    [[maybe_unused]] const bool added = chain.add(operation, inputs, {output, call.outputShape()});
    assert(added);
    return chain.record(call, chain.outputsFor(std::span(&output, 1)));
}

}  // namespace

Status ElementwiseChain::record(VulkanCall& call, std::span<const ChainOutput> outputs) const {
    std::array<Strides, mostInputs> strides;
    strides.fill(Strides(m_extents.rank(), 0));
    for (std::size_t n = 0; n < m_inputs.size(); ++n) strides[n] = m_inputs[n].strides;

    // Inputs that there are not are not read, outputs neither written; something must be bound there.
    std::vector<vulkan::Binding> bindings;
    for (std::size_t n = 0; n < mostInputs; ++n) bindings.push_back(reads(call.input(n < m_inputs.size() ? n : 0)));
    for (std::size_t n = 0; n < mostOutputs; ++n) {
        ATTN_TRY(const VulkanOperand output, call.output(n < call.outputs() ? n : 0));
        bindings.push_back(writes(output));
    }
    const std::uint32_t size = call.workgroupSize();
    const std::vector<std::uint32_t> chain = constants(outputs);
    return forEachWalk<mostInputs>(
        m_extents, strides, {}, mostAxes,
        [&](std::int64_t first, std::span<const StridedAxis<mostInputs>> axes,
            const std::array<std::int64_t, mostInputs>& offsets) {
            Push push;
            push.first = static_cast<std::uint32_t>(first);
            std::int64_t count = 1;
            for (std::size_t axis = 0; axis < axes.size(); ++axis) {
                count *= axes[axis].extent;
                if (axis > 0) push.extents[axis - 1] = static_cast<std::uint32_t>(axes[axis].extent);
                for (std::size_t n = 0; n < mostInputs; ++n)
                    push.strides[n * mostAxes + axis] = static_cast<std::int32_t>(axes[axis].strides[n]);
            }
            for (std::size_t n = 0; n < mostInputs; ++n) push.offsets[n] = static_cast<std::int32_t>(offsets[n]);
            push.count = static_cast<std::uint32_t>(count);
            std::vector<std::uint32_t> specialized{size,
                                                   static_cast<std::uint32_t>(std::max<std::size_t>(axes.size(), 1)),
                                                   static_cast<std::uint32_t>(m_inputs.size())};
            specialized.insert(specialized.end(), chain.begin(), chain.end());
            return call.dispatch("elementwise", std::move(specialized), bindings, push, call.groupsFor(count, size));
        });
}

Status Unary::record(VulkanCall& call) const {
    return recordAlone(call, *this);
}

Status Binary::record(VulkanCall& call) const {
    return recordAlone(call, *this);
}

Status Select::record(VulkanCall& call) const {
    return recordAlone(call, *this);
}

}  // namespace attnscope
