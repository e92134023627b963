#pragma once

#include "graph/graph.h"

#include <map>
#include <string>
#include <vector>

namespace attnscope {

/// A graph with the sites that were found in it, and what there was to tell.
struct GraphWithSites {
    Graph graph;
    std::vector<std::string> notes;
};

/// Finds attention that is put together from ordinary layers: a normalisation over an axis whose result weighs values
/// along that same axis, which runs over timesteps (not over features, classes or experts). Each becomes a site behind
/// those the graph has, with a mask for what-ifs where it is a softmax. `classOf` gives the class of a layer by its
/// path.
///
/// Of the layers from the one that normalises to the one that weighs, the site is named after the first whose name
/// speaks of attention ("attention_vec"), else after the first that a person named, else after the one that normalises.
[[nodiscard]] GraphWithSites findSites(Graph graph, const std::map<std::string, std::string, std::less<>>& classOf);

/// Whether Keras named a layer of this class so by itself: "dense_1" for Dense.
[[nodiscard]] bool isAutomaticName(std::string_view name, std::string_view className);

}  // namespace attnscope
