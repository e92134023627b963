#include "workspace/engine.h"

#include "base/read_file.h"
#include "base/unicode.h"
#include "formats/architecture.h"
#include "formats/formats.h"
#include "formats/sharded_weights.h"
#include "text/matrix_file.h"
#include "text/text_file.h"
#include "workspace/choice_memory.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace attnscope {
namespace {

constexpr std::size_t headBytes = 4096;

std::string headOf(const std::string& path) {
    std::string head(headBytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(file.gcount()));
    return head;
}

template <std::size_t Count>
bool isOneOf(std::string_view text, const std::array<std::string_view, Count>& candidates) {
    return std::ranges::find(candidates, text) != candidates.end();
}

FileRole roleOf(const std::string& path) {
    // What opens a folder, a pipe or a device says what it is; to look into a pipe would be to wait for it.
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
        return FileRole::Model;
    const std::string head = headOf(path);
    const auto recognizes = [&](const FormatRow& format) { return format.recognizes(head, path); };
    if (std::ranges::any_of(formatTable(), recognizes)) return FileRole::Model;
    // A damaged model is still meant as a model: its reader then says what is wrong with it.
    static constexpr std::array<std::string_view, 3> models{".h5", ".hdf5", ".keras"};
    const std::string extension = lowerExtension(path);
    if (isOneOf(extension, models) || isShardMap(path)) return FileRole::Model;
    if (extension == ".json" && isArchitecture(path)) return FileRole::Architecture;
    const std::string stem = asciiLowered(std::filesystem::path(path).stem().string());
    const bool isVocabulary = extension == ".txt" && (stem.ends_with("vocab") || stem.ends_with("vocabulary"));
    if (extension == ".json" || isVocabulary) return FileRole::Tokenizer;
    return FileRole::Sequences;
}

bool isMatrix(const std::string& path, const std::optional<bool>& numbers) {
    const std::string extension = lowerExtension(path);
    if (extension == ".npy") return true;
    static constexpr std::array<std::string_view, 3> tables{".csv", ".tsv", ".tab"};
    if (!isOneOf(extension, tables)) return false;
    return numbers ? *numbers : readMatrix(path).has_value();
}

Status appendTexts(const std::string& path, const std::optional<std::string>& column, OpenedSequences& opened) {
    ATTN_TRY(TextTable table, readTexts(path, {column}));
    const std::string file = std::filesystem::path(path).filename().string();
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        InputSource source{InputSource::Kind::Text, file + ":" + std::to_string(row + 1),
                           std::move(table.rows[row].text)};
        opened.sources.push_back({std::move(source), table.rows[row].label.value_or(std::string()), {}});
    }
    opened.columns = {path, std::move(table.columns), std::move(table.chosenColumn)};
    return {};
}

Status appendMatrix(const std::string& path, OpenedSequences& opened) {
    ATTN_CHECK(readMatrix(path));
    opened.sources.push_back(
        {{InputSource::Kind::MatrixFile, std::filesystem::path(path).filename().string(), path}, {}, {}});
    return {};
}

std::vector<DescribedWeight> describeWeights(const LayerSummary& summary) {
    const std::vector<WeightTerms> terms = weightTerms(*summary.layer, weightNames(summary));
    std::vector<DescribedWeight> weights;
    for (std::size_t place = 0; place < terms.size(); ++place)
        weights.push_back({summary.layer->weights[place].tensor->shape(), terms[place]});
    return weights;
}

bool sameOpened(const OpenedModel& left, const OpenedModel& right) {
    return left.model == right.model && left.tokenizer == right.tokenizer &&
           left.lowering.catalogue == right.lowering.catalogue &&
           left.lowering.layerFormulas == right.lowering.layerFormulas &&
           left.lowering.addedLayers == right.lowering.addedLayers;
}

bool sameInputs(const InspectRequest& left, const InspectRequest& right) {
    return sameOpened(left.opened, right.opened) && std::ranges::equal(left.inputs, right.inputs, sameSource);
}

}  // namespace

bool fits(const InputSource& source, const ModelInput& input) {
    return input.tokenIds == (source.kind != InputSource::Kind::MatrixFile);
}

