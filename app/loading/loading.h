#pragma once

#include "loading/read_model_file.h"
#include "model/model.h"
#include "text/sequence.h"
#include "text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// The formulas that come with the program (the resource folder :/formulas). They are parsed once; an error in one of
/// them is our own mistake and is asserted.
[[nodiscard]] std::shared_ptr<const Catalogue> bundledCatalogue();

/// Where a person's own formulas lie: the folder `formulas` where the system keeps the program's data. It need not
/// exist.
[[nodiscard]] std::string userFormulaFolder();

/// The formulas at hand: those that come with the program and the person's own, which win over bundled ones of the same
/// name.
struct FoundFormulas {
    std::shared_ptr<const Catalogue> catalogue;
    /// What is wrong with the first of the person's files that cannot be used; the others are in the catalogue.
    std::optional<Error> problem;
};
[[nodiscard]] FoundFormulas findFormulas(const std::string& userFolder = userFormulaFolder());

/// Writes a formula into a folder, which is made if need be, as NAME.formula: whole or not at all. Errors: a name of
/// other characters than letters, digits, _ and -, a source that does not parse, a file of that name unless it may be
/// replaced, what the system refuses.
[[nodiscard]] Status keepFormula(const std::string& folder, const std::string& name, std::string_view source,
                                 bool replace);
/// The part of it that can be told while a name is typed.
[[nodiscard]] Status checkFormulaName(std::string_view name);

/// What a person chose while opening a model.
struct OpenOptions {
    std::string tokenizerPath;     ///< empty: look beside the model
    std::string architecturePath;  ///< of a file of weights; empty: look beside it
    LoweringOptions lowering;      ///< without a catalogue: the formulas at hand
};

/// A model file with everything that is needed to feed it.
struct OpenedModel {
    std::string path;
    /// The file is a numeric sequence rather than a model: the model is Model::ofNumbers, and this is what goes into
    /// it.
    bool isSequence = false;
    /// Null if the file holds weights only, and nobody said where the architecture is that they belong to.
    std::shared_ptr<const Model> model;
    std::string architecturePath;  ///< of a file of weights
    LoweringOptions lowering;
    std::shared_ptr<const Tokenizer> tokenizer;  ///< for inputs that have none of their own; null if there is none
    std::string tokenizerPath;
};

/// What makes token ids for an input: the layer of the model that reads its text, else the tokenizer that was opened;
/// null if there is neither.
[[nodiscard]] TokenizerPtr tokenizerFor(const OpenedModel& opened, const ModelInput& input);

/// A tokenizer as it serves a model: texts are split as the layer says that reads them. Errors: code InvalidInput where
/// every input that takes token ids has a tokenizer of its own in the file.
[[nodiscard]] Result<TokenizerPtr> tokenizerServing(const Model& model, TokenizerPtr tokenizer);

/// Reads a model file, the architecture that belongs to it if it holds weights only, and the tokenizer that goes with
/// it; or a numeric sequence (.npy, .csv, .tsv), which becomes a model that only has an input, to add layers to. A
/// tokenizer found by itself beside the model that cannot be read is an error too: a wrong one would silently give
/// wrong ids. None is looked for where the model makes token ids of texts itself. Errors name the file;
/// readModelFile's.
[[nodiscard]] Result<OpenedModel> openModel(const std::string& path, const OpenOptions& options,
                                            const ReadWatch& watch = {});

/// Where the numbers of one model input come from.
struct InputSource {
    enum class Kind { Text, Ids, MatrixFile };
    Kind kind = Kind::Text;
    std::string name;     ///< for lists and messages: "reviews.txt:3"
    std::string content;  ///< the text itself, the ids "12 7 3", or the path of the matrix
};

/// Makes the sequence that an input of the model wants: tokenized, padded and checked.
/// Errors: no tokenizer for a text, what cannot be read, what does not fit the input.
[[nodiscard]] Result<Sequence> makeSequence(const OpenedModel& opened, const ModelInput& input,
                                            const InputSource& source);

}  // namespace attnscope
