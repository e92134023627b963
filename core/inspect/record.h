#pragma once

#include "eval/lazy_tensor.h"
#include "graph/site.h"
#include "tensor/tensor.h"
#include "text/sequence.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// Something the person should know about a record.
struct Finding {
    std::string code;     ///< stable, for scripts: "weight-on-padding"
    std::string message;  ///< one sentence with the numbers
    std::string site;     ///< empty: about the model
};

/// The smallest and the largest number of a value.
struct Extremes {
    float smallest = 0.0F;
    float largest = 0.0F;
};

/// A site's named value for one sequence.
struct RecordedValue {
    std::string name;               ///< "a"
    std::string graphName;          ///< "attention/a": what edits call it
    std::vector<std::string> axes;  ///< index letters of the tensor's axes
    ValueRole role = ValueRole::Step;
    /// Without the batch axis. A large value may still lie on the device that computed it: then `tensor.shape()` is
    /// free, and looking at a number waits for all of them (LazyTensor).
    LazyTensor tensor;
    /// Of a value that was left on a device, found there; nothing where one of its numbers is not finite.
    std::optional<Extremes> extremes = std::nullopt;
};

/// The smallest and the largest weight that a site's formula can give at all, for this number of timesteps.
struct AttainableRange {
    float low = 0.0F;
    float high = 1.0F;
};

/// What one attention site did with one sequence.
struct SiteRecord {
    std::string name;
    std::string layer;
    std::string className;
    std::string formula;
    std::vector<std::string>
        statements;  ///< the formula in words, where no formula of the catalogue describes the site
    std::string timeAxis;
    std::string queryAxis;  ///< the index letter of the timesteps that attend; empty where there are none
    bool maskIsWhatIf = false;
    std::vector<RecordedValue> values;  ///< in the formula's order
    std::size_t score = 0;              ///< places in `values`
    std::size_t weights = 0;
    std::size_t attended = 0;  ///< the values that are weighed (x)
    std::size_t output = 0;
    std::optional<std::size_t> mask;
    /// The place in Record::inputs of the sequence that its timesteps belong to; beyond the end if there is none.
    std::size_t input = 0;
    /// The same for the timesteps that attend.
    std::size_t queryInput = 0;
    /// One weight per timestep: the weights themselves, or their mean over the other axes.  [time]
    std::vector<float> perTimestep;
    std::optional<AttainableRange> attainable;

    // Of a slice of a site only, see slice.h.
    std::string sliceText;  ///< what part of the site this is: "head 2, mean over 70 queries"
    bool isMean = false;    ///< its weights are a mean over heads or queries
    TensorPtr contributed;  ///< see contributions.h

    [[nodiscard]] const RecordedValue& scoreValue() const { return values[score]; }
    [[nodiscard]] const RecordedValue& weightsValue() const { return values[weights]; }
    [[nodiscard]] const RecordedValue& attendedValue() const { return values[attended]; }
    [[nodiscard]] const RecordedValue& outputValue() const { return values[output]; }
    /// The value with this name, or nullptr.
    [[nodiscard]] const RecordedValue* find(std::string_view valueName) const;
    /// True where the site's mask excludes the timestep (for every timestep outside, in a site inside TimeDistributed).
    [[nodiscard]] bool masked(std::size_t timestep) const;
};

/// An output of the model.
struct Prediction {
    std::string output;  ///< the output layer's name
    TensorPtr data;      ///< without the batch axis
};

/// What an evaluation leaves for looking at: one sequence, all sites. Immutable.
struct Record {
    std::vector<Sequence> inputs;  ///< one per model input; the first text (or the first) is the one views align with
    std::vector<SiteRecord> sites;
    std::vector<Prediction> predictions;
    std::vector<Finding> findings;
    std::string device;
    std::size_t evaluatedOperations = 0;
    double milliseconds = 0.0;

    /// The sequence that a site's timesteps belong to, or nullptr if it has other timesteps than any input.
    [[nodiscard]] const Sequence* sequenceFor(const SiteRecord& site) const;
    /// The sequence that the attending timesteps belong to, or nullptr likewise, or if there are none.
    [[nodiscard]] const Sequence* querySequenceFor(const SiteRecord& site) const;
    [[nodiscard]] const SiteRecord* findSite(std::string_view name) const;
};
using RecordPtr = std::shared_ptr<const Record>;

}  // namespace attnscope
