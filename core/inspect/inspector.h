#pragma once

#include "eval/evaluator.h"
#include "eval/verify.h"
#include "inspect/record.h"
#include "model/model.h"
#include "text/sequence.h"

#include <list>
#include <map>
#include <memory>
#include <vector>

namespace attnscope {

/// Checks that a sequence fits an input: ids within the embedding (the error names the token), features as many as the
/// input has, no more timesteps than it takes.
[[nodiscard]] Status checkSequence(const Sequence& sequence, const ModelInput& input);

/// Lowers a model for the sequences it is given and evaluates it: the one stage that the window and the command line
/// share. Graphs are kept per sequence length, so that going from text to text costs no lowering. Not thread-safe: one
/// worker owns it.
class Inspector {
public:
    /// About as many numbers as a heatmap has pixels: bringing fewer than that back from a device costs less than
    /// bringing back a picture of them.
    static constexpr std::size_t usualReadAtOnce = std::size_t{1} << 20U;

    /// `readAtOnce`: larger values of a record are left on the device, see Evaluator.
    Inspector(std::shared_ptr<const Model> model, LoweringOptions options, std::shared_ptr<Backend> backend,
              std::size_t readAtOnce = usualReadAtOnce);

    [[nodiscard]] const Model& model() const { return *m_model; }

    /// The graph for these sequences (shared; kept for the most recent lengths).
    /// Errors: a wrong number of sequences, checkSequence's, lowerModel's.
    [[nodiscard]] Result<std::shared_ptr<const Graph>> graphFor(const std::vector<Sequence>& inputs);

    /// Evaluates every site and every prediction for one sequence per input.
    [[nodiscard]] Result<RecordPtr> inspect(const std::vector<Sequence>& inputs, const Edits& edits,
                                            const CancelToken& cancel);

    /// Evaluates the predictions only: for lists of many texts.
    [[nodiscard]] Result<std::vector<Prediction>> predict(const std::vector<Sequence>& inputs,
                                                          const CancelToken& cancel);

    /// Evaluates every value on this inspector's backend and on `reference`, and says where they differ most.
    /// Errors: as inspect, and code Device where another backend had to answer.
    [[nodiscard]] Result<Verification> verifyWith(const std::vector<Sequence>& inputs, const Edits& edits,
                                                  std::shared_ptr<Backend> reference, const CancelToken& cancel);

private:
    struct Lowered {
        std::vector<Shape> shapes;
        std::shared_ptr<const Graph> graph;
        std::vector<std::string> notes;
        std::optional<Error> incomplete;
        std::unique_ptr<Evaluator> evaluator;
    };

    [[nodiscard]] Result<Lowered*> loweredFor(const std::vector<Sequence>& inputs);

    std::shared_ptr<const Model> m_model;
    LoweringOptions m_options;
    std::shared_ptr<Backend> m_backend;
    std::size_t m_readAtOnce;
    std::list<Lowered> m_lowered;  ///< most recently used first
};

}  // namespace attnscope
