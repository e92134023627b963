#include "loading/loading.h"

#include "base/read_file.h"
#include "formats/architecture.h"
#include "inspect/inspector.h"
#include "text/matrix_file.h"
#include "text/padding.h"
#include "text/word_tokenizer.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

// In a static library nothing else would pull the resources in. The macro must stand outside every namespace.
static void initFormulas() {
    Q_INIT_RESOURCE(formulas);
}

namespace attnscope {

std::shared_ptr<const Catalogue> bundledCatalogue() {
    static const std::shared_ptr<const Catalogue> catalogue = [] {
        initFormulas();
        auto made = std::make_shared<Catalogue>();
        const QDir folder(QStringLiteral(":/formulas"));
        for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.formula")}, QDir::Files, QDir::Name)) {
            QFile source(file.filePath());
            [[maybe_unused]] const bool opened = source.open(QIODevice::ReadOnly);
            Q_ASSERT(opened);
            [[maybe_unused]] const Status added =
                made->add(file.completeBaseName().toStdString(), source.readAll().toStdString());
            Q_ASSERT_X(added.has_value(), "bundledCatalogue", added ? "" : added.error().text().c_str());
        }
        return made;
    }();
    return catalogue;
}

std::string userFormulaFolder() {
    const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    return QDir(data).filePath(QStringLiteral("formulas")).toStdString();
}

FoundFormulas findFormulas(const std::string& userFolder) {
    if (!QDir(QString::fromStdString(userFolder)).exists()) return {bundledCatalogue(), {}};
    auto catalogue = std::make_shared<Catalogue>(*bundledCatalogue());
    Status added = catalogue->addFolder(userFolder);
    FoundFormulas found{std::move(catalogue), {}};
    if (!added) found.problem = std::move(added).error();
    return found;
}

Status checkFormulaName(std::string_view name) {
    constexpr std::size_t longest = 64;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (!name.empty() && name.size() <= longest && std::ranges::all_of(name, fits)) return {};
    return fail(ErrorCode::InvalidInput, "the name of a formula: 1 to 64 letters (a-z), digits, _ and - expected, '" +
                                             std::string(name) + "' found");
}

Status keepFormula(const std::string& folder, const std::string& name, std::string_view source, bool replace) {
    ATTN_CHECK(checkFormulaName(name));
    ATTN_CHECK(Formula::parse(source, name));
    const QString path = QDir(QString::fromStdString(folder)).filePath(QString::fromStdString(name + ".formula"));
    if (!QDir().mkpath(QString::fromStdString(folder)))
        return fail(ErrorCode::Io, folder + ": the folder cannot be made");
    if (!replace && QFile::exists(path))
        return fail(ErrorCode::InvalidInput, path.toStdString() + ": is there already");
    QSaveFile file(path);
    // What is still in the buffer when it is committed may fail to be written without commit() telling.
    const bool written =
        file.open(QIODevice::WriteOnly) &&
        file.write(source.data(), static_cast<qint64>(source.size())) == static_cast<qint64>(source.size()) &&
        file.flush() && file.commit();
    if (written) return {};
    return fail(ErrorCode::Io, path.toStdString() + ": cannot be written: " + file.errorString().toStdString());
}

namespace {

bool isNumericFile(const std::string& path) {
    static constexpr std::array<std::string_view, 3> suffixes{".npy", ".csv", ".tsv"};
    return std::ranges::find(suffixes, lowerExtension(path)) != suffixes.end();
}

Result<std::shared_ptr<const Model>> modelOfNumbers(const std::string& path) {
    ATTN_TRY(const Sequence sequence, readMatrix(path));
    return Model::ofNumbers(sequence.isIds() ? 1 : sequence.values->dim(1));
}

Sequence paddedIds(const Sequence& sequence, const TokenizerPtr& tokenizer, const Padding& padding) {
    std::vector<std::int64_t> ids;
    for (const float id : sequence.values->data()) ids.push_back(static_cast<std::int64_t>(id));
    return makeIdSequence(sequence.name, ids, tokenizer, padding);
}

/// Whether a matrix can be meant as token ids: one row or one column of whole numbers.
bool canBeIds(const Tensor& matrix) {
    return std::ranges::min(matrix.dim(0), matrix.dim(1)) == 1 && std::ranges::all_of(matrix.data(), [](float number) {
               return number == std::floor(number) && number >= 0.0F && number <= static_cast<float>(largestExactId);
           });
}

/// What a file says is numbers or ids; which of the two, only the input knows.
Sequence asTheInputWants(Sequence sequence, const OpenedModel& opened, const ModelInput& input) {
    const bool idRow = input.tokenIds && input.extents.size() == 1;
    // A file of ids need not have the model's length any more than a text does.
    if (idRow && (sequence.isIds() || canBeIds(*sequence.values)))
        return paddedIds(sequence, tokenizerFor(opened, input), input.padding);
    if (idRow || !sequence.isIds()) return sequence;
    Sequence numbers;
    numbers.name = std::move(sequence.name);
    const bool onlyRow = input.extents.size() == 2 && input.extents[1] == sequence.timesteps();
    const Shape shape = onlyRow ? Shape{1, sequence.timesteps()} : Shape{sequence.timesteps(), 1};
    numbers.values = share(Tensor(*sequence.values).reshaped(shape));
    return numbers;
}

/// Gives a file of weights the architecture that was chosen, or lies beside it. Gives the architecture's path; empty if
/// there is none, or no need of one.
Result<std::string> completeWeights(Archive& archive, const std::string& path, std::string architecture) {
    if (!archive.config.is_null()) {
        if (architecture.empty()) return std::string();
        return fail(ErrorCode::InvalidInput,
                    path + ": holds a model of its own; an architecture belongs to a file of weights only");
    }
    if (architecture.empty()) architecture = findArchitectureBeside(path).value_or(std::string());
    if (architecture.empty()) return std::string();
    const Result<std::string> text = readBytes(architecture, mostArchitectureBytes);
    if (!text) return failWithin(architecture, text.error());
    if (Status added = addArchitecture(archive, *text); !added)
        return failWithin(architecture, std::move(added).error());
    return architecture;
}

/// Whether an input takes token ids that the model does not make itself.
bool wantsTokenizer(const Model& model) {
    return std::ranges::any_of(model.inputs(), [](const ModelInput& input) {
        return input.tokenIds && !input.problem && !(input.text && input.text->tokenizer);
    });
}

}  // namespace

