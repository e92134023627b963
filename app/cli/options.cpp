#include "cli/options.h"

#include "base/text.h"
#include "cli/new_layer_options.h"
#include "text/text_file.h"

#include <algorithm>
#include <array>

namespace attnscope {
namespace {

struct OptionText {
    const char* name;
    const char* help;
    const char* value;
};

template <std::size_t Count>
void add(QCommandLineParser& parser, const std::array<OptionText, Count>& options) {
    for (const OptionText& option : options)
        parser.addOption(QCommandLineOption(QString::fromUtf8(option.name), QString::fromUtf8(option.help),
                                            QString::fromUtf8(option.value)));
}

std::string valueOf(const QCommandLineParser& parser, const char* option) {
    return parser.value(QString::fromUtf8(option)).toStdString();
}

std::vector<std::string> valuesOf(const QCommandLineParser& parser, const char* option) {
    std::vector<std::string> values;
    for (const QString& value : parser.values(QString::fromUtf8(option))) values.push_back(value.toStdString());
    return values;
}

/// `NAME=REST` where NAME is one of the model's inputs; otherwise the whole is meant for the only input there can be.
struct Addressed {
    std::string input;
    std::string content;
};

Addressed addressed(const std::string& value, const Model& model) {
    const auto equals = value.find('=');
    if (equals != std::string::npos) {
        const std::string name = value.substr(0, equals);
        if (std::ranges::find(model.inputs(), name, &ModelInput::name) != model.inputs().end())
            return {name, value.substr(equals + 1)};
    }
    return {{}, value};
}

Result<InputSource> textFromFile(const QCommandLineParser& parser, const std::string& path) {
    TextOptions options;
    if (const std::string column = valueOf(parser, "column"); !column.empty()) options.column = column;
    ATTN_TRY(const TextTable table, readTexts(path, options));
    bool whole = false;
    const QString number = parser.value(QStringLiteral("index"));
    const auto index = number.isEmpty() ? 1 : number.toLongLong(&whole);
    if (!number.isEmpty() && !whole)
        return fail(ErrorCode::InvalidInput, "--index " + number.toStdString() + ": a whole number expected");
    if (index < 1 || index > static_cast<std::int64_t>(table.rows.size()))
        return fail(ErrorCode::InvalidInput, path + ": text " + std::to_string(index) + " asked for, it has 1 to " +
                                                 std::to_string(table.rows.size()));
    const TextRow& row = table.rows[static_cast<std::size_t>(index - 1)];
    return InputSource{InputSource::Kind::Text, path + ":" + std::to_string(index), row.text};
}

bool isTextFile(const std::string& path) {
    static constexpr std::array<std::string_view, 3> suffixes{".txt", ".jsonl", ".tsv"};
    return std::ranges::any_of(suffixes, [&](std::string_view suffix) { return path.ends_with(suffix); });
}

/// --index and --column choose from a file of texts; without one they would be without effect.
Status checkTextChoice(const QCommandLineParser& parser) {
    const std::vector<std::string> inputs = valuesOf(parser, "input");
    if (parser.isSet(QStringLiteral("texts")) || std::ranges::any_of(inputs, isTextFile)) return {};
    for (const char* option : {"index", "column"}) {
        if (parser.isSet(QString::fromUtf8(option)))
            return fail(ErrorCode::InvalidInput,
                        "--" + std::string(option) + " chooses from a file of texts; use it with --texts FILE");
    }
    return {};
}

/// Every source named on the command line, with the input it is for (empty: not said).
Result<std::vector<std::pair<std::string, InputSource>>> sources(const QCommandLineParser& parser, const Model& model) {
    std::vector<std::pair<std::string, InputSource>> found;
    for (const std::string& value : valuesOf(parser, "text")) {
        const Addressed text = addressed(value, model);
        found.push_back({text.input, {InputSource::Kind::Text, "text", text.content}});
    }
    for (const std::string& value : valuesOf(parser, "texts")) {
        const Addressed file = addressed(value, model);
        ATTN_TRY(InputSource source, textFromFile(parser, file.content));
        found.push_back({file.input, std::move(source)});
    }
    for (const std::string& value : valuesOf(parser, "ids")) {
        const Addressed ids = addressed(value, model);
        found.push_back({ids.input, {InputSource::Kind::Ids, "ids", ids.content}});
    }
    for (const std::string& value : valuesOf(parser, "input")) {
        const Addressed file = addressed(value, model);
        InputSource source{InputSource::Kind::MatrixFile, file.content, file.content};
        if (isTextFile(file.content)) {
            ATTN_TRY(source, textFromFile(parser, file.content));
        }
        found.push_back({file.input, std::move(source)});
    }
    return found;
}

Result<std::vector<Sequence>> sequencesFromOptions(const QCommandLineParser& parser, const OpenedModel& opened) {
    const std::vector<ModelInput>& inputs = opened.model->inputs();
    ATTN_CHECK(checkTextChoice(parser));
    ATTN_TRY(auto given, sources(parser, *opened.model));
    // A numeric sequence that stands in for a model is what is looked at, unless another one is given.
    if (given.empty() && opened.isSequence)
        given.push_back({{}, {InputSource::Kind::MatrixFile, opened.path, opened.path}});
    std::vector<std::optional<InputSource>> chosen(inputs.size());
    // What does not say its input goes to the first one that is still free.
    std::ranges::stable_partition(given, [](const auto& source) { return !source.first.empty(); });
    for (const auto& [name, source] : given) {
        const auto wanted = std::ranges::find_if(inputs, [&, &name = name](const ModelInput& input) {
            const auto place = static_cast<std::size_t>(&input - inputs.data());
            return name.empty() ? !chosen[place].has_value() : input.name == name;
        });
        if (wanted == inputs.end())
            return fail(ErrorCode::InvalidInput, "the model has " + std::to_string(inputs.size()) +
                                                     (inputs.size() == 1 ? " input, " : " inputs, ") +
                                                     std::to_string(given.size()) + " given");
        std::optional<InputSource>& place = chosen[static_cast<std::size_t>(wanted - inputs.begin())];
        if (place) return fail(ErrorCode::InvalidInput, "input " + name + " is given twice");
        place = source;
    }
    std::vector<Sequence> sequences;
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        if (!chosen[index]) {
            std::string hint = inputs[index].tokenIds ? "--text, --texts or --ids" : "--input FILE.npy or FILE.csv";
            if (inputs.size() > 1) hint = "--input " + inputs[index].name + "=FILE";
            return fail(ErrorCode::InvalidInput, "input " + inputs[index].name + " is not given; use " + hint);
        }
        ATTN_TRY(Sequence sequence, makeSequence(opened, inputs[index], *chosen[index]));
        sequences.push_back(std::move(sequence));
    }
    return sequences;
}

Result<const Site*> siteFromOptions(const QCommandLineParser& parser, const Graph& graph) {
    const std::string name = valueOf(parser, "site");
    if (name.empty()) return graph.sites().empty() ? nullptr : &graph.sites().front();
    const auto found = std::ranges::find(graph.sites(), name, &Site::name);
    if (found != graph.sites().end()) return &*found;
    std::vector<std::string> names;
    for (const Site& site : graph.sites()) names.push_back(site.name);
    return fail(ErrorCode::NotFound, "there is no attention site '" + name + "'; " +
                                         (names.empty() ? "the model has none" : "there is " + joined(names, ", ")));
}

Result<Edits> editsFromOptions(const QCommandLineParser& parser, const Graph& graph, const Site* site) {
    Edits edits;
    for (const std::string& set : valuesOf(parser, "set")) ATTN_CHECK(parseSet(set, graph, site, edits));
    const std::vector<std::string> masks = valuesOf(parser, "mask");
    const std::vector<std::string> pins = valuesOf(parser, "pin");
    if (site == nullptr && !(masks.empty() && pins.empty()))
        return fail(ErrorCode::InvalidInput, "the model has no attention site to mask or pin");
    for (const std::string& mask : masks) ATTN_CHECK(parseMask(mask, graph, *site, edits));
    for (const std::string& pin : pins) {
        if (pin != "weights=uniform")
            return fail(ErrorCode::InvalidInput, "--pin '" + pin + "': weights=uniform expected");
        edits.pinUniform(graph.value(site->weights).name, true);
    }
    return edits;
}

/// A formula that is missing because its file has an error is not merely missing.
Status checkAtHand(const std::string& option, const std::string& name, const FoundFormulas& formulas) {
    if (formulas.catalogue->find(name) != nullptr) return {};
    if (formulas.problem && formulas.problem->text().find("/" + name + ".formula") != std::string::npos)
        return failWithin(option, *formulas.problem);
    std::vector<std::string> names;
    for (const Formula* formula : formulas.catalogue->all()) names.push_back(formula->name());
    return fail(ErrorCode::NotFound,
                option + ": there is no formula '" + name + "'; there is " + joined(names, ", "));
}

/// What is to be held against the CPU is a device in any case, be it a software one.
Result<std::shared_ptr<Backend>> backendFromOptions(const QCommandLineParser& parser, bool toVerify) {
    ATTN_TRY(DeviceChoice choice, deviceFromOptions(parser));
    if (toVerify && choice.kind != DeviceChoice::Kind::Vulkan) choice = {DeviceChoice::Kind::Vulkan, std::nullopt};
    Result<std::shared_ptr<Backend>> backend = openBackend(choice);
    if (!backend) return failWithin("--device", std::move(backend).error());
    return backend;
}

}  // namespace

