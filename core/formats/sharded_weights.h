#pragma once

#include "base/result.h"
#include "model/archive.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Weights that Keras 3 spread over several files: `model.save_weights("m.weights.json", max_shard_size=…)` writes
/// m_00000.weights.h5, m_00001.weights.h5, … and a map that says which weights are in which (keras/src/saving/
/// saving_lib.py, ShardedH5IOStore).
namespace attnscope {

/// True for the name of a map: one that ends in .weights.json.
[[nodiscard]] bool isShardMap(std::string_view path);

/// The files that a map names for weights of layers, each once, in the map's order. Errors: Format for JSON that is no
/// such map, and for a name that is more than the name of a file beside it; Limit for more than 1,024.
[[nodiscard]] Result<std::vector<std::string>> shardNames(std::string_view map);

/// Reads one file.
using ReadFile = std::function<Result<Archive>(const std::string& path)>;

/// Reads the map at `path` and, by `read`, each file that it names and that lies beside it, as one archive. Errors name
/// the file, not the map: those of shardNames and `read`; Format for a weight that is in two files and for a file with
/// something else in it; Limit for more weights than files of their size may hold together.
[[nodiscard]] Result<Archive> readSharded(const std::string& path, const ReadFile& read);

}  // namespace attnscope
