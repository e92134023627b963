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

/// What a person chose while opening a model.
struct OpenOptions {
    std::string tokenizerPath;     ///< empty: look beside the model
    std::string architecturePath;  ///< of a file of weights; empty: look beside it
    std::map<std::string, std::string, std::less<>> layerFormulas;
};

/// A model file with everything that is needed to feed it.
struct OpenedModel {
    std::string path;
    /// Null if the file holds weights only, and nobody said where the architecture is that they belong to.
    std::shared_ptr<const Model> model;
    std::string architecturePath;  ///< of a file of weights
    LoweringOptions lowering;
    std::shared_ptr<const Tokenizer> tokenizer;  ///< null if there is none
    std::string tokenizerPath;
};

/// Reads a model file, the architecture that belongs to it if it holds weights only, and the tokenizer that goes with
/// it. A tokenizer found by itself beside the model that cannot be read is an error too: a wrong one would silently give
/// wrong ids. Errors name the file; readModelFile's.
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
