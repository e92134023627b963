#pragma once

#include "base/result.h"
#include "formats/hdf5_handle.h"
#include "formats/read_budget.h"
#include "tensor/tensor.h"

namespace attnscope {

/// Reads an open dataset as float32, taking its bytes from the budget. Refuses external storage, virtual layout,
/// filters other than deflate, shuffle and fletcher32, types other than plain numbers, and sizes that the file cannot
/// hold.
[[nodiscard]] Result<Tensor> readDataset(hid_t dataset, ReadBudget& budget);

}  // namespace attnscope
