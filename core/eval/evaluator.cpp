#include "eval/evaluator.h"

#include "ops/edit.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>

namespace attnscope {
namespace {

void append(std::string& key, std::uint64_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

/// The edit's blocks in elements of one batch entry; rows come before what lies inside them, so that the later, finer
/// edit wins: std::map orders an index before every longer index that begins with it.
std::vector<SetElements::Block> blocksOf(const ValueEdit& edit, const Shape& entry) {
    const std::vector<std::int64_t> strides = entry.strides();
    std::vector<SetElements::Block> blocks;
    for (const auto& [index, number] : edit.elements) {
        SetElements::Block block{0, entry.elements(), number};
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            block.first += index[axis] * strides[axis];
            block.count = strides[axis];
        }
        blocks.push_back(block);
    }
    return blocks;
}

/// By value: whether something downstream of a site's own values reads it, while it does not depend on them itself. An
/// edit of a site is evaluated from these on.
std::vector<bool> edgesOfSites(const Graph& graph) {
    std::vector<bool> edges(graph.values().size(), false);
    for (const Site& site : graph.sites()) {
        std::vector<bool> inside(graph.values().size(), false);
        for (const NamedValue& named : site.named)
            inside[named.value.index] = named.role != ValueRole::Input && named.value != site.values;
        for (const Node& node : graph.nodes()) {  // producers come before what they produce
            const auto depends = [&](ValueId input) { return inside[input.index]; };
            if (std::ranges::any_of(node.inputs, depends)) inside[node.output.index] = true;
        }
        for (const Node& node : graph.nodes()) {
            if (!inside[node.output.index]) continue;
            for (const ValueId input : node.inputs)
                if (!inside[input.index]) edges[input.index] = true;
        }
    }
    return edges;
}

}  // namespace

/// What one evaluation is going to do: per value, what must run to have it.
struct Evaluator::Plan {
    /// The operations that make a value: its node, then its edits, each applied to what came before.
    struct Stage {
        std::shared_ptr<const Operation> operation;
        std::vector<std::size_t> inputs;  ///< slots
        std::size_t output = 0;
        Version version = 0;
        bool isNode = false;
    };
    std::vector<std::vector<Stage>> stages;  ///< by value
    std::vector<std::size_t> finalSlot;      ///< by value: where later operations and readers find it
    std::vector<Version> versions;           ///< by slot
    std::vector<Shape> shapes;               ///< by slot
    std::vector<TensorPtr> given;            ///< by slot: inputs and constants
    std::vector<bool> isConstant;            ///< by slot
    std::vector<bool> relevant;              ///< by value: something wanted depends on it

