#include "graph/graph.h"

#include "base/text.h"
#include "graph/value_limit.h"

#include <algorithm>

namespace attnscope {

const NamedValue* Site::find(std::string_view valueName) const {
    const auto found = std::ranges::find(named, valueName, &NamedValue::name);
    return found == named.end() ? nullptr : &*found;
}

const NamedValue* Site::find(ValueId id) const {
    const auto found = std::ranges::find(named, id, &NamedValue::value);
    return found == named.end() ? nullptr : &*found;
}

std::string Site::queryAxis() const {
    const NamedValue* attended = find(values);
    const NamedValue* result = find(output);
    const NamedValue* weighing = find(weights);
    if (attended == nullptr || result == nullptr || weighing == nullptr) return {};
    for (const std::string& axis : weighing->axes) {
        const bool inOutput = std::ranges::find(result->axes, axis) != result->axes.end();
        const bool inValues = std::ranges::find(attended->axes, axis) != attended->axes.end();
        if (axis != timeAxis && inOutput && !inValues) return axis;
    }
    return {};
}

Result<ValueId> Graph::find(std::string_view name) const {
    if (const auto found = m_byName.find(name); found != m_byName.end()) return found->second;
    // The likeliest slip is a value's short name, or the right layer with the wrong value.
    const std::string_view layer = name.substr(0, name.find('/'));
    std::vector<std::string> near;
    for (const auto& [candidate, id] : m_byName) {
        if (candidate.starts_with(std::string(layer) + "/") || candidate.ends_with("/" + std::string(name)))
            near.push_back(candidate);
    }
    std::string message = "there is no value named '" + std::string(name) + "'";
    if (!near.empty()) message += "; there are " + joined(near, ", ");
    return fail(ErrorCode::NotFound, std::move(message));
}

std::string GraphBuilder::fullName(std::string_view name) const {
    return m_layer.empty() ? std::string(name) : m_layer + "/" + std::string(name);
}

/// The first of `name`, `name#2`, `name#3` … that nothing has. Numbers are given out in order, so that halving finds
/// it: a layer may be called thousands of times.
static std::string freeName(const std::map<std::string, ValueId, std::less<>>& taken, const std::string& name) {
    if (!taken.contains(name)) return name;
    const auto numbered = [&](std::size_t number) { return name + "#" + std::to_string(number); };
    std::size_t last = 1;
    std::size_t next = 2;
    while (taken.contains(numbered(next))) {
        last = next;
        next *= 2;
    }
    while (next - last > 1) {
        const std::size_t middle = last + (next - last) / 2;
        (taken.contains(numbered(middle)) ? last : next) = middle;
    }
    return numbered(next);
}

ValueId GraphBuilder::append(Value value, std::string_view name) {
    value.name = freeName(m_graph.m_byName, fullName(name));
    value.layer = m_layer;
    const ValueId id{static_cast<std::uint32_t>(m_graph.m_values.size())};
    m_graph.m_byName.emplace(value.name, id);
    m_graph.m_values.push_back(std::move(value));
    return id;
}

ValueId GraphBuilder::input(const std::string& name, Shape shape) {
    Value value;
    value.shape = std::move(shape);
    value.kind = ValueKind::Input;
    value.batched = true;
    m_layer.clear();
    const ValueId id = append(std::move(value), name);
    m_graph.m_values.back().layer = name;
    m_graph.m_inputs.push_back(id);
    return id;
}

ValueId GraphBuilder::constant(std::string_view name, TensorPtr tensor) {
    const auto known = m_graph.m_byName.find(fullName(name));
    if (known != m_graph.m_byName.end() && value(known->second).constant == tensor) return known->second;
    Value value;
    value.shape = tensor->shape();
    value.kind = ValueKind::Constant;
    value.constant = std::move(tensor);
    return append(std::move(value), name);
}

ValueId GraphBuilder::batchedConstant(std::string_view name, TensorPtr tensor) {
    const ValueId id = constant(name, std::move(tensor));
    m_graph.m_values[id.index].batched = true;
    return id;
}

Result<ValueId> GraphBuilder::add(std::shared_ptr<const Operation> operation, std::vector<ValueId> inputs,
                                  std::string_view name) {
    std::vector<Shape> shapes;
    shapes.reserve(inputs.size());
    bool batched = false;
    for (const ValueId input : inputs) {
        shapes.push_back(shape(input));
        batched = batched || value(input).batched;
    }
    const std::string_view label = name.empty() ? operation->name() : name;
    Result<Shape> inferred = operation->inferShape(shapes);
    const Status reasonable = inferred ? expectReasonable(*inferred) : Status();
    if (!inferred || !reasonable) {
        Error error = inferred ? reasonable.error() : std::move(inferred).error();
        error = std::move(error).within("value " + std::string(label));
        if (!m_layer.empty()) error = std::move(error).within("layer " + m_layer);
        return fail(std::move(error));
    }
    Value value;
    value.shape = *std::move(inferred);
    value.batched = batched;
    value.producer = m_graph.m_nodes.size();
    const ValueId output = append(std::move(value), label);
    m_graph.m_nodes.push_back({std::move(operation), std::move(inputs), output});
    return output;
}

void GraphBuilder::site(Site site) {
    const std::string base = site.name;
    for (int number = 2; std::ranges::find(m_graph.m_sites, site.name, &Site::name) != m_graph.m_sites.end(); ++number)
        site.name = base + "#" + std::to_string(number);
    m_graph.m_sites.push_back(std::move(site));
}

}  // namespace attnscope
