#include "ops/edit.h"
#include "ops/vulkan_team.h"

#include <bit>
#include <iterator>
#include <map>

namespace attnscope {
namespace {

/// Blocks that do not overlap, by their first element, for they are set in no order.
class Painting {
public:
    /// Covers what was there before.
    void add(const SetElements::Block& block) {
        if (block.count == 0) return;
        const std::int64_t end = block.first + block.count;
        splitAt(block.first);
        splitAt(end);
        m_blocks.erase(m_blocks.lower_bound(block.first), m_blocks.lower_bound(end));
        m_blocks.emplace(block.first, block);
    }

    [[nodiscard]] const std::map<std::int64_t, SetElements::Block>& blocks() const { return m_blocks; }

private:
    /// Makes sure that no block reaches over `element` from the left.
    void splitAt(std::int64_t element) {
        auto place = m_blocks.lower_bound(element);
        if (place == m_blocks.begin()) return;
        SetElements::Block& left = std::prev(place)->second;
        const std::int64_t end = left.first + left.count;
        if (end <= element) return;
        left.count = element - left.first;
        m_blocks.emplace(element, SetElements::Block{element, end - element, left.number});
    }

    std::map<std::int64_t, SetElements::Block> m_blocks;
};

}  // namespace

Status SetElements::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t count;
        std::uint32_t perEntry;
        std::uint32_t entry;
        std::uint32_t blocks;
    };
    Painting painting;
    for (const Block& block : m_blocks) painting.add(block);
    std::vector<std::uint32_t> table;
    std::uint32_t perEntry = 0;
    for (const auto& [first, block] : painting.blocks()) {
        table.insert(table.end(),
                     {perEntry, static_cast<std::uint32_t>(first), std::bit_cast<std::uint32_t>(block.number)});
        perEntry += static_cast<std::uint32_t>(block.count);
    }
    const VulkanOperand& input = call.input(0);
    if (table.empty()) return call.outputSharesBytesOf(input);
    const std::int64_t elements = call.outputShape().elements();
    const std::int64_t entries = m_batched ? call.outputShape()[0] : 1;
    ATTN_TRY(const VulkanOperand output, call.output());
    call.recorder().copy(input.buffer, output.buffer, static_cast<std::uint64_t>(elements) * sizeof(float));
    const VulkanOperand blocks = call.table(std::span<const std::uint32_t>(table));
    const std::int64_t count = entries * perEntry;
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch(
        "set_elements", {size}, {reads(blocks), writes(output)},
        Push{static_cast<std::uint32_t>(count), perEntry, static_cast<std::uint32_t>(elements / entries),
             static_cast<std::uint32_t>(painting.blocks().size())},
        call.groupsFor(count, size));
}

Status UniformWeights::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t rows;
        std::uint32_t steps;
        std::uint32_t inner;
        std::uint32_t rowsPerBatch;
    };
    const Shape& shape = call.outputShape();
    const std::int64_t rows = shape.upTo(m_axis).elements();
    const std::int64_t rowsPerBatch = m_axis == 0 ? 1 : rows / shape[0];
    const bool masked = call.inputs() == 2;
    const TeamPlan teams = planTeams(call, rows, shape.from(m_axis).elements(), true);
    ATTN_TRY(const VulkanOperand output, call.output());
    return call.dispatch(
        "uniform_weights", {teams.size, 1U, teams.team, 1U, masked ? 1U : 0U},
        {reads(call.input(masked ? 1 : 0)), writes(output)},
        Push{static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(shape[m_axis]),
             static_cast<std::uint32_t>(shape.from(m_axis + 1).elements()), static_cast<std::uint32_t>(rowsPerBatch)},
        teams.groups);
}

}  // namespace attnscope