bool sameSource(const InputSource& left, const InputSource& right) {
    return left.kind == right.kind && left.name == right.name && left.content == right.content;
}

std::vector<RecognizedFile> Engine::recognize(const std::vector<std::string>& paths) {
    std::vector<RecognizedFile> files;
    for (const std::string& path : paths) files.push_back({path, roleOf(path)});
    return files;
}

Result<DescribedModel> Engine::openModel(const OpenModelRequest& request, const ReadWatch& watch) {
    OpenOptions options;
    options.architecturePath = request.architecture;
    options.lowering.catalogue = request.catalogue;
    ATTN_TRY(OpenedModel opened, attnscope::openModel(request.path, options, watch));
    DescribedModel described;
    if (opened.model == nullptr) {
        described.opened = std::move(opened);
        return described;
    }
    const std::string fingerprint = fingerprintOf(request.path);
    LayerChoices choices;
    if (const auto known = request.remembered.find(fingerprint); known != request.remembered.end()) {
        choices = known->second;
        // A formula may be gone since; the layer is then read as if it had not been chosen.
        std::erase_if(choices.formulas,
                      [&](const auto& choice) { return request.catalogue->find(choice.second) == nullptr; });
        if (auto lowering = loweringFor(request.catalogue, choices))
            opened.lowering = *std::move(lowering);
        else
            choices = {};
    }
    described = describe(std::move(opened));
    described.fingerprint = fingerprint;
    described.choices = std::move(choices);
    return described;
}

DescribedModel Engine::describe(OpenedModel opened) {
    DescribedModel described;
    described.layers = summarize(*opened.model, opened.lowering);
    for (const LayerSummary& summary : described.layers)
        if (summary.isSite && summary.layer) described.siteWeights[summary.name] = describeWeights(summary);
    described.opened = std::move(opened);
    return described;
}

OpenedSequences Engine::openSequences(const OpenSequencesRequest& request, const CancelToken& cancel) {
    OpenedSequences opened;
    for (const std::string& path : request.paths) {
        if (cancel.cancelled()) break;
        Status read =
            isMatrix(path, request.numbers) ? appendMatrix(path, opened) : appendTexts(path, request.column, opened);
        if (!read) opened.problems.push_back(std::move(read).error());
    }
    return opened;
}

Result<std::vector<Sequence>> Engine::sequencesFor(const InspectRequest& request) {
    const std::vector<ModelInput>& inputs = request.opened.model->inputs();
    std::vector<Sequence> sequences;
    for (std::size_t index = 0; index < request.inputs.size(); ++index) {
        ATTN_TRY(Sequence sequence, makeSequence(request.opened, inputs[index], request.inputs[index]));
        sequences.push_back(std::move(sequence));
    }
    return sequences;
}

Inspector& Engine::inspectorFor(std::unique_ptr<Inspector>& kept, const OpenedModel& opened) {
    if (!sameOpened(m_current, opened)) {
        m_interactive.reset();
        m_background.reset();
        m_edited.reset();
        m_current = opened;
    }
    if (!kept) kept = std::make_unique<Inspector>(opened.model, opened.lowering, m_backend, m_readAtOnce);
    return *kept;
}

Result<Inspected> Engine::inspect(const InspectRequest& request, const CancelToken& cancel) {
    Inspector& inspector = inspectorFor(m_interactive, request.opened);
    if (!m_prepared || !sameInputs(m_prepared->request, request)) {
        m_prepared.reset();
        m_modelRecord.reset();
        ATTN_TRY(std::vector<Sequence> sequences, sequencesFor(request));
        m_prepared = {request, std::move(sequences)};
    }
    if (!m_modelRecord) {
        ATTN_TRY(m_modelRecord, inspector.inspect(m_prepared->sequences, {}, cancel));
    }
    std::optional<Error> formulaProblem;
    if (!request.formulas.empty()) {
        Result<RecordPtr> edited = inspectEdited(request, cancel);
        if (edited) return Inspected{m_modelRecord, *std::move(edited), {}};
        if (edited.error().code == ErrorCode::Cancelled) return fail(std::move(edited).error());
        formulaProblem = std::move(edited).error();
    }
    if (request.edits.empty()) return Inspected{m_modelRecord, m_modelRecord, std::move(formulaProblem)};
    ATTN_TRY(RecordPtr whatIf, inspector.inspect(m_prepared->sequences, request.edits, cancel));
    return Inspected{m_modelRecord, std::move(whatIf), std::move(formulaProblem)};
}