void addModelOptions(QCommandLineParser& parser) {
    static constexpr std::array<OptionText, 4> options{{
        {"architecture", "The model that a file of weights belongs to, as model.to_json() gives it.", "FILE.json"},
        {"device", "What computes: auto, cpu or vulkan (see attnscope devices).", "auto|cpu|vulkan[:N]"},
        {"layer-formula", "Describe a layer by a formula of the catalogue.", "LAYER=NAME"},
        {"tokenizer", "Tokenizer to use instead of the one beside the model.", "FILE"},
    }};
    add(parser, options);
    addNewLayerOptions(parser);
}

void addInputOptions(QCommandLineParser& parser) {
    static constexpr std::array<OptionText, 6> options{{
        {"text", "The text itself. A model with several inputs takes INPUT=TEXT.", "TEXT"},
        {"texts", "A file of texts: .txt (one a line), .csv, .tsv or .jsonl.", "FILE"},
        {"index", "Which text of the file, from 1.", "N"},
        {"column", "The column of the file that holds the texts (by itself: text, review …, else the longest).",
         "NAME"},
        {"ids", "Token ids, e.g. \"12 7 3\".", "IDS"},
        {"input", "A numeric sequence (time × feature): .npy or .csv; once for each input as INPUT=FILE.", "FILE"},
    }};
    add(parser, options);
}

