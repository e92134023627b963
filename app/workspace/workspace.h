#pragma once

#include "figure/device_map.h"
#include "figure/view_state.h"
#include "workspace/choice_memory.h"
#include "workspace/worker.h"

#include <QObject>
#include <QUndoStack>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

class FormulaFolder;

/// What is going on in the background; `what` is empty when nothing is.
struct Activity {
    QString what;
    std::size_t done = 0;
    std::size_t total = 0;  ///< 0 when it cannot be told
    QString unit;           ///< of both; empty when things are counted
};

/// What was chosen to compute, what does, and what else there is.
struct DeviceState {
    ChosenDevice chosen;
    OpenedDevice opened;
    std::vector<vulkan::DeviceInfo> found;  ///< the Vulkan devices of this machine, once they are listed
    std::string whyNoneFound;               ///< mostly empty
};

/// What undo brings back: what the model is given, how its layers are read, and what is set by hand.
struct EditState {
    std::vector<std::optional<InputSource>> inputs;  ///< one per model input
    Edits edits;
    LayerChoices choices = {};
    FormulaEdits formulas = {};  ///< what-ifs, while `choices` are the model's own reading
};

/// The one owner of the window's state. It computes nothing: requests go to the worker, and what comes back is kept
/// here and announced. When opening something fails, `problem` says why and everything stays as it was.
class Workspace : public QObject {
    Q_OBJECT
public:
    /// `settings` (may be nullptr) keep what was chosen for model files.
    explicit Workspace(std::shared_ptr<Backend> backend, QObject* parent = nullptr, QSettings* settings = nullptr);
    ~Workspace() override;

    // What computes. Each request returns at once; everything on show stays while the device changes.
    /// Puts other devices in the place of this machine's.
    void setDevices(Devices devices) { m_devices = std::move(devices); }
    [[nodiscard]] const DeviceState& deviceState() const { return m_device; }
    /// Opens a device and evaluates anew on it. Where it cannot be used, what computed so far goes on and
    /// `deviceState().opened.remark` says why.
    void useDevice(const ChosenDevice& device);
    void listDevices();
    /// Something else than the reference computes, and there is something to compute.
    [[nodiscard]] bool canVerify() const;
    /// Evaluates what is on show on the device and on the CPU; `verificationChanged` follows.
    void verify();
    void cancelVerification();
    [[nodiscard]] bool isVerifying() const { return m_worker.isBusy(JobKind::Verify); }
    /// Of what is on show now; nothing while that was not verified.
    [[nodiscard]] const std::optional<Result<Verification>>& verification() const { return m_verification; }
    /// Takes the time of every operation; `profileChanged` follows.
    void takeProfile();
    [[nodiscard]] bool isProfiling() const { return m_worker.isBusy(JobKind::TakeProfile); }
    [[nodiscard]] const std::optional<Result<Profiled>>& profile() const { return m_profile; }
    /// Whether a number of the chosen site still lies on a device only.
    [[nodiscard]] bool hasNumbersOnDevice() const;
    /// Brings them into memory; `numbersRead` follows.
    void readNumbers();
    /// Paints a map where its numbers lie; a newer request takes an older one's place.
    void paintMap(const MapRequest& request, std::function<void(const MapPicture&)> show);

