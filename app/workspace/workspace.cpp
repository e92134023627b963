#include "workspace/workspace.h"

#include "workspace/edit_command.h"
#include "workspace/formula_folder.h"

#include <algorithm>
#include <filesystem>

namespace attnscope {
namespace {

QString fileName(const std::string& path) {
    return QString::fromStdString(std::filesystem::path(path).filename().string());
}

bool sameInputs(const std::vector<std::optional<InputSource>>& left,
                const std::vector<std::optional<InputSource>>& right) {
    return std::ranges::equal(left, right, [](const auto& a, const auto& b) {
        return a.has_value() == b.has_value() && (!a || sameSource(*a, *b));
    });
}

}  // namespace

Workspace::Workspace(std::shared_ptr<Backend> backend, QObject* parent, QSettings* settings)
    : QObject(parent),
      m_opened{backend->name(), backend->description(), backend->remark()},
      m_catalogue(bundledCatalogue()),
      m_memory(settings),
      m_worker(std::move(backend)) {
    m_device.opened = m_opened;
    connect(&m_worker, &Worker::activityChanged, this, &Workspace::activityChanged);
}

Workspace::~Workspace() = default;

// What there is.

int Workspace::chosenRow() const {
    if (m_activeInput >= m_state.inputs.size() || !m_state.inputs[m_activeInput]) return -1;
    const InputSource& chosen = *m_state.inputs[m_activeInput];
    const auto found =
        std::ranges::find_if(m_list, [&](const ListedSource& listed) { return sameSource(listed.source, chosen); });
    return found == m_list.end() ? -1 : static_cast<int>(found - m_list.begin());
}

std::vector<std::string> Workspace::sites() const {
    std::vector<std::string> names;
    if (m_records.model) {
        for (const SiteRecord& site : m_records.model->sites) names.push_back(site.name);
        return names;
    }
    for (const LayerSummary& layer : m_model.layers) {
        if (layer.isSite) names.push_back(layer.name);
    }
    return names;
}

const std::vector<DescribedWeight>* Workspace::siteWeights(const std::string& layer) const {
    const auto found = m_model.siteWeights.find(layer);
    return found == m_model.siteWeights.end() ? nullptr : &found->second;
}

ViewState Workspace::viewState() const {
    return {m_records.model, m_records.whatIf, m_site, std::filesystem::path(m_model.opened.path).filename().string(),
            m_display};
}

Activity Workspace::activity() const {
    Activity activity{m_worker.activity(), 0, 0, {}};
    if (m_worker.isBusy(JobKind::OpenModel)) {
        activity.done = m_reading.done;
        activity.total = m_reading.total;
        activity.unit = tr("MiB");
    }
    if (m_worker.isBusy(JobKind::Predict)) {
        activity.done = m_predicted;
        activity.total = m_list.size();
    }
    return activity;
}

// Opening.

void Workspace::openFiles(const std::vector<std::string>& paths, const std::string& architecture) {
    if (paths.empty()) return;
    std::ranges::copy(paths, std::back_inserter(m_unrecognized));
    m_worker.submit(
        JobKind::Recognize, tr("Looking at %1").arg(fileName(paths.front())),
        [files = m_unrecognized](Engine&, const CancelToken&) -> Result<std::vector<RecognizedFile>> {
            return Engine::recognize(files);
        },
        [this, architecture](const Result<std::vector<RecognizedFile>>& recognized) {
            m_unrecognized.clear();
            openRecognized(*recognized, architecture);
        });
}

void Workspace::openRecognized(const std::vector<RecognizedFile>& files, std::string architecture) {
    const auto named = std::ranges::find(files, FileRole::Architecture, &RecognizedFile::role);
    if (named != files.end()) architecture = named->path;
    std::vector<std::string> sequences;
    for (const RecognizedFile& file : files) {
        if (file.role == FileRole::Model) openModel(file.path, architecture);
        if (file.role == FileRole::Tokenizer) openTokenizer(file.path);
        if (file.role == FileRole::Sequences) sequences.push_back(file.path);
    }
    if (!sequences.empty()) openSequences(sequences);
    if (named != files.end() && std::ranges::find(files, FileRole::Model, &RecognizedFile::role) == files.end())
        emit problem({ErrorCode::Unsupported,
                      "is a model's architecture without its weights; open both together",
                      {architecture}});
}

void Workspace::openModel(const std::string& path, const std::string& architecture) {
    m_reading = {};
    m_worker.submit(
        JobKind::OpenModel, tr("Opening %1").arg(fileName(path)),
        [this, request = OpenModelRequest{path, architecture, m_catalogue, m_memory.all()}](Engine&,
                                                                                            const CancelToken& cancel) {
            const auto progress = [this, cancel](std::uint64_t done, std::uint64_t total) {
                const auto show = [this, cancel, done, total] {
                    if (!cancel.cancelled()) showReading(done, total);  // not of a model that nobody waits for
                };
                QMetaObject::invokeMethod(this, show, Qt::QueuedConnection);
            };
            return Engine::openModel(request, {cancel, progress});
        },
        [this](Result<DescribedModel>&& model) {
            if (!model)
                emit problem(model.error());
            else if (model->opened.model == nullptr)
                emit architectureWanted(QString::fromStdString(model->opened.path));
            else
                applyModel(*std::move(model));
            if (const auto held = std::exchange(m_heldSequences, std::nullopt))
                openSequences(held->paths, held->column);
        });
}

void Workspace::showReading(std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t mebibyte = 1U << 20U;
    m_reading.done = done / mebibyte;
    m_reading.total = total / mebibyte;
    emit activityChanged();
}

void Workspace::applyModel(DescribedModel model) {
    // A tokenizer opened before any model was meant for the model to come.
    if (!hasModel() && !model.opened.tokenizer && m_model.opened.tokenizer) {
        if (const auto serving = tokenizerServing(*model.opened.model, m_model.opened.tokenizer)) {
            model.opened.tokenizer = *serving;
            model.opened.tokenizerPath = m_model.opened.tokenizerPath;
        }
    }
    m_model = std::move(model);
    m_worker.cancel(JobKind::Describe);  // of the model before
    m_undo.clear();
    m_roles.clear();
    m_state = {std::move(m_state.inputs), {}, m_model.choices, {}};
    m_editedFormulas.clear();
    m_wantedSite.clear();
    m_activeInput = 0;
    const std::vector<ModelInput>& inputs = m_model.opened.model->inputs();
    m_state.inputs.resize(inputs.size());
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        std::optional<InputSource>& source = m_state.inputs[index];
        if (source && !fits(*source, inputs[index])) source.reset();
    }
    forgetRecords({});
    const std::vector<std::string> names = sites();
    if (std::ranges::find(names, m_site) == names.end()) m_site = names.empty() ? std::string() : names.front();
    if (m_model.opened.isSequence && m_state.inputs.size() == 1) {
        const std::string& path = m_model.opened.path;
        m_state.inputs.front() = InputSource{InputSource::Kind::MatrixFile, fileName(path).toStdString(), path};
    }
    fillInputs();
    emit modelChanged();
    emit siteChanged();
    emit editsChanged();
    emit inputsChanged();
    inspect();
    restartPredictions();
}

