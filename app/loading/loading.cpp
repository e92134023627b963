#include "loading/loading.h"

#include "base/read_file.h"
#include "formats/architecture.h"
#include "inspect/inspector.h"
#include "text/matrix_file.h"
#include "text/padding.h"
#include "text/word_tokenizer.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cmath>

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

namespace {

Sequence paddedIds(const Sequence& sequence, const OpenedModel& opened, const Padding& padding) {
    std::vector<std::int64_t> ids;
    for (const float id : sequence.values->data()) ids.push_back(static_cast<std::int64_t>(id));
    return makeIdSequence(sequence.name, ids, opened.tokenizer, padding);
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
        return paddedIds(sequence, opened, paddingFor(input));
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

}  // namespace

Result<OpenedModel> openModel(const std::string& path, const OpenOptions& options, const ReadWatch& watch) {
    OpenedModel opened;
    opened.path = path;
    ATTN_TRY(Archive archive, readModelFile(path, watch));
    ATTN_TRY(opened.architecturePath, completeWeights(archive, path, options.architecturePath));
    if (archive.config.is_null()) return opened;
    Result<std::shared_ptr<const Model>> model = Model::fromArchive(std::move(archive));
    const std::string files =
        opened.architecturePath.empty() ? path : path + " with the architecture " + opened.architecturePath;
    if (!model) return failWithin(files, std::move(model).error());
    opened.model = *std::move(model);
    opened.lowering = {bundledCatalogue(), options.layerFormulas};
    opened.tokenizerPath = options.tokenizerPath;
    if (opened.tokenizerPath.empty()) opened.tokenizerPath = findTokenizerBeside(path).value_or(std::string());
    if (!opened.tokenizerPath.empty()) {
        ATTN_TRY(opened.tokenizer, loadTokenizer(opened.tokenizerPath));
    }
    return opened;
}

Result<Sequence> makeSequence(const OpenedModel& opened, const ModelInput& input, const InputSource& source) {
    const Padding padding = paddingFor(input);
    Sequence sequence;
    switch (source.kind) {
        case InputSource::Kind::Text:
            if (!input.tokenIds)
                return fail(ErrorCode::InvalidInput,
                            "input " + input.name +
                                ": numbers (time × feature) expected, a text found; open a .npy or .csv file");
            if (!opened.tokenizer)
                return fail(ErrorCode::NotFound,
                            opened.path +
                                ": no tokenizer lies beside the model, so texts cannot become token ids; "
                                "open a Keras Tokenizer JSON or a word-index JSON");
            sequence = makeTextSequence(source.name, source.content, opened.tokenizer, padding);
            break;
        case InputSource::Kind::Ids: {
            ATTN_TRY(const std::vector<std::int64_t> ids, parseIds(source.content));
            sequence = makeIdSequence(source.name, ids, opened.tokenizer, padding);
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
