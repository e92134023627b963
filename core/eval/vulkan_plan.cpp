#include "eval/vulkan_plan.h"

#include "ops/layout.h"

#include <algorithm>

namespace attnscope {
namespace {

class Planner {
public:
    Planner(std::span<const Step> steps, std::vector<Shape> shapes)
        : m_steps(steps), m_shapes(std::move(shapes)), m_readers(m_shapes.size()) {
        for (const Step& step : steps) {
            m_shapes[step.output] = step.shape;
            for (const std::size_t input : step.inputs) m_readers[input].push_back(&step);
        }
    }

    [[nodiscard]] std::vector<PlannedStep> plan() && {
        for (const Step& step : m_steps) add(step);
        while (!m_open.empty()) close(0);
        return std::move(m_planned);
    }

private:
    /// Steps that wait for more to join them: nobody has read what they make.
    struct Group {
        std::vector<const Step*> steps;
        ElementwiseChain chain;
    };

    void add(const Step& step) {
        std::vector<std::size_t> sources;  // open groups that make what it reads
        for (std::size_t at = 0; at < m_open.size(); ++at)
            if (std::ranges::any_of(step.inputs, [&](std::size_t input) { return m_open[at].chain.makes(input); }))
                sources.push_back(at);
        // Into all of them at once, or into the latest that takes it.
        if (sources.size() > 1 && join(step, sources)) return;
        std::ranges::reverse(sources);
        for (const std::size_t source : sources) {
            if (!join(step, {source})) continue;
            sources.erase(std::ranges::find(sources, source));
            break;
        }
        for (const std::size_t source : sources) close(source);
        const bool joined = std::ranges::any_of(m_open, [&](const Group& group) { return has(group, step); });
        if (joined) return;
        Group fresh;
        if (take(fresh, step)) {
            m_open.push_back(std::move(fresh));
        } else {
            m_planned.push_back({{&step}, std::nullopt, {}});
        }
    }

    [[nodiscard]] static bool has(const Group& group, const Step& step) {
        return std::ranges::find(group.steps, &step) != group.steps.end();
    }

    /// Makes one group of these and the step, in the place of the first; false, and nothing changes, where one kernel
    /// cannot do it.
    [[nodiscard]] bool join(const Step& step, const std::vector<std::size_t>& groups) {
        std::vector<const Step*> together;
        for (const std::size_t at : groups)
            together.insert(together.end(), m_open[at].steps.begin(), m_open[at].steps.end());
        std::ranges::sort(together);  // they lie in a row: what depends on another comes after it
        together.push_back(&step);
        Group joined;
        for (const Step* one : together)
            if (!take(joined, *one)) return false;
        if (written(joined).size() > ElementwiseChain::mostOutputs) return false;
        m_open[groups.front()] = std::move(joined);
        for (std::size_t i = groups.size(); i-- > 1;)
            m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(groups[i]));
        return true;
    }

    [[nodiscard]] bool take(Group& group, const Step& step) const {
        std::vector<ElementwiseChain::Value> inputs;
        for (const std::size_t input : step.inputs) inputs.push_back({input, m_shapes[input]});
        if (!group.chain.add(*step.operation, inputs, {step.output, step.shape})) return false;
        group.steps.push_back(&step);
        return true;
    }

    /// What must be written: whatever is kept, and whatever a step outside of the group reads.
    [[nodiscard]] std::vector<ChainOutput> written(const Group& group) const {
        std::vector<std::size_t> slots;
        for (const Step* step : group.steps) {
            const auto isOutside = [&](const Step* reader) { return !has(group, *reader); };
            if (step->fate != Fate::Transient || std::ranges::any_of(m_readers[step->output], isOutside))
                slots.push_back(step->output);
        }
        return group.chain.outputsFor(slots);
    }

    void close(std::size_t at) {
        Group group = std::move(m_open[at]);
        m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(at));
        if (group.chain.size() == 1) {  // with reshapes, which share bytes where they stand alone
            for (const Step* step : group.steps) m_planned.push_back({{step}, std::nullopt, {}});
            return;
        }
        std::vector<ChainOutput> outputs = written(group);
        if (outputs.empty()) return;  // it is made for nobody
        m_planned.push_back({std::move(group.steps), std::move(group.chain), std::move(outputs)});
    }

    std::span<const Step> m_steps;
    std::vector<Shape> m_shapes;                      ///< by slot
    std::vector<std::vector<const Step*>> m_readers;  ///< by slot
    std::vector<Group> m_open;
    std::vector<PlannedStep> m_planned;
};

}  // namespace

std::string PlannedStep::name() const {
    return chain ? chain->name() : std::string(steps.front()->operation->name());
}

std::vector<PlannedStep> planSteps(std::span<const Step> steps, std::vector<Shape> shapes) {
    return Planner(steps, std::move(shapes)).plan();
}

std::vector<bool> lastingSlots(std::span<const Step> steps, std::size_t slots) {
    std::vector<bool> lasts(slots, false);
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (step->fate != Fate::Transient) lasts[step->output] = true;
        if (lasts[step->output] && dynamic_cast<const Reshape*>(step->operation) != nullptr)
            lasts[step->inputs[0]] = true;
    }
    return lasts;
}

}  // namespace attnscope
