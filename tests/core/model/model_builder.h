#pragma once

#include "model/model.h"

#include <string>
#include <vector>

namespace attnscope::test {

/// The archive of a golden file; throws std::runtime_error with the reader's message.
[[nodiscard]] Archive goldenArchive(const std::string& name);
/// The model of a golden file; throws likewise.
[[nodiscard]] std::shared_ptr<const Model> goldenModel(const std::string& name);

/// An archive of Keras 2.15 around a model_config.
[[nodiscard]] Archive archiveOf(const std::string& modelConfig);
/// The same for a functional model, from its layers, inputs and outputs as JSON.
[[nodiscard]] Archive functionalArchive(const std::string& layers, const std::string& inputs,
                                        const std::string& outputs);
/// An InputLayer's entry for `functionalArchive`.
[[nodiscard]] std::string inputEntry(const std::string& name, const std::string& shape = "[null, 4]");
/// An Activation layer's entry, called as `inboundNodes` says.
[[nodiscard]] std::string activationEntry(const std::string& name, const std::string& inboundNodes);

/// Why an archive is not a model; empty if it is one.
[[nodiscard]] std::string problemOf(Archive archive);

/// The formulas that come with the program.
[[nodiscard]] LoweringOptions bundledFormulas();

/// The layers of a model and of the models and wrappers inside it, that have weights of their own.
void collectWeighted(const Model& model, std::vector<std::shared_ptr<const Layer>>& found);

}  // namespace attnscope::test
