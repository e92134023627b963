#include "formula/functions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace attnscope {

namespace {

constexpr std::array<std::pair<std::string_view, UnaryKind>, 19> functions = {{
    {"abs", UnaryKind::Abs},
    {"elu", UnaryKind::Elu},
    {"exp", UnaryKind::Exp},
    {"floor", UnaryKind::Floor},
    {"gelu", UnaryKind::Gelu},
    {"hard_sigmoid", UnaryKind::HardSigmoid},
    {"log", UnaryKind::Log},
    {"mish", UnaryKind::Mish},
    {"relu", UnaryKind::Relu},
    {"selu", UnaryKind::Selu},
    {"sigmoid", UnaryKind::Sigmoid},
    {"sign", UnaryKind::Sign},
    {"softplus", UnaryKind::Softplus},
    {"softsign", UnaryKind::Softsign},
    {"sqrt", UnaryKind::Sqrt},
    {"square", UnaryKind::Square},
    {"swish", UnaryKind::Swish},
    {"tanh", UnaryKind::Tanh},
    {negateFunction, UnaryKind::Negate},
}};

constexpr std::array<std::pair<std::string_view, ReductionKind>, 4> reductions = {{
    {"sum", ReductionKind::Sum},
    {"mean", ReductionKind::Mean},
    {"max", ReductionKind::Max},
    {"softmax", ReductionKind::Softmax},
}};

}  // namespace

std::optional<UnaryKind> functionKind(std::string_view name) {
    const auto* const found = std::ranges::find(functions, name, &std::pair<std::string_view, UnaryKind>::first);
    if (found == functions.end()) return std::nullopt;
    return found->second;
}

std::optional<ReductionKind> reductionKind(std::string_view name) {
    const auto* const found = std::ranges::find(reductions, name, &std::pair<std::string_view, ReductionKind>::first);
    if (found == reductions.end()) return std::nullopt;
    return found->second;
}

std::optional<IndexFunction> indexFunction(std::string_view name) {
    if (name == indexFunctionName(IndexFunction::Position)) return IndexFunction::Position;
    if (name == indexFunctionName(IndexFunction::Size)) return IndexFunction::Size;
    return std::nullopt;
}

std::string_view indexFunctionName(IndexFunction function) {
    return function == IndexFunction::Position ? "position" : "size";
}

bool isReserved(std::string_view name) {
    return functionKind(name) || reductionKind(name) || indexFunction(name);
}

std::string_view reductionName(ReductionKind kind) {
    return std::ranges::find(reductions, kind, &std::pair<std::string_view, ReductionKind>::second)->first;
}

const std::vector<std::string>& directiveNames() {
    static const std::vector<std::string> names = {"class",    "weights", "input",  "parameter",
                                                   "function", "index",   "output", "site"};
    return names;
}

std::vector<std::string> elementwiseNames() {
    std::vector<std::string> names{std::string(linearFunction)};
    for (const auto& [name, kind] : functions) {
        if (name != negateFunction) names.emplace_back(name);
    }
    return names;
}

std::vector<std::string> callableNames() {
    std::vector<std::string> names;
    for (const auto& [name, kind] : reductions) names.emplace_back(name);
    for (const IndexFunction function : {IndexFunction::Position, IndexFunction::Size})
        names.emplace_back(indexFunctionName(function));
    for (const auto& [name, kind] : functions) {
        if (name != negateFunction) names.emplace_back(name);
    }
    return names;
}

}  // namespace attnscope
