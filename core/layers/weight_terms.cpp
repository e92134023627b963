#include "layers/weight_terms.h"

#include "base/text.h"
#include "layers/support.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace attnscope {

using nlohmann::json;

namespace {

/// A config entry such as {"class_name": "L2", "config": {"l2": 0.01}}, "l2", or Keras 1's {"name": "l2", "l2": 0.01}.
struct Term {
    std::string kind;  ///< in words, lower case: "max norm"
    Config config;
    bool bareName = false;  ///< the entry is a string
};

/// "GlorotUniform", "glorot_uniform" → "glorot uniform"; "L1L2", "l1_l2" → "l1 l2".
std::string inWords(std::string_view name) {
    std::string words;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool upper = name[i] >= 'A' && name[i] <= 'Z';
        if (upper && i > 0 && name[i - 1] != '_') words += ' ';
        words += upper ? static_cast<char>(name[i] - 'A' + 'a') : name[i] == '_' ? ' ' : name[i];
    }
    return words;
}

/// One name for each kind: Keras has aliases of its own (tf_keras/src/constraints.py, initializers, regularizers.py).
std::string withoutAlias(std::string kind) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> aliases{{
        {"maxnorm", "max norm"},
        {"nonneg", "non neg"},
        {"unitnorm", "unit norm"},
        {"minmaxnorm", "min max norm"},
        {"zero", "zeros"},
        {"one", "ones"},
        {"uniform", "random uniform"},
        {"normal", "random normal"},
        {"l1l2", "l1 l2"},
        {"weight regularizer", "l1 l2"},
    }};
    const auto found = std::ranges::find(aliases, kind, &std::pair<std::string_view, std::string_view>::first);
    return found == aliases.end() ? kind : std::string(found->second);
}

std::optional<Term> readTerm(const Config& config, const std::string& key) {
    if (!config.has(key)) return std::nullopt;
    const json& entry = config.json().at(key);
    if (entry.is_string()) return Term{withoutAlias(inWords(entry.get<std::string>())), {}, true};
    if (!entry.is_object()) return std::nullopt;
    for (const char* name : {"class_name", "name"}) {
        const auto found = entry.find(name);
        if (found == entry.end() || !found->is_string()) continue;
        const auto inner = entry.find("config");
        const bool nested = inner != entry.end() && inner->is_object();
        return Term{withoutAlias(inWords(found->get<std::string>())), Config(nested ? *inner : entry)};
    }
    // A regulariser may be no more than its factors.
    if (entry.contains("l1") || entry.contains("l2")) return Term{"l1 l2", Config(entry)};
    return std::nullopt;
}

/// A number of a term's config; entries that are no numbers fall back, so that a strange config is still shown.
double numberOf(const Term& term, std::string_view key, double fallback) {
    return term.config.number(key, static_cast<float>(fallback)).value_or(static_cast<float>(fallback));
}

std::string shown(double number) {
    return floatText(static_cast<float>(number));
}

struct Penalty {
    std::string text;
    std::optional<float> value;
};

/// tf_keras/src/regularizers.py, OrthogonalRegularizer: mean |cosine| of different rows (or columns).
std::optional<double> orthogonality(const Tensor& weight, bool rows) {
    if (weight.rank() != 2) return std::nullopt;
    const std::int64_t count = weight.dim(rows ? 0 : 1);
    const std::int64_t length = weight.dim(rows ? 1 : 0);
    if (count < 2) return std::nullopt;
    const auto at = [&](std::int64_t vector, std::int64_t i) {
        return static_cast<double>(weight[static_cast<std::size_t>(rows ? vector * length + i : i * count + vector)]);
    };
    const auto product = [&](std::int64_t a, std::int64_t b) {
        double sum = 0.0;
        for (std::int64_t i = 0; i < length; ++i) sum += at(a, i) * at(b, i);
        return sum;
    };
    const auto norm = [&](std::int64_t a) { return std::sqrt(std::max(product(a, a), 1e-12)); };
    double total = 0.0;
    for (std::int64_t a = 0; a < count; ++a)
        for (std::int64_t b = 0; b < a; ++b) total += std::abs(product(a, b)) / (norm(a) * norm(b));
    return total / (static_cast<double>(count) * static_cast<double>(count - 1) / 2.0);
}

/// tf_keras/src/regularizers.py. The strings "l1", "l2" and "l1_l2" mean 0.01; the class L1L2 without factors means 0.
Penalty penaltyOf(const Term& term, const Tensor& weight) {
    if (term.kind == "orthogonal regularizer" || term.kind == "orthogonal") {
        const double factor = numberOf(term, "factor", 0.01);
        const std::string mode = term.config.text("mode", "rows").value_or("rows");
        const std::optional<double> mean = orthogonality(weight, mode == "rows");
        Penalty penalty{"orthogonal " + mode + " " + shown(factor), std::nullopt};
        if (mean) penalty.value = static_cast<float>(factor * *mean);
        return penalty;
    }
    if (term.kind != "l1" && term.kind != "l2" && term.kind != "l1 l2") return {term.kind, std::nullopt};
    const double legacy = numberOf(term, "l", 0.01);
    const double both = term.bareName ? 0.01 : 0.0;
    const double l1 = term.kind == "l2" ? 0.0 : numberOf(term, "l1", term.kind == "l1" ? legacy : both);
    const double l2 = term.kind == "l1" ? 0.0 : numberOf(term, "l2", term.kind == "l2" ? legacy : both);
    double absolute = 0.0;
    double squares = 0.0;
    for (const float number : weight.data()) {
        absolute += std::abs(static_cast<double>(number));
        squares += static_cast<double>(number) * static_cast<double>(number);
    }
    std::vector<std::string> parts;
    if (l1 != 0.0 || term.kind == "l1") parts.push_back("l1 " + shown(l1));
    if (l2 != 0.0 || term.kind == "l2") parts.push_back("l2 " + shown(l2));
    return {parts.empty() ? "l1 0, l2 0" : joined(parts, ", "), static_cast<float>(l1 * absolute + l2 * squares)};
}