Result<OpenedModel> openModel(const std::string& path, const OpenOptions& options, const ReadWatch& watch) {
    OpenedModel opened;
    opened.path = path;
    opened.isSequence = isNumericFile(path);
    opened.lowering = options.lowering;
    if (!opened.lowering.catalogue) opened.lowering.catalogue = findFormulas().catalogue;
    if (opened.isSequence) {
        ATTN_TRY(opened.model, modelOfNumbers(path));
        return opened;
    }
    ATTN_TRY(Archive archive, readModelFile(path, watch));
    ATTN_TRY(opened.architecturePath, completeWeights(archive, path, options.architecturePath));
    if (archive.config.is_null()) return opened;
    Result<std::shared_ptr<const Model>> model = Model::fromArchive(std::move(archive));
    const std::string files =
        opened.architecturePath.empty() ? path : path + " with the architecture " + opened.architecturePath;
    if (!model) return failWithin(files, std::move(model).error());
    opened.model = *std::move(model);
    opened.tokenizerPath = options.tokenizerPath;
    if (opened.tokenizerPath.empty() && wantsTokenizer(*opened.model))
        opened.tokenizerPath = findTokenizerBeside(path).value_or(std::string());
    if (!opened.tokenizerPath.empty()) {
        ATTN_TRY(TokenizerPtr tokenizer, loadTokenizer(opened.tokenizerPath));
        Result<TokenizerPtr> serving = tokenizerServing(*opened.model, std::move(tokenizer));
        if (!serving) return failWithin(opened.tokenizerPath, std::move(serving).error());
        opened.tokenizer = *std::move(serving);
    }
    return opened;
}

TokenizerPtr tokenizerFor(const OpenedModel& opened, const ModelInput& input) {
    return input.text && input.text->tokenizer ? input.text->tokenizer : opened.tokenizer;
}

Result<TokenizerPtr> tokenizerServing(const Model& model, TokenizerPtr tokenizer) {
    const auto own =
        std::ranges::find_if(model.inputs(), [](const ModelInput& input) { return input.text.has_value(); });
    if (own == model.inputs().end()) return tokenizer;
    if (!wantsTokenizer(model))
        return fail(ErrorCode::InvalidInput,
                    "is not needed: layer " + own->text->layer +
                        " makes token ids of texts, and its vocabulary is in the model's file");
    // Its own vocabulary is missing; how it splits texts is not.
    return own->text->splitting ? tokenizer->splitBy(*own->text->splitting) : tokenizer;
}

Result<Sequence> makeSequence(const OpenedModel& opened, const ModelInput& input, const InputSource& source) {
    if (input.problem) return fail(*input.problem);
    const TokenizerPtr tokenizer = tokenizerFor(opened, input);
    Sequence sequence;
    switch (source.kind) {
        case InputSource::Kind::Text:
            if (!input.tokenIds)
                return fail(ErrorCode::InvalidInput,
                            "input " + input.name +
                                ": numbers (time × feature) expected, a text found; open a .npy or .csv file");
            if (!tokenizer && input.text) return fail(*input.text->problem);
            if (!tokenizer)
                return fail(ErrorCode::NotFound,
                            opened.path +
                                ": no tokenizer lies beside the model, so texts cannot become token ids; "
                                "open a Keras Tokenizer JSON or a word-index JSON");
            sequence = makeTextSequence(source.name, source.content, tokenizer, input.padding);
            break;
        case InputSource::Kind::Ids: {
            ATTN_TRY(const std::vector<std::int64_t> ids, parseIds(source.content));
            sequence = makeIdSequence(source.name, ids, tokenizer, input.padding);
            break;
        }
        case InputSource::Kind::MatrixFile: {
            ATTN_TRY(sequence, readMatrix(source.content));
            sequence = asTheInputWants(std::move(sequence), opened, input);
            break;
        }
    }
    if (Status fits = checkSequence(sequence, input); !fits) return failWithin(source.name, std::move(fits).error());
    return sequence;
}

}  // namespace attnscope
