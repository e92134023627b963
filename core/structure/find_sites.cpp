#include "structure/find_sites.h"

#include "base/text.h"
#include "structure/weighing.h"
#include "structure/what_if_masks.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace attnscope {

namespace {

using Classes = std::map<std::string, std::string, std::less<>>;

bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}

/// "GlobalAveragePooling1D" → "global_average_pooling1d", as Keras names layers (generic_utils.py, to_snake_case).
std::string snakeCase(std::string_view className) {
    std::string snake;
    for (std::size_t place = 0; place < className.size(); ++place) {
        const auto letter = static_cast<unsigned char>(className[place]);
        const bool lowerNext = place + 1 < className.size() && std::islower(className[place + 1]) != 0;
        const bool afterLower = place > 0 && std::islower(className[place - 1]) != 0;
        if (std::isupper(letter) != 0 && place > 0 && (lowerNext || afterLower) && className[place - 1] != '_')
            snake += '_';
        snake += static_cast<char>(std::tolower(letter));
    }
    return snake;
}

std::string ownName(const std::string& layer) {
    const auto slash = layer.rfind('/');
    return slash == std::string::npos ? layer : layer.substr(slash + 1);
}

const std::string& classOfLayer(const Classes& classes, const std::string& layer) {
    static const std::string none;
    const auto found = classes.find(layer);
    return found == classes.end() ? none : found->second;
}

bool saysAttention(const std::string& layer) {
    std::string name = ownName(layer);
    std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return name.find("atten") != std::string::npos || name.find("attn") != std::string::npos;
}

/// The layer that people know this attention by.
const std::string& namingLayer(const Weighing& weighing, const Classes& classes) {
    const std::vector<std::string>& layers = weighing.layersOnTheWay;
    if (const auto found = std::ranges::find_if(layers, saysAttention); found != layers.end()) return *found;
    const auto found = std::ranges::find_if(layers, [&](const std::string& layer) {
        return !isAutomaticName(ownName(layer), classOfLayer(classes, layer));
    });
    return found != layers.end() ? *found : layers.front();
}

/// Layers whose formula says already where their attention is.
bool liesInSite(const Graph& graph, const std::string& layer) {
    return std::ranges::any_of(
        graph.sites(), [&](const Site& site) { return layer == site.layer || layer.starts_with(site.layer + "/"); });
}

/// The mask that the layer of a softmax applies by itself.
std::optional<ValueId> ownMask(const Graph& graph, const Weighing& weighing) {
    const Value& weights = graph.value(weighing.normalization.weights);
    const auto mask = graph.find(weights.layer + "/mask");
    const Shape expected{weights.shape[0], weights.shape[weighing.normalization.axis]};
    if (!mask || graph.value(*mask).shape != expected) return std::nullopt;
    return *mask;
}

std::string indexed(const std::string& name, const std::vector<std::string>& axes) {
    return axes.empty() ? name : name + "[" + joined(axes, ",") + "]";
}

std::vector<std::string> statements(const Weighing& weighing, bool isReduced) {
    std::vector<std::string> lines;
    const std::string score = indexed("e", weighing.scoreAxes);
    const std::string weights = indexed("a", weighing.weightAxes);
    const std::string normalized = isReduced ? indexed("p", weighing.scoreAxes) : weights;
    lines.push_back(normalized + " = " +
                    (weighing.normalization.isSoftmax ? "softmax(t: " + score + ")"
                                                      : "exp(" + score + ") / sum(t: exp(" + score + "))"));
    if (isReduced) {
        std::vector<std::string> gone;
        for (const std::string& axis : weighing.scoreAxes)
            if (std::ranges::find(weighing.weightAxes, axis) == weighing.weightAxes.end()) gone.push_back(axis);
        const bool sums = !weighing.reduced.empty() && !gone.empty();
        lines.push_back(weights + (sums ? " = " + weighing.reduced + "(" + joined(gone, ",") + ": " + normalized + ")"
                                        : " = what becomes of " + normalized));
    }
    const std::string product = weights + " * " + indexed("x", weighing.valueAxes);
    const std::string output = indexed("c", weighing.outputAxes);
    switch (weighing.total) {
        case Total::None:
            lines.push_back(output + " = " + product);
            break;
        case Total::Sum:
            lines.push_back(output + " = sum(t: " + product + ")");
            break;
        case Total::Mean:
            lines.push_back(output + " = mean(t: " + product + ")");
            break;
    }
    return lines;
}