    // What there is.
    [[nodiscard]] bool hasModel() const { return m_model.opened.model != nullptr; }
    [[nodiscard]] const OpenedModel& opened() const { return m_model.opened; }
    [[nodiscard]] const std::vector<LayerSummary>& layers() const { return m_model.layers; }
    /// The weights of an attention layer, or nullptr.
    [[nodiscard]] const std::vector<DescribedWeight>* siteWeights(const std::string& layer) const;
    /// One per input of the model.
    [[nodiscard]] const std::vector<std::optional<InputSource>>& inputs() const { return m_state.inputs; }
    /// The input that choosing and typing fill.
    [[nodiscard]] std::size_t activeInput() const { return m_activeInput; }
    [[nodiscard]] const std::vector<ListedSource>& list() const { return m_list; }
    /// The columns of the table that the list came from.
    [[nodiscard]] const TextColumns& columns() const { return m_columns; }
    /// The row of the list that the active input has; -1 for none.
    [[nodiscard]] int chosenRow() const;
    [[nodiscard]] std::vector<std::string> sites() const;
    [[nodiscard]] const std::string& site() const { return m_site; }
    [[nodiscard]] const Edits& edits() const { return m_state.edits; }
    /// How many things are set by hand, edited formulas included.
    [[nodiscard]] std::size_t editCount() const { return m_state.edits.count() + m_state.formulas.size(); }
    [[nodiscard]] const LayerChoices& choices() const { return m_state.choices; }
    [[nodiscard]] const FormulaEdits& formulaEdits() const { return m_state.formulas; }
    /// The formulas at hand, without what was written for a layer.
    [[nodiscard]] const Catalogue& catalogue() const { return *m_catalogue; }
    /// The layer in the list, or the one around it that the list has; nullptr if there is none.
    [[nodiscard]] const LayerSummary* layer(const std::string& name) const;
    /// The formula that the model's layer is read by, edited or not; nullptr for none.
    [[nodiscard]] const Formula* formulaOf(const std::string& layer) const;
    /// The formula that a site of the what-if record was read by; nullptr for a site that none describes.
    [[nodiscard]] const Formula* formulaOf(const SiteRecord& site) const;
    /// Why edited formulas have no part in the what-if record.
    [[nodiscard]] const std::optional<Error>& formulaProblem() const { return m_records.formulaProblem; }
    [[nodiscard]] QUndoStack* undoStack() { return &m_undo; }
    [[nodiscard]] const DisplayOptions& display() const { return m_display; }
    /// The newest records; null while there are none.
    [[nodiscard]] const RecordPtr& modelRecord() const { return m_records.model; }
    [[nodiscard]] const RecordPtr& whatIfRecord() const { return m_records.whatIf; }
    /// Why there are no records although model and inputs are chosen.
    [[nodiscard]] const std::optional<Error>& inspectProblem() const { return m_inspectProblem; }
    [[nodiscard]] ViewState viewState() const;
    [[nodiscard]] Activity activity() const;

    // Opening. Each returns at once; the result is announced.
    /// Opens files by what they hold: models, architectures of weights among them, tokenizers, texts, matrices.
    /// `architecture` is that of a file of weights, if it is none of them.
    void openFiles(const std::vector<std::string>& paths, const std::string& architecture = {});
    /// `architecture` is that of a file of weights; where none is given and none lies beside it, `architectureWanted`
    /// asks for it.
    void openModel(const std::string& path, const std::string& architecture = {});
    void openTokenizer(const std::string& path);
    /// Replaces what came from files in the list; what was typed stays.
    void openSequences(const std::vector<std::string>& paths, std::optional<std::string> column = {});
    /// Reads the person's own formulas and watches their folder.
    void watchFormulas(const std::string& folder);
    /// Writes a formula into that folder as NAME.formula; `formulaKept` or `problem` follows.
    void keepFormula(const std::string& name, const std::string& source, bool replace);
    [[nodiscard]] const std::string& formulaFolder() const { return m_folderPath; }

    // Choosing.
    void setActiveInput(std::size_t input);
    void chooseRow(int row);
    /// Adds a text to the list and chooses it; "12 7 3" is taken as ids while there is no tokenizer.
    void typeText(const std::string& text);
    void setSite(const std::string& site);
    void setDisplay(const DisplayOptions& display);

    // Editing; everything here can be undone. Edits of one gesture that follow each other become one step.
    void maskTimesteps(const std::vector<std::int64_t>& timesteps, bool masked);
    /// Sets an element of a value, by its name in the graph ("attention/W").
    void setElement(const std::string& value, const std::vector<std::int64_t>& index, float number);
    void pinUniform(bool pinned);
    /// Reads a layer by a formula of the catalogue; an empty name goes back to what the program finds by itself. Edits of
    /// its values go: they were about another formula.
    void setLayerFormula(const std::string& layer, const std::string& formula);
    /// Reads a layer by a formula that the person writes. Steps of one `session` become one; they must parse.
    void writeFormula(const std::string& layer, const std::string& source, std::uint64_t session);
    /// The same as a what-if beside the formula that the layer has; that very formula takes the what-if away.
    void editFormula(const std::string& layer, const std::string& source, std::uint64_t session);
    void revertFormula(const std::string& layer);
    /// Adds a layer to the model's, and looks at its site.
    void addLayer(const AddedLayer& layer);
    /// Takes an added layer away, with those that are given what it makes.
    void removeLayer(const std::string& name);
    [[nodiscard]] bool isPinnedUniform() const;
    void resetEdits();
    /// A mouse button or a key goes down: what follows is a new step for undo.
    void beginGesture() { ++m_gesture; }

