#include "layers/einsum.h"

#include "base/text.h"
#include "layers/support.h"
#include "ops/matmul.h"

#include <algorithm>
#include <map>
#include <string>

namespace attnscope {

namespace {

/// A value whose axes have letters; capital letters from the front stand for the axes of an ellipsis.
struct Lettered {
    ValueId value;
    std::string letters;
};

constexpr std::string_view ellipsis = "...";

bool has(const std::string& letters, char letter) {
    return letters.find(letter) != std::string::npos;
}

class Einsum {
public:
    Einsum(Lowering& lowering, std::string_view equation) : m_lowering(lowering), m_equation(equation) {}

    Result<ValueId> run(const std::vector<ValueId>& values) {
        ATTN_TRY(std::vector<Lettered> operands, parse(values));
        for (Lettered& operand : operands) {
            const std::string& other = operands.size() == 1 ? std::string() : otherThan(operands, operand).letters;
            ATTN_TRY(operand, sumAway(operand, other + m_output));
        }
        Lettered result = operands.front();
        if (operands.size() == 2) {
            ATTN_TRY(result, product(operands[0], operands[1]));
        }
        ATTN_TRY(result, ordered(result, m_output));
        return result.value;
    }

private:
    tl::unexpected<Error> refuse(ErrorCode code, const std::string& why) const {
        return fail(code, "einsum \"" + std::string(m_equation) + "\": " + why);
    }

    static const Lettered& otherThan(const std::vector<Lettered>& operands, const Lettered& one) {
        return &operands[0] == &one ? operands[1] : operands[0];
    }

    Result<std::vector<Lettered>> parse(const std::vector<ValueId>& values) {
        std::string equation(m_equation);
        std::erase(equation, ' ');
        const std::size_t arrow = equation.find("->");
        if (arrow == std::string::npos) return refuse(ErrorCode::Unsupported, "an output behind -> was expected");
        const std::vector<std::string> inputs = split(equation.substr(0, arrow), ',');
        if (inputs.size() != values.size() || values.empty() || values.size() > 2)
            return refuse(ErrorCode::Unsupported,
                          std::to_string(values.size()) + " operands given, one or two expected");
        std::vector<Lettered> operands;
        std::string hidden;
        for (std::size_t index = 0; index < values.size(); ++index) {
            const Shape& shape = m_lowering.graph().shape(values[index]);
            std::string letters = inputs[index];
            if (const std::size_t dots = letters.find(ellipsis); dots != std::string::npos) {
                if (letters.size() - ellipsis.size() > shape.rank()) return refuse(ErrorCode::Shape, "too few axes");
                const std::size_t count = shape.rank() + ellipsis.size() - letters.size();
                std::string axes;
                for (std::size_t axis = 0; axis < count; ++axis) axes += static_cast<char>('A' + axis);
                if (axes.size() > hidden.size()) hidden = axes;
                letters.replace(dots, ellipsis.size(), axes);
            }
            ATTN_CHECK(bind(letters, shape));
            operands.push_back({values[index], std::move(letters)});
        }
        m_output = equation.substr(arrow + 2);
        if (const std::size_t dots = m_output.find(ellipsis); dots != std::string::npos)
            m_output.replace(dots, ellipsis.size(), hidden);
        for (const char letter : m_output)
            if (!m_extents.contains(letter)) return refuse(ErrorCode::Format, std::string("no operand has ") + letter);
        return operands;
    }

    Status bind(const std::string& letters, const Shape& shape) {
        if (letters.size() != shape.rank())
            return refuse(ErrorCode::Shape,
                          "an operand of shape " + shape.text() + " given for the axes '" + letters + "'");
        for (std::size_t axis = 0; axis < letters.size(); ++axis) {
            if (letters.find(letters[axis], axis + 1) != std::string::npos)
                return refuse(ErrorCode::Unsupported, "an operand with the same axis twice");
            const auto [known, isNew] = m_extents.try_emplace(letters[axis], shape[axis]);
            if (!isNew && known->second != shape[axis])
                return refuse(ErrorCode::Shape, std::string("axis ") + letters[axis] + " is " +
                                                    std::to_string(known->second) + " and " +
                                                    std::to_string(shape[axis]));
        }
        return {};
    }

    /// Sums over the axes that nothing else needs.
    Result<Lettered> sumAway(const Lettered& operand, const std::string& needed) {
        std::vector<std::size_t> axes;
        std::string kept;
        for (std::size_t axis = 0; axis < operand.letters.size(); ++axis) {
            if (has(needed, operand.letters[axis])) {
                kept += operand.letters[axis];
            } else {
                axes.push_back(axis);
            }
        }
        if (axes.empty()) return operand;
        ATTN_TRY(const ValueId sum, reduce(m_lowering, ReduceKind::Sum, operand.value, std::move(axes)));
        return Lettered{sum, kept};
    }

    Result<Lettered> ordered(const Lettered& operand, const std::string& letters) {
        std::vector<std::size_t> order;
        for (const char letter : letters) order.push_back(operand.letters.find(letter));
        ATTN_TRY(const ValueId value, permute(m_lowering, operand.value, std::move(order)));
        return Lettered{value, letters};
    }

    Shape extents(const std::string& letters) const {
        std::vector<std::int64_t> found;
        for (const char letter : letters) found.push_back(m_extents.at(letter));
        return Shape(std::move(found));
    }

    /// An operand as [batch axes…, rows, columns], where rows and columns each stand for any number of axes.
    Result<ValueId> asMatrices(const Lettered& operand, const std::string& batch, const std::string& rows,
                               const std::string& columns) {
        ATTN_TRY(const Lettered sorted, ordered(operand, batch + rows + columns));
        std::vector<std::int64_t> shape = extents(batch).extents();
        shape.push_back(extents(rows).elements());
        shape.push_back(extents(columns).elements());
        return reshape(m_lowering, sorted.value, Shape(std::move(shape)));
    }

    /// A matrix product for each element of the axes that both operands and the output share.
    Result<Lettered> product(const Lettered& a, const Lettered& b) {
        std::string batch;
        std::string contracted;
        std::string left;
        std::string right;
        for (const char letter : a.letters)
            (!has(b.letters, letter) ? left : has(m_output, letter) ? batch : contracted) += letter;
        for (const char letter : b.letters)
            if (!has(a.letters, letter)) right += letter;
        ATTN_TRY(const ValueId x, asMatrices(a, batch, left, contracted));
        ATTN_TRY(const ValueId y, asMatrices(b, batch, contracted, right));
        ATTN_TRY(const ValueId z, m_lowering.graph().add(std::make_shared<MatMul>(), {x, y}, "product"));
        const std::string letters = batch + left + right;
        ATTN_TRY(const ValueId value, reshape(m_lowering, z, extents(letters)));
        return Lettered{value, letters};
    }

    Lowering& m_lowering;
    std::string_view m_equation;
    std::string m_output;
    std::map<char, std::int64_t> m_extents;
};

}  // namespace

Result<ValueId> einsum(Lowering& lowering, std::string_view equation, std::vector<ValueId> operands) {
    return Einsum(lowering, equation).run(operands);
}

}  // namespace attnscope