void addEditOptions(QCommandLineParser& parser) {
    static constexpr std::array<OptionText, 5> options{{
        {"site", "The attention site (see attnscope info); the first one if not given.", "SITE"},
        {"slice", "Which head and query of the site, e.g. h=2,i=5; their mean if not given.", "AXIS=INDEX,…"},
        {"mask", "Mask these timesteps of the site, e.g. 0,1,5-9.", "TIMESTEPS"},
        {"set", "Set a value by hand, e.g. W[3]=0.5, epsilon=0 or lstm/kernel[2,*]=0.", "VALUE[INDEX]=NUMBER"},
        {"pin", "Pin the site's weights: weights=uniform.", "weights=uniform"},
    }};
    add(parser, options);
}

Result<OpenedModel> openFromOptions(const QCommandLineParser& parser, const QString& path) {
    OpenOptions options;
    options.tokenizerPath = valueOf(parser, "tokenizer");
    options.architecturePath = valueOf(parser, "architecture");
    for (const std::string& choice : valuesOf(parser, "layer-formula")) {
        const auto equals = choice.find('=');
        if (equals == std::string::npos)
            return fail(ErrorCode::InvalidInput, "--layer-formula '" + choice + "': LAYER=NAME expected");
        options.lowering.layerFormulas[choice.substr(0, equals)] = choice.substr(equals + 1);
    }
    const FoundFormulas formulas = findFormulas();
    options.lowering.catalogue = formulas.catalogue;
    ATTN_TRY(OpenedModel opened, openModel(path.toStdString(), options));
    if (opened.model == nullptr)
        return fail(ErrorCode::NotFound,
                    path.toStdString() +
                        ": holds weights only, and the architecture they belong to does not lie "
                        "beside it; --architecture FILE.json (what model.to_json() gives) expected");
    ATTN_TRY(opened.lowering.addedLayers, newLayersFromOptions(parser, *opened.model));
    for (const auto& [layer, formula] : opened.lowering.layerFormulas) {
        if (opened.model->layerNamed(layer) == nullptr)
            return fail(ErrorCode::NotFound, "--layer-formula: the model has no layer '" + layer + "'");
        ATTN_CHECK(checkAtHand("--layer-formula", formula, formulas));
    }
    for (const AddedLayer& layer : opened.lowering.addedLayers)
        ATTN_CHECK(checkAtHand("--new-layer", layer.formula, formulas));
    return opened;
}