    /// Runs an export of what is shown on the worker's thread; `exported` or `problem` follows.
    void runExport(const std::string& path, std::function<Status()> writer);
    /// Stops whatever is going on.
    void cancel();

signals:
    void modelChanged();
    void inputsChanged();
    void listChanged();
    void predictionChanged(int row);
    void siteChanged();
    void editsChanged();
    void displayChanged();
    void recordsChanged();
    void activityChanged();
    void problem(const attnscope::Error& error);
    /// A file holds weights only; openModel takes the architecture they belong to.
    void architectureWanted(const QString& weights);
    void exported(const QString& path);
    void deviceChanged();
    void verificationChanged();
    void profileChanged();
    void numbersRead();
    void catalogueChanged();
    void formulaKept(const QString& name);
    /// A file of the person's own formulas cannot be used; the others are.
    void formulaFileProblem(const attnscope::Error& error);

private:
    friend class EditCommand;

    void showReading(std::uint64_t done, std::uint64_t total);
    void openRecognized(const std::vector<RecognizedFile>& files, std::string architecture);
    void applyModel(DescribedModel model);
    void applySequences(OpenedSequences opened);
    void apply(const EditState& state);
    void push(const QString& text, const std::string& mergeKey, EditState after);
    void pushInSession(const QString& text, const std::string& mergeKey, std::uint64_t session, EditState after);
    void applyChoices();
    void parseEditedFormulas();
    void describe();
    void readFormulas();
    void setCatalogue(FoundFormulas found);
    void chooseSource(const InputSource& source);
    [[nodiscard]] Edits withoutTextEdits() const;
    [[nodiscard]] const SiteRecord* modelSite() const;
    [[nodiscard]] std::size_t inputFor(const InputSource& source) const;
    void fillInputs();
    void inspect();
    [[nodiscard]] std::optional<InspectRequest> request() const;
    [[nodiscard]] std::vector<LazyTensor> numbersOnDevice() const;
    void forgetVerification();
    void showWhatComputed(const Record& record);
    void acceptInspected(Result<Inspected> inspected);
    void forgetRecords(std::optional<Error> why);
    void restartPredictions();
    void predictNext();

    Devices m_devices;
    DeviceState m_device;
    OpenedDevice m_opened;  ///< what was opened, which another one may stand in for
    std::optional<Result<Verification>> m_verification;
    std::optional<Result<Profiled>> m_profile;
    DescribedModel m_model;
    EditState m_state;
    std::size_t m_activeInput = 0;
    std::vector<ListedSource> m_list;
    TextColumns m_columns;
    std::size_t m_typed = 0;  ///< how many of the list were typed; they come first
    std::size_t m_typedNumber = 0;
    std::string m_site;
    DisplayOptions m_display;
    Inspected m_records;
    /// The roles of the sites' values that were seen so far, by name: there may be no record when they are asked for.
    std::map<std::string, ValueRole, std::less<>> m_roles;
    std::string m_wantedSite;  ///< to look at as soon as there is a record of it
    std::shared_ptr<const Catalogue> m_catalogue;
    std::map<std::string, Formula, std::less<>> m_editedFormulas;  ///< m_state.formulas, parsed
    ChoiceMemory m_memory;
    std::unique_ptr<FormulaFolder> m_folder;
    std::string m_folderPath;
    std::string m_folderProblem;  ///< that was told last
    std::optional<Error> m_inspectProblem;
    QUndoStack m_undo;
    std::uint64_t m_gesture = 0;
    Activity m_reading;                                   ///< how much of the model that is being opened is read
    std::vector<std::string> m_unrecognized;              ///< files on their way to be recognized
    std::optional<OpenSequencesRequest> m_heldSequences;  ///< wait for the model that is being opened
    std::size_t m_predicted = 0;                          ///< rows of the list that have a prediction
    Worker m_worker;                                      ///< last, so that it stops first
};

}  // namespace attnscope
