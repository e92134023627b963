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
    std::size_t evaluatedOperations = 0;   ///< how many nodes of the graph really ran
    double milliseconds = 0.0;
};

/// What an evaluator remembers of what it computed.
enum class Remember {
    /// What edits will need: what was asked for, what a site's formula reads from outside of it, what an edit is
    /// applied
    /// to, and everything small. A large value in between is computed again when it is needed again, from what is kept.
    ForEdits,
    /// Only what was asked for: for sequences that nobody works on.
    Wanted,
};

/// Evaluates a graph and remembers what it computed: a value is computed again only when something upstream of it, or
/// an edit on it, changed. One mechanism serves inputs, edits, undo and switching between model and what-if.
///
/// A value's version is the identity of everything it depends on (its operation, its inputs' versions, its edit), so
/// equal versions mean equal numbers. Results are kept by version, least recently used first to go. Everything that
/// must run is one run of the backend, which brings what was asked for with it.
class Evaluator {
public:
    static constexpr std::size_t defaultMemory = std::size_t{512} << 20U;
    static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
    /// A value of at most so many bytes costs nothing to keep.
    static constexpr std::size_t smallValue = std::size_t{1} << 20U;

    /// What was asked for and lies on a device is brought into memory at once if it has at most `readAtOnce` elements;
    /// larger values are left there until somebody looks at them.
    Evaluator(std::shared_ptr<const Graph> graph, std::shared_ptr<Backend> backend,
              std::size_t memoryBudget = defaultMemory, std::size_t readAtOnce = everything);

    [[nodiscard]] const Graph& graph() const { return *m_graph; }

    /// Evaluates what `wanted` depends on. `inputs` are in the order of Graph::inputs(), with their shapes.
    /// Errors: shapes that differ from the graph's, checkEdits', the backend's. After a lost device everything is
    /// computed once more, for a backend that has another one standing by.
    [[nodiscard]] Result<Evaluation> evaluate(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                              const std::vector<ValueId>& wanted, const CancelToken& cancel,
                                              Remember remember = Remember::ForEdits);

private:
    using Version = std::uint64_t;
    struct Remembered {
        StoredPtr value;
        std::uint64_t lastUse = 0;
        bool constant = false;  ///< weights are shared with the model: they cost nothing to keep
    };
    struct Plan;

    [[nodiscard]] Result<Evaluation> evaluateOnce(const std::vector<TensorPtr>& inputs, const Edits& edits,
                                                  const std::vector<ValueId>& wanted, const CancelToken& cancel,
                                                  Remember remember);
    [[nodiscard]] bool isReadAtOnce(const Shape& shape) const {
        return static_cast<std::size_t>(shape.elements()) <= m_readAtOnce;
    }
    [[nodiscard]] Result<LazyTensor> handOut(const StoredPtr& stored, ValueId id, const std::vector<TensorPtr>& inputs,
                                             const Edits& edits) const;
    Version versionOf(std::string key);
    void planEdits(Plan& plan, ValueId id, const Edits& edits);
    void prepare(Plan& plan, const std::vector<TensorPtr>& inputs, const Edits& edits,
                 const std::vector<ValueId>& wanted);
    [[nodiscard]] std::vector<Fate> fatesOf(const Plan& plan, const std::vector<ValueId>& wanted,
                                            Remember remember) const;
    void forgetBeyondBudget();

    std::shared_ptr<const Graph> m_graph;
    std::shared_ptr<Backend> m_backend;
    std::vector<bool> m_edges;  ///< by value: read from outside a site by what an edit of the site changes
    std::size_t m_memoryBudget;
    std::size_t m_readAtOnce;
    std::unordered_map<std::string, Version> m_versions;
    std::unordered_map<Version, Remembered> m_memory;
    std::uint64_t m_clock = 0;
};

}  // namespace attnscope
