#pragma once

#include "inspect/record.h"
#include "workspace/engine.h"

#include <QString>

#include <string>
#include <vector>

namespace attnscope {

/// "a (70): attention weights".
[[nodiscard]] QString valueTitle(const RecordedValue& value);

/// Name, shape and spread of a value as rich text.
[[nodiscard]] QString valueRichText(const RecordedValue& value);

/// The exact number of one element, as the model has it and with the edits, as rich text. `sequence` (may be nullptr)
/// gives the timestep its token. Empty if the site has no such value or the index does not lie in it.
[[nodiscard]] QString elementRichText(const SiteRecord& model, const SiteRecord& whatIf, const std::string& valueName,
                                      const std::vector<std::int64_t>& index, const Sequence* sequence);

/// A weight's shape, initialiser, regulariser with its penalty and constraint with whether it holds, as rich text.
[[nodiscard]] QString weightRichText(const DescribedWeight& weight);

}  // namespace attnscope