void Workspace::openTokenizer(const std::string& path) {
    m_worker.submit(
        JobKind::OpenTokenizer, tr("Opening %1").arg(fileName(path)),
        [path, model = m_model.opened.model](Engine&, const CancelToken&) -> Result<TokenizerPtr> {
            ATTN_TRY(TokenizerPtr tokenizer, loadTokenizer(path));
            if (!model) return tokenizer;
            Result<TokenizerPtr> serving = tokenizerServing(*model, std::move(tokenizer));
            if (!serving) return failWithin(path, std::move(serving).error());
            return serving;
        },
        [this, path](const Result<TokenizerPtr>& tokenizer) {
            if (!tokenizer) {
                emit problem(tokenizer.error());
                return;
            }
            m_model.opened.tokenizer = *tokenizer;
            m_model.opened.tokenizerPath = path;
            m_undo.clear();  // masked timesteps of other tokens would come back
            m_state.edits = withoutTextEdits();
            emit modelChanged();
            emit editsChanged();
            inspect();
            restartPredictions();
        });
}

void Workspace::openSequences(const std::vector<std::string>& paths, std::optional<std::string> column) {
    OpenSequencesRequest request{paths, std::move(column), {}};
    if (m_worker.isBusy(JobKind::OpenModel)) {  // whether a table holds texts or numbers depends on the model
        m_heldSequences = std::move(request);
        return;
    }
    if (hasModel() && m_activeInput < opened().model->inputs().size())
        request.numbers = !opened().model->inputs()[m_activeInput].tokenIds;
    m_worker.submit(
        JobKind::OpenSequences, tr("Opening %1").arg(fileName(paths.front())),
        [request](Engine&, const CancelToken& cancel) -> Result<OpenedSequences> {
            return Engine::openSequences(request, cancel);
        },
        [this](Result<OpenedSequences>&& sequences) {
            if (sequences)
                applySequences(*std::move(sequences));
            else
                emit problem(sequences.error());
        });
}

void Workspace::applySequences(OpenedSequences sequences) {
    if (!sequences.sources.empty()) {
        m_list.erase(m_list.begin() + static_cast<std::ptrdiff_t>(m_typed), m_list.end());
        std::ranges::move(sequences.sources, std::back_inserter(m_list));
        m_columns = std::move(sequences.columns);
        emit listChanged();
        chooseRow(static_cast<int>(m_typed));
        restartPredictions();
    }
    if (sequences.problems.empty()) return;
    Error first = std::move(sequences.problems.front());
    const auto others = sequences.problems.size() - 1;
    if (others == 1) first.message += tr("; another file could not be read either").toStdString();
    if (others > 1) first.message += tr("; %1 more files could not be read either").arg(others).toStdString();
    emit problem(first);
}

// Choosing.

void Workspace::setActiveInput(std::size_t input) {
    if (input >= m_state.inputs.size() || input == m_activeInput) return;
    m_activeInput = input;
    emit inputsChanged();
    restartPredictions();
}

