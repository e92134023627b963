#pragma once

#include <QStringList>

namespace attnscope {

/// Opens the window on the files named (models, texts, tokenizers, matrices) and runs it until it is closed; `--device`
/// says for this once what computes. Returns the exit status: 0, or 2 for wrong usage. Needs a QApplication.
[[nodiscard]] int runWindow(const QStringList& arguments);

}  // namespace attnscope
