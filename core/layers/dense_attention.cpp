#include "layers/attention_parts.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/matmul.h"

namespace attnscope {

namespace {

/// What goes into one of these layers: [batch, query, feature], [batch, key, feature].
struct Given {
    ValueId query;
    ValueId value;
    ValueId key;
};

/// Adds the scores [batch, query, key] and says how they come about.
using Score = Result<ValueId> (*)(Lowering& lowering, const Layer& layer, SiteNotes& notes, const Given& given);

/// query and key side by side: [batch, query, 1, feature] and [batch, 1, key, feature].
Result<ValueId> everyPair(Lowering& lowering, const Given& given) {
    const Shape q = lowering.graph().shape(given.query);
    const Shape k = lowering.graph().shape(given.key);
    ATTN_TRY(const ValueId query, reshape(lowering, given.query, {q[0], q[1], 1, q[2]}));
    ATTN_TRY(const ValueId key, reshape(lowering, given.key, {k[0], 1, k[1], k[2]}));
    return binary(lowering, BinaryKind::Add, query, key, "pairs");
}

/// attention.py, _calculate_scores()
Result<ValueId> dotScore(Lowering& lowering, const Layer& layer, SiteNotes& notes, const Given& given) {
    ATTN_TRY(const bool useScale, layer.config.flag("use_scale", false));
    ATTN_TRY(const std::string mode, layer.config.text("score_mode", "dot"));
    if (mode != "dot" && mode != "concat")
        return fail(ErrorCode::Format, "config entry score_mode: \"" + mode + "\" found; dot or concat expected");
    const bool concat = mode == "concat";
    std::vector<ExpectedWeight> expected;
    if (useScale) expected.push_back({"scale", {}});
    if (concat) expected.push_back({"concat_score_weight", {}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    for (std::size_t index = 0; index < weights.size(); ++index)
        notes.add(std::string(expected[index].name), weights[index], {}, ValueRole::Weight);
    const std::string key = given.key == given.value ? "v" : "k";
    if (concat) {
        ATTN_TRY(ValueId pairs, everyPair(lowering, given));
        if (useScale) {
            ATTN_TRY(pairs, binary(lowering, BinaryKind::Multiply, pairs, weights.front(), "scaled"));
        }
        ATTN_TRY(const ValueId bounded, unary(lowering, UnaryKind::Tanh, pairs));
        ATTN_TRY(const ValueId sum, reduce(lowering, ReduceKind::Sum, bounded, {3}, false, "sum"));
        notes.say("e[i,j] = concat_score_weight * sum(f: tanh(" + std::string(useScale ? "scale * " : "") +
                  "(q[i,f] + " + key + "[j,f])))");
        return binary(lowering, BinaryKind::Multiply, sum, weights.back(), "e");
    }
    ATTN_TRY(const ValueId product, lowering.graph().add(std::make_shared<MatMul>(false, true),
                                                         {given.query, given.key}, useScale ? "product" : "e"));
    notes.say("e[i,j] = " + std::string(useScale ? "scale * " : "") + "sum(f: q[i,f] * " + key + "[j,f])");
    if (!useScale) return product;
    return binary(lowering, BinaryKind::Multiply, product, weights[0], "e");
}

/// additive_attention.py, _calculate_scores()
Result<ValueId> additiveScore(Lowering& lowering, const Layer& layer, SiteNotes& notes, const Given& given) {
    ATTN_TRY(const bool useScale, layer.config.flag("use_scale", true));
    ATTN_TRY(const ValueId pairs, everyPair(lowering, given));
    ATTN_TRY(ValueId bounded, unary(lowering, UnaryKind::Tanh, pairs));
    std::vector<ExpectedWeight> expected;
    if (useScale) expected.push_back({"scale", {lowering.graph().shape(given.query).back()}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    if (useScale) {
        notes.add("scale", weights[0], {"f"}, ValueRole::Weight);
        ATTN_TRY(bounded, binary(lowering, BinaryKind::Multiply, bounded, weights[0], "scaled"));
    }
    notes.say("e[i,j] = sum(f: " + std::string(useScale ? "scale[f] * " : "") + "tanh(q[i,f] + " +
              (given.key == given.value ? "v" : "k") + "[j,f]))");
    return reduce(lowering, ReduceKind::Sum, bounded, {3}, false, "e");
}

/// tf_keras/src/layers/attention/base_dense_attention.py, call() and _apply_scores(); keras/src/layers/attention/
/// attention.py has the same numbers. Inputs are [query, value] or [query, value, key]; the query's mask passes.
Result<std::vector<Flow>> lowerDenseAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                              std::string formula, Score score) {
    if (inputs.size() != 2 && inputs.size() != 3)
        return fail(ErrorCode::Shape, "inputs: " + std::to_string(inputs.size()) +
                                          " found, [query, value] or [query, value, key] expected");
    for (const Flow& input : inputs) ATTN_CHECK(expectRank(lowering, input.value, 3));
    // `causal` was an entry of the config before TF 2.11, and is an argument of the call since.
    ATTN_TRY(const bool causalLayer, layer.config.flag("causal", false));
    const Config call(lowering.arguments().named);
    ATTN_TRY(const bool causalCall, call.flag("use_causal_mask", false));
    ATTN_TRY(const bool givesWeights, call.flag("return_attention_scores", false));

    GraphBuilder& graph = lowering.graph();
    SiteNotes notes(lowering, layer, std::move(formula));
    Given given{};
    const bool hasKey = inputs.size() == 3;
    ATTN_TRY(given.query, notes.addInput("q", inputs[0].value, {"i", "f"}));
    ATTN_TRY(given.value, notes.addInput("v", inputs[1].value, {"j", hasKey ? "g" : "f"}, ValueRole::Values));
    given.key = given.value;
    if (hasKey) {
        ATTN_TRY(given.key, notes.addInput("k", inputs[2].value, {"j", "f"}));
    }
    ATTN_TRY(const ValueId keyMask, notes.addKeyMask(inputs[1].mask, given.value));
    ATTN_TRY(const ValueId e, score(lowering, layer, notes, given));
    notes.add("e", e, {"i", "j"}, ValueRole::Score);
    QueryKeyMasks masks;
    masks.causal = causalLayer || causalCall;
    ATTN_TRY(const ValueId allowed, allowedKeys(lowering, notes, keyMask, masks, graph.shape(e)));
    ATTN_TRY(const ValueId a, maskedSoftmax(lowering, Masking::Subtract, e, allowed));
    notes.add("a", a, {"i", "j"}, ValueRole::Weights);
    notes.say(std::string("a[i,j] = softmax(j: e[i,j] - 1e9 * (1 - mask[j]") +
              (masks.causal ? " * band[i,j]))" : "))"));
    const std::string feature = hasKey ? "g" : "f";
    ATTN_TRY(const ValueId c, graph.add(std::make_shared<MatMul>(), {a, given.value}, "c"));
    notes.add("c", c, {"i", feature}, ValueRole::Output);
    notes.say("c[i," + feature + "] = sum(j: a[i,j] * v[j," + feature + "])");
    ValueId y = c;
    if (inputs[0].mask) {
        ATTN_TRY(const ValueId queryMask, notes.addInput("query_mask", *inputs[0].mask, {"i"}, ValueRole::Mask));
        const Shape shape = graph.shape(queryMask);
        ATTN_TRY(const ValueId column, reshape(lowering, queryMask, {shape[0], shape[1], 1}));
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, c, column, "y"));
        notes.add("y", y, {"i", feature});
        notes.say("y[i," + feature + "] = c[i," + feature + "] * query_mask[i]");
    }
    notes.finish();
    std::vector<Flow> outputs = single(y, inputs[0].mask);
    if (givesWeights) outputs.push_back({a, std::nullopt});
    return outputs;
}

}  // namespace

Result<std::vector<Flow>> lowerDotAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerDenseAttention(lowering, layer, inputs, "keras_attention", dotScore);
}

Result<std::vector<Flow>> lowerAdditiveAttention(Lowering& lowering, const Layer& layer,
                                                 const std::vector<Flow>& inputs) {
    return lowerDenseAttention(lowering, layer, inputs, "keras_additive_attention", additiveScore);
}

}  // namespace attnscope
