#pragma once

#include <compare>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace attnscope {

/// A place in a formula's source, both counted from 1; columns count code points.
struct Position {
    int line = 1;
    int column = 1;
    auto operator<=>(const Position&) const = default;
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// `2.5`
struct NumberExpression {
    float value = 0.0F;
};

/// `x[t,f]`, `epsilon`, `K[0,f,g]`, `x[-1,f]`
struct ReferenceExpression {
    std::string name;
    std::vector<std::string> indices;  ///< letters, or whole numbers as written: 0 is the first element, -1 the last
    std::vector<Position> indexPositions;  ///< one for each index, for messages
};

/// `tanh(…)`, `-…`: one of the elementwise functions, by name ("negate" for the sign).
struct CallExpression {
    std::string function;
    ExpressionPtr argument;
};

/// `a + b`, `a <= b` …; the operator is one of + - * / ^ < <= > >= == !=. Comparisons give 1 or 0.
struct BinaryExpression {
    std::string op = "+";
    ExpressionPtr left;
    ExpressionPtr right;
};

enum class ReductionKind { Sum, Mean, Max, Softmax };

/// `sum(t: …)`, `softmax(t: …)`: over one or several indices. Softmax keeps its index, the others remove it.
struct ReductionExpression {
    ReductionKind kind = ReductionKind::Sum;
    std::vector<std::string> indices;
    ExpressionPtr argument;
    std::vector<Position> indexPositions;  ///< one for each index, for messages
};

enum class IndexFunction {
    Position,  ///< where the index is: 0 for the first
    Size,      ///< how far it runs
};

/// `position(t)`, `size(t)`
struct IndexExpression {
    IndexFunction function = IndexFunction::Position;
    std::string index;
    Position indexPosition;
};

/// A node of a formula's syntax tree.
struct Expression {
    std::variant<NumberExpression, ReferenceExpression, CallExpression, BinaryExpression, ReductionExpression,
                 IndexExpression>
        node;
    Position position;
};

}  // namespace attnscope