void Workspace::chooseRow(int row) {
    if (row < 0 || row >= static_cast<int>(m_list.size())) return;
    if (!hasModel()) return;
    if (row == chosenRow() && !m_inspectProblem) return;
    chooseSource(m_list[static_cast<std::size_t>(row)].source);
}

/// The active input or, if the source does not fit it, the first one that it fits.
std::size_t Workspace::inputFor(const InputSource& source) const {
    const std::vector<ModelInput>& inputs = opened().model->inputs();
    if (fits(source, inputs[m_activeInput])) return m_activeInput;
    const auto found = std::ranges::find_if(inputs, [&](const ModelInput& input) { return fits(source, input); });
    return found == inputs.end() ? m_activeInput : static_cast<std::size_t>(found - inputs.begin());
}

void Workspace::chooseSource(const InputSource& source) {
    setActiveInput(inputFor(source));
    const bool first = !m_state.inputs[m_activeInput].has_value();
    EditState after = m_state;
    after.edits = withoutTextEdits();
    after.inputs[m_activeInput] = source;
    if (after.edits == m_state.edits)
        apply(after);
    else
        push(tr("Choose %1").arg(QString::fromStdString(source.name)), {}, std::move(after));
    // The next thing to choose is for the next input that has nothing.
    const auto missing = std::ranges::find(m_state.inputs, false, &std::optional<InputSource>::has_value);
    if (first && missing != m_state.inputs.end())
        setActiveInput(static_cast<std::size_t>(missing - m_state.inputs.begin()));
}

/// Gives the active input, if it has nothing yet, the first thing of the list that fits.
void Workspace::fillInputs() {
    if (m_activeInput >= m_state.inputs.size() || m_state.inputs[m_activeInput]) return;
    const ModelInput& input = opened().model->inputs()[m_activeInput];
    const auto found =
        std::ranges::find_if(m_list, [&](const ListedSource& listed) { return fits(listed.source, input); });
    if (found != m_list.end()) m_state.inputs[m_activeInput] = found->source;
}

void Workspace::typeText(const std::string& text) {
    const bool inTokens = hasModel() && m_activeInput < opened().model->inputs().size()
                              ? tokenizerFor(opened(), opened().model->inputs()[m_activeInput]) != nullptr
                              : opened().tokenizer != nullptr;
    const bool asIds = !inTokens && text.find_first_not_of("0123456789 ,[]\t") == std::string::npos;
    const InputSource source{asIds ? InputSource::Kind::Ids : InputSource::Kind::Text,
                             "typed " + std::to_string(++m_typedNumber), text};
    m_list.insert(m_list.begin(), ListedSource{source, {}, {}});
    ++m_typed;
    emit listChanged();
    chooseRow(0);
    m_predicted = 0;
    m_worker.cancel(JobKind::Predict);
    predictNext();
}

void Workspace::setSite(const std::string& site) {
    const std::vector<std::string> names = sites();
    if (site == m_site || std::ranges::find(names, site) == names.end()) return;
    m_site = site;
    emit siteChanged();
}

void Workspace::setDisplay(const DisplayOptions& display) {
    if (display == m_display) return;
    m_display = display;
    emit displayChanged();
}

const SiteRecord* Workspace::modelSite() const {
    return m_records.model ? m_records.model->findSite(m_site) : nullptr;
}

void Workspace::push(const QString& text, const std::string& mergeKey, EditState after) {
    pushInSession(text, mergeKey, m_gesture, std::move(after));
}

void Workspace::pushInSession(const QString& text, const std::string& mergeKey, std::uint64_t session,
                              EditState after) {
    m_undo.push(new EditCommand(*this, text, mergeKey, session, std::move(after)));  // the stack owns it
}

void Workspace::apply(const EditState& state) {
    const bool otherInputs = !sameInputs(m_state.inputs, state.inputs);
    const bool otherFormulas = m_state.formulas != state.formulas;
    const bool otherEdits = m_state.edits != state.edits || otherFormulas;
    const bool otherChoices = m_state.choices != state.choices;
    EditState before = std::exchange(m_state, state);
    if (otherFormulas) parseEditedFormulas();
    if (otherChoices) applyChoices();
    if (otherInputs) emit inputsChanged();
    if (otherEdits) emit editsChanged();
    inspect();
    // The predictions of the list depend on what the other inputs are given.
    if (m_activeInput < before.inputs.size()) before.inputs[m_activeInput] = m_state.inputs[m_activeInput];
    if (otherChoices || !sameInputs(before.inputs, m_state.inputs)) restartPredictions();
}

void Workspace::runExport(const std::string& path, std::function<Status()> writer) {
    m_worker.submit(
        JobKind::Export, tr("Exporting %1").arg(fileName(path)),
        [writer = std::move(writer)](Engine&, const CancelToken&) { return writer(); },
        [this, path](const Status& status) {
            if (status)
                emit exported(QString::fromStdString(path));
            else
                emit problem(status.error());
        });
}

}  // namespace attnscope