Result<DeviceChoice> deviceFromOptions(const QCommandLineParser& parser) {
    const std::string device = valueOf(parser, "device");
    Result<DeviceChoice> choice = parseDeviceChoice(device.empty() ? "auto" : device);
    if (!choice) return failWithin("--device", std::move(choice).error());
    return choice;
}

Result<InspectedInput> inspectFromOptions(const QCommandLineParser& parser, const QString& path,
                                          const InspectWishes& wishes) {
    InspectedInput inspected;
    ATTN_TRY(const std::shared_ptr<Backend> backend, backendFromOptions(parser, wishes.verification));
    ATTN_TRY(inspected.opened, openFromOptions(parser, path));
    ATTN_TRY(const std::vector<Sequence> sequences, sequencesFromOptions(parser, inspected.opened));
    Inspector inspector(inspected.opened.model, inspected.opened.lowering, backend);

    const auto within = [&](Error error) { return failWithin(path.toStdString(), std::move(error)); };
    Result<std::shared_ptr<const Graph>> graph = inspector.graphFor(sequences);
    if (!graph) return within(std::move(graph).error());
    ATTN_TRY(const Site* site, siteFromOptions(parser, **graph));
    ATTN_TRY(const Edits edits, editsFromOptions(parser, **graph, site));
    if (site != nullptr) inspected.site = site->name;

    if (wishes.verification) {
        Result<Verification> verification = inspector.verifyWith(sequences, edits, makeCpuBackend(), {});
        if (!verification) return within(std::move(verification).error());
        inspected.verification = std::move(*verification);
    }
    if (wishes.profile) backend->profileInto(&inspected.profile);
    Result<RecordPtr> model = inspector.inspect(sequences, {}, {});
    if (!model) return within(std::move(model).error());
    inspected.model = *model;
    inspected.whatIf = *model;
    if (!edits.empty()) {
        Result<RecordPtr> whatIf = inspector.inspect(sequences, edits, {});
        if (!whatIf) return within(std::move(whatIf).error());
        inspected.whatIf = *whatIf;
    }
    if (wishes.profile) backend->profileInto(nullptr);
    if (const std::string slice = valueOf(parser, "slice"); !slice.empty()) {
        const SiteRecord* record = inspected.model->findSite(inspected.site);
        if (record == nullptr) return fail(ErrorCode::InvalidInput, "--slice: the model has no attention site");
        ATTN_TRY(inspected.slice, parseSlice(slice, *record));
    }
    return inspected;
}

}  // namespace attnscope
