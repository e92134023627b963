#pragma once

#include "base/result.h"
#include "formats/hdf5_handle.h"
#include "formats/read_budget.h"
#include "tensor/tensor.h"

#include <string_view>

namespace attnscope {

/// Reads an open dataset as float32, taking its bytes from the budget. Refuses external storage, virtual layout,
/// filters other than deflate, shuffle and fletcher32, types other than plain numbers, and sizes that the file cannot
/// hold. `file` is the whole file's bytes.
[[nodiscard]] Result<Tensor> readDataset(hid_t dataset, std::string_view file, ReadBudget& budget);

}  // namespace attnscope