    std::size_t addSlot(Version version, const Shape& shape, TensorPtr tensor = nullptr, bool constant = false) {
        versions.push_back(version);
        shapes.push_back(shape);
        given.push_back(std::move(tensor));
        isConstant.push_back(constant);
        return versions.size() - 1;
    }
};

Evaluator::Evaluator(std::shared_ptr<const Graph> graph, std::shared_ptr<Backend> backend, std::size_t memoryBudget,
                     std::size_t readAtOnce)
    : m_graph(std::move(graph)),
      m_backend(std::move(backend)),
      m_edges(edgesOfSites(*m_graph)),
      m_memoryBudget(memoryBudget),
      m_readAtOnce(readAtOnce) {}

Evaluator::Version Evaluator::versionOf(std::string key) {
    return m_versions.try_emplace(std::move(key), m_versions.size() + 1).first->second;
}

void Evaluator::planEdits(Plan& plan, ValueId id, const Edits& edits) {
    const Value& value = m_graph->value(id);
    const ValueEdit* edit = edits.find(value.name);
    if (edit == nullptr) return;
    std::size_t& slot = plan.finalSlot[id.index];
    const auto addStage = [&](std::shared_ptr<const Operation> operation, std::vector<std::size_t> inputs,
                              std::string key) {
        for (const std::size_t input : inputs) append(key, plan.versions[input]);
        const Version version = versionOf(std::move(key));
        slot = plan.addSlot(version, value.shape);
        plan.stages[id.index].push_back({std::move(operation), std::move(inputs), slot, version, false});
    };

    if (edit->uniform) {
        const auto site = std::ranges::find(m_graph->sites(), id, &Site::weights);
        const auto& axes = site->find(id)->axes;
        const auto axis = static_cast<std::size_t>(std::ranges::find(axes, site->timeAxis) - axes.begin()) + 1;
        std::vector<std::size_t> inputs{slot};
        if (site->mask) inputs.push_back(plan.finalSlot[site->mask->index]);
        std::string key = "uniform";
        append(key, axis);
        addStage(std::make_shared<UniformWeights>(axis), std::move(inputs), std::move(key));
    }
    if (!edit->elements.empty()) {
        auto blocks = blocksOf(*edit, value.batched ? value.shape.from(1) : value.shape);
        std::string key = "set";
        for (const SetElements::Block& block : blocks) {
            append(key, static_cast<std::uint64_t>(block.first));
            append(key, static_cast<std::uint64_t>(block.count));
            std::uint32_t bits = 0;
            std::memcpy(&bits, &block.number, sizeof(bits));
            append(key, bits);
        }
        addStage(std::make_shared<SetElements>(std::move(blocks), value.batched), {slot}, std::move(key));
    }
}

void Evaluator::prepare(Plan& plan, const std::vector<TensorPtr>& inputs, const Edits& edits,
                        const std::vector<ValueId>& wanted) {
    const auto& values = m_graph->values();
    const auto& nodes = m_graph->nodes();

    // Backwards: what does anything wanted depend on? A site's mask also counts where its weights are pinned.
    plan.relevant.assign(values.size(), false);
    for (const ValueId id : wanted) plan.relevant[id.index] = true;
    for (std::size_t index = values.size(); index-- > 0;) {
        if (!plan.relevant[index]) continue;
        if (values[index].kind == ValueKind::Computed) {
            for (const ValueId input : nodes[values[index].producer].inputs) plan.relevant[input.index] = true;
        }
        const ValueEdit* edit = edits.find(values[index].name);
        if (edit == nullptr || !edit->uniform) continue;
        const auto site =
            std::ranges::find(m_graph->sites(), ValueId{static_cast<std::uint32_t>(index)}, &Site::weights);
        if (site->mask) plan.relevant[site->mask->index] = true;
    }

    // Forwards: the version of every such value. Values are numbered in the order they were added, producers first.
    plan.stages.resize(values.size());
    plan.finalSlot.resize(values.size());
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (!plan.relevant[index]) continue;
        const Value& value = values[index];
        std::string key;
        switch (value.kind) {
            case ValueKind::Input: {
                const auto place = std::ranges::find(m_graph->inputs(), ValueId{static_cast<std::uint32_t>(index)}) -
                                   m_graph->inputs().begin();
                const TensorPtr& tensor = inputs[static_cast<std::size_t>(place)];
                key = "input";
                append(key, index);
                key.append(reinterpret_cast<const char*>(tensor->data().data()), tensor->size() * sizeof(float));
                plan.finalSlot[index] = plan.addSlot(versionOf(std::move(key)), value.shape, tensor);
                break;
            }
            case ValueKind::Constant:
                key = "constant";
                append(key, index);
                plan.finalSlot[index] = plan.addSlot(versionOf(std::move(key)), value.shape, value.constant, true);
                break;
            case ValueKind::Computed: {
                const Node& node = nodes[value.producer];
                Plan::Stage stage{node.operation, {}, 0, 0, true};
                key = "node";
                append(key, value.producer);
                for (const ValueId input : node.inputs) {
                    stage.inputs.push_back(plan.finalSlot[input.index]);
                    append(key, plan.versions[stage.inputs.back()]);
                }
                stage.version = versionOf(std::move(key));
                stage.output = plan.addSlot(stage.version, value.shape);
                plan.finalSlot[index] = stage.output;
                plan.stages[index].push_back(std::move(stage));
                break;
            }
        }
        planEdits(plan, ValueId{static_cast<std::uint32_t>(index)}, edits);
    }
}

Result<Evaluation> Evaluator::evaluate(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                       const std::vector<ValueId>& wanted, const CancelToken& cancel,
                                       Remember remember) {
    Result<Evaluation> evaluation = evaluateOnce(inputs, edits, wanted, cancel, remember);
    if (evaluation || evaluation.error().code != ErrorCode::DeviceLost) return evaluation;
    m_memory.clear();  // what the device kept is gone: once more, from the inputs on
    return evaluateOnce(inputs, edits, wanted, cancel, remember);
}

