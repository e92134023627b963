#include "layers/attention_parts.h"

#include "layers/support.h"
#include "ops/softmax.h"

#include <cstdlib>

namespace attnscope {

namespace {

/// 1 where key j is not beyond what query i may see, [query, key].
Tensor bandMask(std::int64_t queries, std::int64_t keys, const QueryKeyMasks& masks) {
    Tensor band({queries, keys}, 1.0F);
    for (std::int64_t i = 0; i < queries; ++i) {
        for (std::int64_t j = 0; j < keys; ++j) {
            const bool late = masks.causal && j > i;
            const bool far = masks.window && std::abs(i - j) >= *masks.window;
            if (late || far) band[static_cast<std::size_t>(i * keys + j)] = 0.0F;
        }
    }
    return band;
}

/// [batch, …] → [batch, 1, …]: the same for every head.
Result<ValueId> forEveryHead(Lowering& lowering, ValueId mask) {
    std::vector<std::int64_t> extents = lowering.graph().shape(mask).extents();
    extents.insert(extents.begin() + 1, 1);
    return reshape(lowering, mask, Shape(std::move(extents)));
}

Result<ValueId> replaced(Lowering& lowering, ValueId scores, ValueId allowed, float number) {
    const ValueId low = lowering.graph().scalar("masked_score", number);
    return lowering.graph().add(std::make_shared<Select>(), {allowed, scores, low}, "masked_scores");
}

}  // namespace

SiteNotes::SiteNotes(Lowering& lowering, const Layer& layer, std::string formula) : m_lowering(lowering) {
    m_site.name = lowering.graph().layer().empty() ? layer.name : lowering.graph().layer();
    m_site.layer = lowering.graph().layer();
    m_site.className = layer.className;
    m_site.formula = std::move(formula);
    m_site.timeAxis = "j";
}

ValueId SiteNotes::add(std::string name, ValueId value, std::vector<std::string> axes, ValueRole role) {
    if (role == ValueRole::Score) m_site.score = value;
    if (role == ValueRole::Weights) m_site.weights = value;
    if (role == ValueRole::Values) m_site.values = value;
    if (role == ValueRole::Output) m_site.output = value;
    m_site.named.push_back({std::move(name), value, std::move(axes), role});
    return value;
}

Result<ValueId> SiteNotes::addInput(const std::string& name, ValueId given, std::vector<std::string> axes,
                                    ValueRole role) {
    ATTN_TRY(const ValueId own, unary(m_lowering, UnaryKind::Identity, given, name));
    return add(name, own, std::move(axes), role);
}

Result<ValueId> SiteNotes::addKeyMask(std::optional<ValueId> mask, ValueId keys) {
    ValueId own{};
    m_site.maskIsWhatIf = !mask;
    if (mask) {
        ATTN_TRY(own, addInput("mask", *mask, {"j"}, ValueRole::Mask));
    } else {
        const Shape& shape = m_lowering.graph().shape(keys);
        ATTN_CHECK(expectReasonable(shape.upTo(2), mostMadeElements));
        own = m_lowering.graph().batchedConstant("mask", share(Tensor(shape.upTo(2), 1.0F)));
        add("mask", own, {"j"}, ValueRole::Mask);
    }
    m_site.mask = own;
    return own;
}

void SiteNotes::finish() {
    m_lowering.graph().site(std::move(m_site));
}

Result<ValueId> allowedKeys(Lowering& lowering, SiteNotes& notes, ValueId keyMask, const QueryKeyMasks& masks,
                            Shape scores) {
    const std::size_t rank = scores.rank();
    const std::int64_t queries = scores[rank - 2];
    const std::int64_t keys = scores[rank - 1];
    ATTN_TRY(ValueId allowed, reshape(lowering, keyMask, {scores[0], 1, keys}));
    if (masks.query) {
        ATTN_TRY(const ValueId own, notes.addInput("query_mask", *masks.query, {"i"}, ValueRole::Mask));
        ATTN_TRY(const ValueId column, reshape(lowering, own, {scores[0], queries, 1}));
        ATTN_TRY(allowed, binary(lowering, BinaryKind::And, column, allowed));
    }
    if (masks.causal || masks.window) {
        ATTN_CHECK(expectReasonable({queries, keys}, mostMadeElements));
        const ValueId band = lowering.graph().constant("band", share(bandMask(queries, keys, masks)));
        notes.add("band", band, {"i", "j"}, ValueRole::Mask);
        ATTN_TRY(allowed, binary(lowering, BinaryKind::And, allowed, band));
    }
    if (rank == 4) {
        ATTN_TRY(allowed, forEveryHead(lowering, allowed));
    }
    if (masks.matrix) {
        const Shape given = lowering.graph().shape(*masks.matrix);
        if (given.rank() != 3 && given.rank() != 4)
            return fail(ErrorCode::Shape, "attention_mask: shape " + given.text() +
                                              " found, (batch, query, key) or (batch, head, query, key) expected");
        ATTN_TRY(ValueId own, unary(lowering, UnaryKind::Identity, *masks.matrix, "attention_mask"));
        // An axis of one serves all queries or heads and has no letter of its own to be looked at by.
        if (given == Shape{scores[0], queries, keys}) notes.add("attention_mask", own, {"i", "j"}, ValueRole::Mask);
        if (given.rank() < rank) {
            ATTN_TRY(own, forEveryHead(lowering, own));
        }
        ATTN_TRY(allowed, binary(lowering, BinaryKind::And, own, allowed));
    }
    return allowed;
}

Result<ValueId> maskedSoftmax(Lowering& lowering, Masking masking, ValueId scores, ValueId allowed) {
    const std::size_t last = lowering.graph().shape(scores).rank() - 1;
    std::vector<ValueId> inputs{scores};
    switch (masking) {
        case Masking::Subtract: {
            ATTN_TRY(const ValueId masked, unary(lowering, UnaryKind::Not, allowed, "masked"));
            ATTN_TRY(const ValueId penalty, binary(lowering, BinaryKind::Multiply, masked, -1e9F, "masked_score"));
            ATTN_TRY(inputs[0], binary(lowering, BinaryKind::Add, scores, penalty, "masked_scores"));
            break;
        }
        case Masking::Replace: {
            ATTN_TRY(inputs[0], replaced(lowering, scores, allowed, -1e9F));
            break;
        }
        case Masking::Lowest: {
            // keras/src/backend/tensorflow/nn.py, _get_large_negative
            ATTN_TRY(inputs[0], replaced(lowering, scores, allowed, 3.38953e38F * -0.7F));
            break;
        }
        case Masking::Exact:
            inputs.push_back(allowed);
            break;
    }
    return lowering.graph().add(std::make_shared<Softmax>(last), std::move(inputs), "a");
}

}  // namespace attnscope