/// How to lower with the layers read by edited formulas. Errors: of the formulas.
static Result<LoweringOptions> loweringFor(const InspectRequest& request) {
    LoweringOptions lowering = request.opened.lowering;
    for (const auto& [layer, source] : request.formulas) {
        ATTN_TRY(lowering, withOwnFormula(lowering, layer, writtenFormulaName(layer), source));
    }
    return lowering;
}

/// The inspector that reads layers by edited formulas. Errors: of the formulas.
Result<Inspector*> Engine::editedInspector(const InspectRequest& request) {
    if (!m_edited || m_editedFormulas != request.formulas) {
        ATTN_TRY(LoweringOptions lowering, loweringFor(request));
        m_edited = std::make_unique<Inspector>(request.opened.model, std::move(lowering), m_backend, m_readAtOnce);
        m_editedFormulas = request.formulas;
    }
    return m_edited.get();
}

/// The record with layers read by edited formulas. Their errors, and code Shape where such a layer is no site any more.
Result<RecordPtr> Engine::inspectEdited(const InspectRequest& request, const CancelToken& cancel) {
    ATTN_TRY(Inspector* const edited, editedInspector(request));
    ATTN_TRY(RecordPtr record, edited->inspect(m_prepared->sequences, request.edits, cancel));
    for (const auto& [layer, source] : request.formulas) {
        if (std::ranges::find(record->sites, layer, &SiteRecord::layer) != record->sites.end()) continue;
        const auto why = std::ranges::find(record->findings, "incomplete", &Finding::code);
        return fail(ErrorCode::Shape,
                    why != record->findings.end() ? why->message : "layer " + layer + " is no attention site any more");
    }
    return record;
}

Result<std::vector<Prediction>> Engine::predict(const InspectRequest& request, const CancelToken& cancel) {
    Inspector& inspector = inspectorFor(m_background, request.opened);
    ATTN_TRY(const std::vector<Sequence> sequences, sequencesFor(request));
    return inspector.predict(sequences, cancel);
}

Result<OpenedDevice> Engine::useDevice(const ChosenDevice& chosen, const Devices& devices) {
    ATTN_TRY(const DeviceChoice choice, resolveDevice(chosen, devices));
    ATTN_TRY(m_backend, devices.open(choice));
    m_readAtOnce = devices.readAtOnce;
    m_interactive.reset();
    m_background.reset();
    m_edited.reset();
    m_modelRecord.reset();
    return OpenedDevice{m_backend->name(), m_backend->description(), m_backend->remark()};
}

Result<Verification> Engine::verify(const InspectRequest& request, const CancelToken& cancel) {
    ATTN_TRY(const std::vector<Sequence> sequences, sequencesFor(request));
    Inspector* inspector = &inspectorFor(m_interactive, request.opened);
    if (!request.formulas.empty()) {
        ATTN_TRY(inspector, editedInspector(request));
    }
    return inspector->verifyWith(sequences, request.edits, makeCpuBackend(), cancel);
}

Result<Profiled> Engine::profile(const InspectRequest& request, const CancelToken& cancel) {
    ATTN_TRY(const std::vector<Sequence> sequences, sequencesFor(request));
    ATTN_TRY(LoweringOptions lowering, loweringFor(request));
    // One that remembers nothing, so that everything runs.
    Inspector inspector(request.opened.model, std::move(lowering), m_backend, m_readAtOnce);
    Profiled profiled;
    m_backend->profileInto(&profiled.profile);
    const Result<RecordPtr> record = inspector.inspect(sequences, request.edits, cancel);
    m_backend->profileInto(nullptr);
    if (!record) return fail(record.error());
    profiled.device = (*record)->device;
    profiled.milliseconds = (*record)->milliseconds;
    return profiled;
}

}  // namespace attnscope
