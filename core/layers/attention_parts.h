#pragma once

#include "layers/lowering.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Keras's own attention layers share: naming their site, and masks. Private to this room.
namespace attnscope {

/// Collects what a layer's site names while the layer is lowered. Index letters: i query, j key, h head.
class SiteNotes {
public:
    SiteNotes(Lowering& lowering, const Layer& layer, std::string formula);

    /// Names a value of the graph; Score, Weights, Values and Output are also the site's.
    ValueId add(std::string name, ValueId value, std::vector<std::string> axes, ValueRole role = ValueRole::Step);
    /// A value of its own for something the layer is given, so that an edit of it touches nothing upstream.
    [[nodiscard]] Result<ValueId> addInput(const std::string& name, ValueId given, std::vector<std::string> axes,
                                           ValueRole role = ValueRole::Input);
    /// A line of the formula as people read it.
    void say(std::string statement) { m_site.statements.push_back(std::move(statement)); }
    /// The mask over keys [batch, key]: the layer's own, or all ones for what-ifs.
    [[nodiscard]] Result<ValueId> addKeyMask(std::optional<ValueId> mask, ValueId keys);
    /// Adds the site to the graph.
    void finish();

private:
    Lowering& m_lowering;
    Site m_site;
};

/// What keeps a query from attending to a key, besides the mask over keys.
struct QueryKeyMasks {
    std::optional<ValueId> query;        ///< [batch, query]: queries that attend to nothing
    std::optional<ValueId> matrix;       ///< [batch, query, key] or [batch, head, query, key]
    bool causal = false;                 ///< no key after the query
    std::optional<std::int64_t> window;  ///< no key as far away as this
};

/// Where a query may attend to a key, [batch, query or 1, key]; [batch, head or 1, query or 1, key] for `scores` with
/// heads.
[[nodiscard]] Result<ValueId> allowedKeys(Lowering& lowering, SiteNotes& notes, ValueId keyMask,
                                          const QueryKeyMasks& masks, Shape scores);

/// How a layer keeps masked keys out of its softmax.
enum class Masking {
    Subtract,  ///< score − 1e9
    Replace,   ///< −1e9 in place of the score
    Lowest,    ///< −0.7 · 3.38953e38 in place of the score
    Exact,     ///< weight 0, also where every key is masked
};

/// softmax over the last axis of the scores, kept from what is not allowed.
[[nodiscard]] Result<ValueId> maskedSoftmax(Lowering& lowering, Masking masking, ValueId scores, ValueId allowed);

}  // namespace attnscope