/// The norms of a weight over some axes: one for each position of the other axes.
std::vector<double> norms(const Tensor& weight, const std::vector<std::size_t>& over) {
    const std::vector<std::int64_t> strides = weight.shape().strides();
    // Positions along the axes that are summed over collapse to 0, so that elements with the same place share a slot.
    std::vector<double> squares(weight.size(), 0.0);
    std::vector<bool> used(weight.size(), false);
    for (std::size_t flat = 0; flat < weight.size(); ++flat) {
        auto place = static_cast<std::int64_t>(flat);
        for (const std::size_t axis : over)
            place -= static_cast<std::int64_t>(flat) / strides[axis] % weight.dim(axis) * strides[axis];
        const auto slot = static_cast<std::size_t>(place);
        squares[slot] += static_cast<double>(weight[flat]) * static_cast<double>(weight[flat]);
        used[slot] = true;
    }
    std::vector<double> result;
    for (std::size_t slot = 0; slot < squares.size(); ++slot)
        if (used[slot]) result.push_back(std::sqrt(squares[slot]));
    return result;
}

struct Rule {
    std::string text;
    std::optional<bool> holds;
};

/// tf_keras/src/constraints.py: does the weight lie where the constraint would put it?
Rule ruleOf(const Term& term, const Tensor& weight) {
    constexpr double tolerance = 1e-6;
    if (term.kind == "non neg")
        return {term.kind, std::ranges::all_of(weight.data(), [](float number) { return number >= 0.0F; })};
    double smallest = 0.0;
    double largest = 0.0;
    std::string text = term.kind;
    if (term.kind == "max norm") {
        largest = numberOf(term, "max_value", numberOf(term, "m", 2.0));
        text += " " + shown(largest);
    } else if (term.kind == "unit norm") {
        smallest = largest = 1.0;
    } else if (term.kind == "min max norm") {
        smallest = numberOf(term, "min_value", numberOf(term, "low", 0.0));
        largest = numberOf(term, "max_value", numberOf(term, "high", 1.0));
        text += " " + shown(smallest) + " to " + shown(largest);
    } else {
        return {term.kind, std::nullopt};
    }
    std::vector<std::int64_t> named{0};
    if (term.config.has("axis")) {
        named = term.config.integers("axis").value_or(std::vector<std::int64_t>{});
    } else if (term.config.json().contains("axis")) {
        // An axis of null: the norm of the whole weight.
        named.resize(weight.rank());
        std::iota(named.begin(), named.end(), 0);
    }
    const auto axes = axesOf(named, weight.rank());
    if (!axes) return {text, std::nullopt};
    const auto within = [&](double norm) {
        return norm <= largest * (1.0 + tolerance) && norm >= smallest * (1.0 - tolerance);
    };
    return {text, std::ranges::all_of(norms(weight, *axes), within)};
}

/// The prefixes that a weight's config entries may have: "recurrent_kernel" → itself and "recurrent"; "attention_W" →
/// itself and "W". Keras calls a recurrent kernel's entries `recurrent_…`.
std::vector<std::string> prefixesOf(const std::string& name) {
    std::vector<std::string> prefixes{name};
    constexpr std::string_view kernel = "_kernel";
    if (name.ends_with(kernel)) {
        prefixes.push_back(name.substr(0, name.size() - kernel.size()));
        return prefixes;
    }
    for (std::size_t cut = name.find('_'); cut != std::string::npos; cut = name.find('_', cut + 1))
        prefixes.push_back(name.substr(cut + 1));
    return prefixes;
}

std::optional<Term> termFor(const Config& config, const std::vector<std::string>& prefixes, const std::string& what) {
    for (const std::string& prefix : prefixes)
        if (auto term = readTerm(config, prefix + what)) return term;
    return std::nullopt;
}

}  // namespace

std::vector<WeightTerms> weightTerms(const Layer& layer, const std::vector<std::string>& names) {
    std::vector<WeightTerms> all;
    for (const LayerWeight& weight : layer.weights) {
        WeightTerms terms;
        terms.weight = all.size() < names.size() ? names[all.size()] : weight.name;
        const std::vector<std::string> prefixes = prefixesOf(shortWeightName(terms.weight));
        if (const auto term = termFor(layer.config, prefixes, "_initializer")) terms.initializer = term->kind;
        if (const auto term = termFor(layer.config, prefixes, "_regularizer")) {
            Penalty penalty = penaltyOf(*term, *weight.tensor);
            terms.regularizer = std::move(penalty.text);
            terms.penalty = penalty.value;
        }
        if (const auto term = termFor(layer.config, prefixes, "_constraint")) {
            Rule rule = ruleOf(*term, *weight.tensor);
            terms.constraint = std::move(rule.text);
            terms.holds = rule.holds;
        }
        all.push_back(std::move(terms));
    }
    return all;
}

}  // namespace attnscope
