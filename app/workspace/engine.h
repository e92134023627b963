#pragma once

#include "base/cancel.h"
#include "inspect/inspector.h"
#include "layers/weight_terms.h"
#include "loading/loading.h"
#include "workspace/devices.h"
#include "workspace/layer_choices.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// What a file is for.
enum class FileRole { Model, Architecture, Tokenizer, Sequences };

struct RecognizedFile {
    std::string path;
    FileRole role = FileRole::Sequences;
};

/// A weight of a layer with what the config says about it.
struct DescribedWeight {
    Shape shape;
    WeightTerms terms;
};

/// An opened model with what a list of layers shows.
struct DescribedModel {
    OpenedModel opened;
    std::string fingerprint;  ///< of the file's bytes
    LayerChoices choices;     ///< that `opened` is lowered by
    std::vector<LayerSummary> layers;
    /// The weights of the layers that are sites, by the layers' names.
    std::map<std::string, std::vector<DescribedWeight>, std::less<>> siteWeights;
};

/// A text or numeric sequence in the list, with what the model makes of it once that is known.
struct ListedSource {
    InputSource source;
    std::string label;  ///< that came with the text; empty for none
    std::optional<Result<std::vector<Prediction>>> prediction;
};

struct OpenSequencesRequest {
    std::vector<std::string> paths;
    std::optional<std::string> column;  ///< of a table of texts; without it the table decides
    /// A .csv or .tsv holds measurements rather than texts; unknown while no model is open.
    std::optional<bool> numbers;
};

/// The columns of a table of texts, of which one is shown; no columns for other files.
struct TextColumns {
    std::string path;
    std::vector<std::string> columns;
    std::string chosen;
};

struct OpenedSequences {
    std::vector<ListedSource> sources;
    std::vector<Error> problems;  ///< files that could not be read; the others are in `sources`
    TextColumns columns;          ///< of the last table
};

struct OpenModelRequest {
    std::string path;
    std::string architecture;  ///< of a file of weights; empty: look beside it
    std::shared_ptr<const Catalogue> catalogue;
    std::map<std::string, LayerChoices> remembered;  ///< by fingerprint
};

/// Formulas that layers are read by for comparison, by the layers' names: the source.
using FormulaEdits = std::map<std::string, std::string, std::less<>>;

/// One source per input of the model.
struct InspectRequest {
    OpenedModel opened;
    std::vector<InputSource> inputs;
    Edits edits;
    FormulaEdits formulas;
};

/// The same record twice when nothing is edited.
struct Inspected {
    RecordPtr model;
    RecordPtr whatIf;
    /// Why the edited formulas could not be evaluated; `whatIf` is then without them.
    std::optional<Error> formulaProblem;
};

/// Where the time of one whole evaluation went.
struct Profiled {
    std::string device;  ///< that answered
    double milliseconds = 0.0;
    Profile profile;
};

/// Everything the window lets compute, without threads: plain requests in, results out. One worker owns it.
class Engine {
public:
    explicit Engine(std::shared_ptr<Backend> backend) : m_backend(std::move(backend)) {}

    /// Tells by first bytes and name what each file is.
    [[nodiscard]] static std::vector<RecognizedFile> recognize(const std::vector<std::string>& paths);
    /// Reads a model and the tokenizer beside it, its layers as they were last chosen; a file of weights with the
    /// architecture that is given, or lies beside it. Without one there is no model in the result. Errors name the
    /// file.
    [[nodiscard]] static Result<DescribedModel> openModel(const OpenModelRequest& request, const ReadWatch& watch);
    /// Lists the layers anew: after a formula was chosen for one of them.
    [[nodiscard]] static DescribedModel describe(OpenedModel opened);
    /// Reads texts and numeric sequences; what cannot be read does not spoil the rest.
    [[nodiscard]] static OpenedSequences openSequences(const OpenSequencesRequest& request, const CancelToken& cancel);

    /// Evaluates without and with the edits. Errors: makeSequence's, Inspector::inspect's.
    [[nodiscard]] Result<Inspected> inspect(const InspectRequest& request, const CancelToken& cancel);
    /// Evaluates the predictions only, apart from the memory that `inspect` keeps for fast edits.
    [[nodiscard]] Result<std::vector<Prediction>> predict(const InspectRequest& request, const CancelToken& cancel);

    /// Opens what was chosen, which computes from now on. Errors: resolveDevice's and Devices::open's; what computed so
    /// far then goes on.
    [[nodiscard]] Result<OpenedDevice> useDevice(const ChosenDevice& chosen, const Devices& devices);
    /// Evaluates every value on the device and on the CPU, with the edits. Errors: of edited formulas,
    /// Inspector::verifyWith's.
    [[nodiscard]] Result<Verification> verify(const InspectRequest& request, const CancelToken& cancel);
    /// Evaluates everything anew, taking the time of each operation. Errors: as inspect.
    [[nodiscard]] Result<Profiled> profile(const InspectRequest& request, const CancelToken& cancel);

private:
    /// Sequences made for one request, kept while the person edits.
    struct Prepared {
        InspectRequest request;
        std::vector<Sequence> sequences;
    };

    [[nodiscard]] Result<std::vector<Sequence>> sequencesFor(const InspectRequest& request);
    [[nodiscard]] Result<Inspector*> editedInspector(const InspectRequest& request);
    [[nodiscard]] Result<RecordPtr> inspectEdited(const InspectRequest& request, const CancelToken& cancel);
    Inspector& inspectorFor(std::unique_ptr<Inspector>& kept, const OpenedModel& opened);

    std::shared_ptr<Backend> m_backend;
    std::size_t m_readAtOnce = Inspector::usualReadAtOnce;
    OpenedModel m_current;  ///< what the inspectors were made for
    std::unique_ptr<Inspector> m_interactive;
    std::unique_ptr<Inspector> m_background;
    std::unique_ptr<Inspector> m_edited;  ///< reads layers by m_editedFormulas
    FormulaEdits m_editedFormulas;
    std::optional<Prepared> m_prepared;
    RecordPtr m_modelRecord;  ///< of m_prepared
};

/// Whether a source is of the kind that an input takes: token ids or numbers.
[[nodiscard]] bool fits(const InputSource& source, const ModelInput& input);

/// Whether two sources give a model the same thing.
[[nodiscard]] bool sameSource(const InputSource& left, const InputSource& right);

}  // namespace attnscope
