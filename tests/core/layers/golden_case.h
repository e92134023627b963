#pragma once

#include "model/model.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace attnscope::test {

struct NamedTensor {
    std::string name;
    Tensor tensor;
};

/// What a source framework gave for one set of inputs (format: tests/fixtures/golden.py).
struct GoldenRun {
    std::string note;
    std::vector<NamedTensor> inputs;
    std::vector<NamedTensor> outputs;
    std::vector<NamedTensor> values;  ///< by "layer/value"
    /// The weights of every site composed of ordinary layers, by the site's name; none if the case does not say.
    std::optional<std::vector<NamedTensor>> sites;
};

/// Penalties and constraints of the weights of one layer.
struct GoldenTerm {
    std::string layer;
    std::string weight;
    float value = 0.0F;
    bool holds = false;
};

struct GoldenCase {
    std::string name;
    std::string model;         ///< path of the model file
    std::string architecture;  ///< path of its architecture, if the file holds weights only
    std::vector<GoldenRun> runs;
    std::map<std::string, std::string, std::less<>> formulas;  ///< by layer, where the file alone does not decide
    std::vector<GoldenTerm> penalties;
    std::vector<GoldenTerm> constraints;
};

/// Every case of tests/fixtures/golden, in the order of their names.
[[nodiscard]] std::vector<GoldenCase> goldenCases();

/// The model of a case, read from its file or files.
[[nodiscard]] Result<std::shared_ptr<const Model>> openGolden(const GoldenCase& golden);

}  // namespace attnscope::test
