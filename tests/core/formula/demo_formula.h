#pragma once

#include <string>

namespace attnscope::test {

/// A formula around one statement `e[t] = …` on line 3.
[[nodiscard]] inline std::string around(const std::string& right, const std::string& declarations = "weights W[f]") {
    return declarations + "\ninput x[t,f], mask[t]\ne[t] = " + right +
           "\na[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])\nsite score e, weights a, values x, output c\n";
}

/// A formula in which nothing is wrong.
inline const std::string sound = around("sum(f: x[t,f] * W[f])");

}  // namespace attnscope::test
