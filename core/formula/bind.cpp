#include "formula/bind.h"

#include "base/text.h"
#include "formula/check.h"
#include "formula/indices.h"
#include "formula/message.h"

#include <algorithm>

namespace attnscope {

namespace {

template <typename Declarations>
std::vector<std::string> namesOf(const Declarations& declarations) {
    std::vector<std::string> names;
    for (const auto& declaration : declarations) names.push_back(declaration.name);
    return names;
}

class Binder {
public:
    Binder(const GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding)
        : m_graph(graph), m_formula(formula), m_binding(binding) {}

    Result<BoundFormula> run() {
        ATTN_CHECK(checkNames());
        ATTN_CHECK(bindIndices());
        ATTN_CHECK(bindShapes());
        ATTN_CHECK(bindProducts());
        ATTN_CHECK(checkMasks());
        ATTN_CHECK(checkIndices());
        ATTN_CHECK(m_bound.extents.bindUses(m_formula, m_bound.absent));
        return std::move(m_bound);
    }

private:
    [[nodiscard]] std::string placeOf(Position position) const {
        return m_formula.name() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    }

    Status checkNames() {
        ATTN_CHECK(checkKnown("input", m_binding.inputs, namesOf(m_formula.inputs())));
        ATTN_CHECK(checkKnown("weight", m_binding.weights, namesOf(m_formula.weights())));
        ATTN_CHECK(checkKnown("parameter", m_binding.parameters, namesOf(m_formula.parameters())));
        ATTN_CHECK(checkKnown("function", m_binding.functions, namesOf(m_formula.functions())));
        for (const Declaration& input : m_formula.inputs()) {
            if (!isMask(input) && !m_binding.inputs.contains(input.name))
                return fail(ErrorCode::InvalidInput,
                            "input " + input.name + " of formula " + m_formula.name() + " is missing");
        }
        for (const Declaration& weight : m_formula.weights()) {
            if (m_binding.weights.contains(weight.name)) continue;
            if (!weight.optional)
                return fail(ErrorCode::InvalidInput,
                            "weight " + weight.name + " of formula " + m_formula.name() + " is missing");
            m_bound.absent.insert(weight.name);
        }
        return {};
    }

    template <typename Given>
    Status checkKnown(const std::string& kind, const Given& given, const std::vector<std::string>& names) const {
        for (const auto& [name, unused] : given) {
            if (!contains(names, name))
                return fail(ErrorCode::InvalidInput, "formula " + m_formula.name() + " has no " + kind + " '" + name +
                                                         "'" + suggestion(name, names));
        }
        return {};
    }

    [[nodiscard]] bool isMask(const Declaration& input) const { return contains(maskNames(m_formula), input.name); }

    Status bindIndices() {
        for (const IndexDeclaration& index : m_formula.indices()) {
            const auto given = m_binding.extents.find(index.index);
            std::optional<std::int64_t> extent = index.extent;
            if (given != m_binding.extents.end()) extent = given->second;
            if (!extent) continue;
            const std::string source =
                given == m_binding.extents.end() ? "the formula" : "config entry " + index.fileName;
            ATTN_CHECK(m_bound.extents.bind(index.index, *extent, source, placeOf(index.position)));
        }
        return {};
    }

    Status bindShapes() {
        for (const Declaration& input : m_formula.inputs()) {
            const auto given = m_binding.inputs.find(input.name);
            if (given == m_binding.inputs.end()) continue;
            TensorAxes axes = input.axes;
            axes.insert(axes.begin(), {batchAxis});
            ATTN_CHECK(bindShape("input", input, axes, m_graph.shape(given->second)));
        }
        for (const Declaration& weight : m_formula.weights()) {
            if (m_bound.absent.contains(weight.name)) continue;
            ATTN_CHECK(bindShape("weight", weight, weight.axes, m_binding.weights.at(weight.name)->shape()));
        }
        return {};
    }

    Status bindShape(const std::string& kind, const Declaration& declaration, const TensorAxes& axes,
                     const Shape& shape) {
        if (shape.rank() != axes.size())
            return fail(ErrorCode::Shape, kind + " " + declaration.name + " has shape " + shape.text() +
                                              ", expected (" + expectedShape(axes) + ") for the indices [" +
                                              joined(declaration.indices, ",") + "] of formula " + m_formula.name());
        const std::string place = placeOf(declaration.position);
        for (std::size_t i = 0; i < axes.size(); ++i) {
            if (axes[i].size() == 1) {
                ATTN_CHECK(m_bound.extents.bind(axes[i].front(), shape[i], declaration.name, place));
            } else if (axes[i].size() > 1) {
                m_products.push_back({axes[i], shape[i], declaration.name, place});
            } else if (shape[i] != 1) {
                return fail(ErrorCode::Shape, kind + " " + declaration.name + " has shape " + shape.text() +
                                                  ", expected (" + expectedShape(axes) + ") (" + place + ")");
            }
        }
        return {};
    }

    /// "batch, 70, f" as far as it is known.
    [[nodiscard]] std::string expectedShape(const TensorAxes& axes) const {
        std::vector<std::string> expected;
        for (const std::vector<std::string>& axis : axes) {
            std::vector<std::string> factors;
            for (const std::string& letter : axis)
                factors.push_back(letter == batchAxis             ? "batch"
                                  : m_bound.extents.knows(letter) ? std::to_string(m_bound.extents[letter])
                                                                  : letter);
            expected.push_back(factors.empty() ? "1" : joined(factors, "·"));
        }
        return joined(expected, ", ");
    }

    /// What one axis gives can make another one known.
    Status bindProducts() {
        std::vector<Product> open = std::move(m_products);
        while (!open.empty()) {
            std::vector<Product> left;
            for (const Product& product : open) {
                ATTN_TRY(const bool done,
                         m_bound.extents.bindProduct(product.letters, product.extent, product.source, product.place));
                if (!done) left.push_back(product);
            }
            if (left.size() == open.size()) {
                const Product& product = left.front();
                return fail(ErrorCode::Shape,
                            "an axis of " + product.source + " has " + std::to_string(product.extent) +
                                " elements; how many of them are for each of " + joined(product.letters, ", ") +
                                " is not said (" + product.place + ")");
            }
            open = std::move(left);
        }
        return {};
    }

    Status checkMasks() const {
        for (const Declaration& input : m_formula.inputs()) {
            for (const std::string& index : input.indices) {
                if (!m_bound.extents.knows(index))
                    return fail(ErrorCode::InvalidInput,
                                "the " + input.name +
                                    " is missing, and no other input or weight says how far its index " + index +
                                    " runs");
            }
        }
        return {};
    }

    Status checkIndices() const {
        for (const IndexDeclaration& index : m_formula.indices()) {
            if (!m_bound.extents.knows(index.index))
                return fail(ErrorCode::InvalidInput, "how far index " + index.index +
                                                         " runs is not said: config entry " + index.fileName +
                                                         " is missing (" + placeOf(index.position) + ")");
        }
        return {};
    }

    /// An axis of several indices.
    struct Product {
        std::vector<std::string> letters;
        std::int64_t extent = 0;
        std::string source;
        std::string place;
    };

    const GraphBuilder& m_graph;
    const Formula& m_formula;
    const FormulaBinding& m_binding;
    BoundFormula m_bound;
    std::vector<Product> m_products;
};

}  // namespace

Result<BoundFormula> bindFormula(const GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding) {
    return Binder(graph, formula, binding).run();
}

}  // namespace attnscope
