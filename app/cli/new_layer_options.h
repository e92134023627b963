#pragma once

#include "model/model.h"

#include <QCommandLineParser>

#include <vector>

namespace attnscope {

/// --new-layer, --init, --seed, --extent: layers that the model does not have.
void addNewLayerOptions(QCommandLineParser& parser);

/// The layers asked for, named new_1, new_2 … Errors say what was expected.
[[nodiscard]] Result<std::vector<AddedLayer>> newLayersFromOptions(const QCommandLineParser& parser,
                                                                   const Model& model);

}  // namespace attnscope