class Finder {
public:
    Finder(Graph graph, const Classes& classes) : m_graph(std::move(graph)), m_classes(classes) {}

    GraphWithSites run() && {
        follow();
        if (m_found.empty()) return {std::move(m_graph), std::move(m_notes)};
        std::vector<WhatIfMask> wanted;
        for (const Weighing& weighing : m_found)
            if (takesMask(weighing)) wanted.push_back({weighing.normalization.weights, weighing.normalization.axis});
        MaskedGraph masked = withWhatIfMasks(m_graph, wanted);
        for (const Site& site : m_graph.sites()) masked.builder.site(moved(site, masked));
        std::size_t nextMask = 0;
        for (const Weighing& weighing : m_found) {
            Site site = siteOf(weighing, masked);
            if (takesMask(weighing)) {
                site.mask = masked.masks[nextMask++];
                site.maskIsWhatIf = true;
            } else if (const auto mask = ownMask(m_graph, weighing)) {
                site.mask = masked.values[mask->index];
            }
            if (site.mask) site.named.insert(site.named.begin() + 1, {"mask", *site.mask, {"t"}, ValueRole::Mask});
            masked.builder.site(std::move(site));
        }
        return {std::move(masked.builder).build(), std::move(m_notes)};
    }

private:
    void follow() {
        const Uses uses(m_graph);
        TimeAxes times(m_graph);
        std::set<ValueId> weighed;
        // The last normalisation of a chain is the one whose result weighs.
        for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node) {
            if (liesInSite(m_graph, m_graph.value(node->output).layer)) continue;
            const auto found = normalization(m_graph, *node);
            if (!found || found->axis == 0 || !m_graph.value(found->weights).batched) continue;
            Followed followed = attnscope::follow(m_graph, uses, times, *found);
            if (!followed.remark.empty()) m_notes.push_back(std::move(followed.remark));
            if (followed.weighing && weighed.insert(followed.weighing->product).second)
                m_found.push_back(*std::move(followed.weighing));
        }
        std::ranges::reverse(m_found);
        std::ranges::reverse(m_notes);
    }

    [[nodiscard]] bool takesMask(const Weighing& weighing) const {
        const Node& node = *producer(m_graph, weighing.normalization.weights);
        return weighing.normalization.isSoftmax && node.inputs.size() == 1 && !ownMask(m_graph, weighing);
    }

    static Site moved(Site site, const MaskedGraph& masked) {
        const auto move = [&](ValueId& id) { id = masked.values[id.index]; };
        for (ValueId* id : {&site.score, &site.weights, &site.values, &site.output}) move(*id);
        if (site.mask) move(*site.mask);
        for (NamedValue& named : site.named) move(named.value);
        return site;
    }

    [[nodiscard]] Site siteOf(const Weighing& weighing, const MaskedGraph& masked) const {
        const auto now = [&](ValueId old) { return masked.values[old.index]; };
        Site site;
        site.layer = namingLayer(weighing, m_classes);
        site.name = site.layer;
        site.className = classOfLayer(m_classes, site.layer);
        site.formula = foundByStructure;
        site.timeAxis = "t";
        site.score = now(weighing.normalization.score);
        site.weights = now(weighing.weights);
        site.values = now(weighing.values);
        site.output = now(weighing.output);
        const bool isReduced = weighing.weights != weighing.normalization.weights;
        site.statements = statements(weighing, isReduced);
        site.named.push_back({"x", site.values, weighing.valueAxes, ValueRole::Values});
        site.named.push_back({"e", site.score, weighing.scoreAxes, ValueRole::Score});
        if (isReduced)
            site.named.push_back({"p", now(weighing.normalization.weights), weighing.scoreAxes, ValueRole::Step});
        site.named.push_back({"a", site.weights, weighing.weightAxes, ValueRole::Weights});
        site.named.push_back({"c", site.output, weighing.outputAxes, ValueRole::Output});
        return site;
    }

    Graph m_graph;
    const Classes& m_classes;
    std::vector<Weighing> m_found;
    std::vector<std::string> m_notes;
};

}  // namespace

bool isAutomaticName(std::string_view name, std::string_view className) {
    if (className.empty()) return false;
    const std::string snake = snakeCase(className);
    if (!name.starts_with(snake)) return false;
    name.remove_prefix(snake.size());
    return name.empty() || (name.size() > 1 && name.front() == '_' && std::ranges::all_of(name.substr(1), isDigit));
}

GraphWithSites findSites(Graph graph, const Classes& classOf) {
    return Finder(std::move(graph), classOf).run();
}

}  // namespace attnscope
