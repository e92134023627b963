#pragma once

#include "base/result.h"
#include "text/sequence.h"

#include <filesystem>

namespace attnscope {

/// Reads a numeric sequence, or token ids, from a file of at most 1 GiB; the sequence is named like the file.
///
/// .npy: 2-D [time, feature]; 3-D with a leading batch of 1; 1-D [time] is a series with one feature. Of an integer
/// type, 1-D [time] and [1, time] are token ids, as they are given to a model.
/// .csv, .tsv, .tab: a row per timestep, with or without a header row; lines starting with # are skipped. A column
/// named label, event, annotation, target or class is no feature but becomes Sequence::annotation (the first of them;
/// other such columns are left out): its numbers, an empty cell as 0, or, if any cell is not a number, its different
/// texts numbered from 0 in the order they appear.
///
/// Errors name the file and the place: rows count from 0 as timesteps do, lines from 1. Every number must be finite in
/// float32.
[[nodiscard]] Result<Sequence> readMatrix(const std::filesystem::path& path);

}  // namespace attnscope