Result<Evaluation> Evaluator::evaluateOnce(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                           const std::vector<ValueId>& wanted, const CancelToken& cancel,
                                           Remember remember) {
    const auto begin = std::chrono::steady_clock::now();
    if (inputs.size() != m_graph->inputs().size())
        return fail(ErrorCode::InvalidInput, std::to_string(inputs.size()) + " inputs found, " +
                                                 std::to_string(m_graph->inputs().size()) + " expected");
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const Value& value = m_graph->value(m_graph->inputs()[index]);
        if (inputs[index]->shape() != value.shape)
            return fail(ErrorCode::Shape, "input " + value.name + ": shape " + inputs[index]->shape().text() +
                                              " found, " + value.shape.text() + " expected");
    }
    ATTN_CHECK(checkEdits(edits, *m_graph));
    if (m_versions.size() > 100'000) {  // a very long afternoon of dragging: start afresh rather than grow
        m_versions.clear();
        m_memory.clear();
    }
    ++m_clock;

    Plan plan;
    prepare(plan, inputs, edits, wanted);

    // Backwards again: what is remembered need not run, and neither does what only it needs.
    std::vector<StoredPtr> slots(plan.versions.size());
    std::vector<bool> needed(plan.versions.size(), false);
    for (const ValueId id : wanted) needed[plan.finalSlot[id.index]] = true;
    std::vector<const Plan::Stage*> running;
    for (std::size_t index = m_graph->values().size(); index-- > 0;) {
        if (!plan.relevant[index]) continue;
        for (auto stage = plan.stages[index].rbegin(); stage != plan.stages[index].rend(); ++stage) {
            if (!needed[stage->output]) continue;
            if (const auto found = m_memory.find(stage->version); found != m_memory.end()) {
                found->second.lastUse = m_clock;
                slots[stage->output] = found->second.value;
                continue;
            }
            running.push_back(&*stage);
            for (const std::size_t input : stage->inputs) needed[input] = true;
        }
    }
    std::ranges::reverse(running);
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (!needed[slot] || plan.given[slot] == nullptr) continue;
        const auto found = m_memory.find(plan.versions[slot]);
        if (found != m_memory.end()) {
            slots[slot] = found->second.value;
        } else {
            ATTN_TRY(slots[slot], m_backend->store(plan.given[slot]));
        }
        m_memory[plan.versions[slot]] = {slots[slot], m_clock, plan.isConstant[slot]};
    }

    Evaluation evaluation;
    const std::vector<Fate> fates = fatesOf(plan, wanted, remember);
    std::vector<Step> steps;
    steps.reserve(running.size());
    for (const Plan::Stage* stage : running) {
        const std::size_t slot = stage->output;
        steps.push_back({stage->operation.get(), stage->inputs, slot, plan.shapes[slot], fates[slot]});
        if (stage->isNode) ++evaluation.evaluatedOperations;
    }
    ATTN_CHECK(m_backend->run(steps, slots, cancel));
    for (const Plan::Stage* stage : running)
        if (slots[stage->output] != nullptr) m_memory[stage->version] = {slots[stage->output], m_clock, false};

    for (const ValueId id : wanted) {
        ATTN_TRY(LazyTensor tensor, handOut(slots[plan.finalSlot[id.index]], id, inputs, edits));
        evaluation.values.emplace(id, std::move(tensor));
    }
    forgetBeyondBudget();
    evaluation.milliseconds =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    return evaluation;
}

/// The one place that decides what is left on a device.
Result<LazyTensor> Evaluator::handOut(const StoredPtr& stored, ValueId id, const std::vector<TensorPtr>& inputs,
                                      const Edits& edits) const {
    const Shape& shape = m_graph->value(id).shape;
    if (isReadAtOnce(shape) || !stored->onDevice()) {
        ATTN_TRY(TensorPtr tensor, stored->read());
        return LazyTensor(std::move(tensor));
    }
    return LazyTensor(shape, stored, [graph = m_graph, inputs, edits, id]() -> Result<TensorPtr> {
        ATTN_TRY(const Evaluation again,
                 Evaluator(graph, makeCpuBackend()).evaluate(inputs, edits, {id}, CancelToken()));
        return again.values.at(id).read();
    });
}

/// By slot: what becomes of the outputs that are computed now.
std::vector<Fate> Evaluator::fatesOf(const Plan& plan, const std::vector<ValueId>& wanted, Remember remember) const {
    std::vector<Fate> fates(plan.versions.size(), Fate::Transient);
    if (remember == Remember::ForEdits) {
        for (std::size_t slot = 0; slot < fates.size(); ++slot)
            if (static_cast<std::size_t>(plan.shapes[slot].elements()) * sizeof(float) <= smallValue)
                fates[slot] = Fate::Kept;
        for (std::size_t index = 0; index < plan.stages.size(); ++index) {
            if (!plan.relevant[index]) continue;
            if (m_edges[index]) fates[plan.finalSlot[index]] = Fate::Kept;
            for (const Plan::Stage& stage : plan.stages[index])
                if (!stage.isNode) fates[stage.inputs.front()] = Fate::Kept;  // what an edit is applied to
        }
    }
    for (const ValueId id : wanted) {
        const std::size_t slot = plan.finalSlot[id.index];
        fates[slot] = isReadAtOnce(plan.shapes[slot]) ? Fate::Read : Fate::Kept;
    }
    return fates;
}

void Evaluator::forgetBeyondBudget() {
    std::size_t bytes = 0;
    std::vector<std::pair<std::uint64_t, Version>> byAge;
    for (const auto& [version, remembered] : m_memory) {
        if (remembered.constant) continue;
        bytes += remembered.value->bytes();
        byAge.emplace_back(remembered.lastUse, version);
    }
    if (bytes <= m_memoryBudget) return;
    std::ranges::sort(byAge);
    for (const auto& [lastUse, version] : byAge) {
        if (bytes <= m_memoryBudget || lastUse == m_clock) return;  // what was just used stays
        bytes -= m_memory.at(version).value->bytes();
        m_memory.erase(version);
    }
}

}  // namespace attnscope
