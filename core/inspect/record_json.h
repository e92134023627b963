#pragma once

#include "inspect/record.h"

#include <string>
#include <string_view>

namespace attnscope {

/// A record as JSON, for scripts: an object with `model`, `device`, `tokens`, `sites`, `prediction` and `findings` as the
/// README describes them. Every `data` is a nested list, row-major, without the batch axis; numbers are float32 printed so
/// that they read back exactly (NaN and infinities, which JSON lacks, are null).
/// `site` keeps only that site; empty keeps all.
[[nodiscard]] std::string recordJson(const Record& record, std::string_view modelPath, std::string_view site = {});

}  // namespace attnscope
