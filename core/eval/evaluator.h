#pragma once

#include "eval/backend.h"
#include "eval/edits.h"
#include "eval/lazy_tensor.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace attnscope {

/// What an evaluation gives back.
struct Evaluation {
    std::map<ValueId, LazyTensor> values;  ///< what was asked for
    std::size_t evaluatedOperations = 0;  ///< how many nodes of the graph really ran
    double milliseconds = 0.0;
};

/// Evaluates a graph and remembers what it computed: a value is computed again only when something upstream of it, or
/// an edit on it, changed. One mechanism serves inputs, edits, undo and switching between model and what-if.
///
/// A value's version is the identity of everything it depends on (its operation, its inputs' versions, its edit), so
/// equal versions mean equal numbers. Results are kept by version, least recently used first to go.
class Evaluator {
public:
    static constexpr std::size_t defaultMemory = std::size_t{512} << 20U;
    static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

    /// What was asked for and lies on a device is brought into memory at once if it has at most `readAtOnce` elements;
    /// larger values are left there until somebody looks at them.
    Evaluator(std::shared_ptr<const Graph> graph, std::shared_ptr<Backend> backend,
              std::size_t memoryBudget = defaultMemory, std::size_t readAtOnce = everything);

    [[nodiscard]] const Graph& graph() const { return *m_graph; }

    /// Evaluates what `wanted` depends on. `inputs` are in the order of Graph::inputs(), with their shapes.
    /// Errors: shapes that differ from the graph's, checkEdits', the backend's. After a lost device everything is
    /// computed once more, for a backend that has another one standing by.
    [[nodiscard]] Result<Evaluation> evaluate(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                              const std::vector<ValueId>& wanted, const CancelToken& cancel);

private:
    using Version = std::uint64_t;
    struct Remembered {
        StoredPtr value;
        std::uint64_t lastUse = 0;
        bool constant = false;  ///< weights are shared with the model: they cost nothing to keep
    };
    struct Plan;

    [[nodiscard]] Result<Evaluation> evaluateOnce(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                                  const std::vector<ValueId>& wanted, const CancelToken& cancel);
    [[nodiscard]] Result<LazyTensor> handOut(const StoredPtr& stored, ValueId id, const std::vector<TensorPtr>& inputs,
                                             const Edits& edits) const;
    Version versionOf(std::string key);
    void planEdits(Plan& plan, ValueId id, const Edits& edits);
    void prepare(Plan& plan, const std::vector<TensorPtr>& inputs, const Edits& edits,
                 const std::vector<ValueId>& wanted);
    void forgetBeyondBudget();

    std::shared_ptr<const Graph> m_graph;
    std::shared_ptr<Backend> m_backend;
    std::size_t m_memoryBudget;
    std::size_t m_readAtOnce;
    std::unordered_map<std::string, Version> m_versions;
    std::unordered_map<Version, Remembered> m_memory;
    std::uint64_t m_clock = 0;
};

}  // namespace attnscope
