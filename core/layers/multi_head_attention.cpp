#include "base/text.h"
#include "layers/attention_parts.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace attnscope {

namespace {

/// What the config says, for heads that share keys and values (GroupQueryAttention) or not.
struct Heads {
    std::int64_t count = 1;     ///< of queries
    std::int64_t keyCount = 1;  ///< of keys and values; divides `count`
    std::int64_t keySize = 1;
    std::int64_t valueSize = 1;
    bool useBias = true;
    bool gate = false;
};

/// One of the dense layers inside: what its weights are called in the site and in files.
struct Projection {
    std::string_view letter;    ///< W_q, b_q
    std::string_view fileName;  ///< "query", in Keras 3 also "query_dense"
    Shape kernel;
    Shape bias;
};

/// The inputs by argument: positional ones first, then those given by keyword.
struct Given {
    Flow query;
    Flow value;
    Flow key;
    bool hasKey = false;
};

/// The dense layer that a weight belongs to: ".../query/kernel:0" and "query_dense/vars/0" are the query's.
std::string denseOf(const LayerWeight& weight) {
    std::vector<std::string> path = split(weight.name, '/');
    if (!path.empty()) path.pop_back();
    if (!path.empty() && path.back() == "vars") path.pop_back();
    return path.empty() ? std::string() : path.back();
}

/// The layer's weights in the order of the projections, where their names say which is whose.
Layer inOrder(const Layer& layer, const std::vector<Projection>& projections, bool useBias) {
    Layer ordered = layer;
    ordered.weights.clear();
    for (const Projection& projection : projections) {
        const std::string plain(projection.fileName);
        const std::string variable = (plain == "attention_output" ? "output" : plain) + "_dense";
        for (const LayerWeight& weight : layer.weights) {
            const std::string dense = denseOf(weight);
            if (dense == plain || dense == variable || dense == "_" + variable) ordered.weights.push_back(weight);
        }
    }
    const std::size_t expected = projections.size() * (useBias ? 2 : 1);
    return ordered.weights.size() == expected ? ordered : layer;
}

class HeadsLowering {
public:
    HeadsLowering(Lowering& lowering, const Layer& layer, const Heads& heads, std::string formula)
        : m_lowering(lowering),
          m_graph(lowering.graph()),
          m_layer(layer),
          m_call(lowering.arguments().named),
          m_heads(heads),
          m_notes(lowering, layer, std::move(formula)) {}

    Result<std::vector<Flow>> run(const std::vector<Flow>& inputs) {
        ATTN_CHECK(readInputs(inputs));
        ATTN_CHECK(addProjections());
        ATTN_CHECK(score());
        ATTN_CHECK(weigh());
        ATTN_TRY(const ValueId y, output());
        m_notes.finish();
        std::vector<Flow> outputs = single(y, m_given.query.mask);
        ATTN_TRY(const bool givesWeights, m_call.flag("return_attention_scores", false));
        if (givesWeights) outputs.push_back({m_a, std::nullopt});
        return outputs;
    }

private:
    Status readInputs(const std::vector<Flow>& inputs) {
        const CallArguments& arguments = m_lowering.arguments();
        const auto argument = [&](std::string_view name, std::size_t position) -> std::optional<Flow> {
            if (auto named = arguments.tensor(name)) return named;
            return position < inputs.size() ? std::optional<Flow>(inputs[position]) : std::nullopt;
        };
        const auto query = argument("query", 0);
        const auto value = argument("value", 1);
        const auto key = argument("key", 2);
        if (!query || !value) return fail(ErrorCode::Shape, "a query and a value expected");
        m_given = {*query, *value, key.value_or(*value), key && key->value != value->value};
        // Keras 3 saves masks as arguments of their own.
        for (const auto& [flow, name] :
             {std::pair(&m_given.query, "query_mask"), {&m_given.value, "value_mask"}, {&m_given.key, "key_mask"}}) {
            if (const auto mask = arguments.tensor(name)) flow->mask = mask->value;
        }
        for (const Flow& flow : {m_given.query, m_given.value, m_given.key})
            ATTN_CHECK(expectRank(m_lowering, flow.value, 3));
        ATTN_TRY(m_given.query.value, m_notes.addInput("query", m_given.query.value, {"i", "f"}));
        ATTN_TRY(m_given.value.value, m_notes.addInput("value", m_given.value.value, {"j", "g"}));
        if (m_given.hasKey) {
            ATTN_TRY(m_given.key.value, m_notes.addInput("key", m_given.key.value, {"j", "n"}));
        } else {
            m_given.key.value = m_given.value.value;
        }
        return {};
    }

    [[nodiscard]] std::int64_t features(const Flow& flow) const { return m_graph.shape(flow.value).back(); }

    /// multi_head_attention.py, build(): kernels (features, heads, size), biases (heads, size).
    [[nodiscard]] Result<std::vector<Projection>> projections() const {
        const Shape queries{m_heads.count, m_heads.keySize};
        const Shape keys{m_heads.keyCount, m_heads.keySize};
        const Shape values{m_heads.keyCount, m_heads.valueSize};
        const Shape gates{m_heads.count, m_heads.valueSize};
        const auto dense = [&](std::string_view letter, std::string_view name, const Flow& from, const Shape& to) {
            return Projection{letter, name, {features(from), to[0], to[1]}, to};
        };
        std::vector<Projection> all{dense("q", "query", m_given.query, queries), dense("k", "key", m_given.key, keys)};
        if (m_heads.gate) all.push_back(dense("g", "gate", m_given.query, gates));
        all.push_back(dense("v", "value", m_given.value, values));
        Shape out{features(m_given.query)};
        if (m_layer.config.has("output_shape")) {
            ATTN_TRY(std::vector<std::int64_t> extents, m_layer.config.integers("output_shape"));
            out = Shape(std::move(extents));
        }
        std::vector<std::int64_t> kernel{m_heads.count, m_heads.valueSize};
        kernel.insert(kernel.end(), out.begin(), out.end());
        all.push_back({"o", "attention_output", Shape(std::move(kernel)), out});
        return all;
    }

    Status addProjections() {
        ATTN_TRY(const std::vector<Projection> all, projections());
        std::vector<std::string> names;
        std::vector<ExpectedWeight> expected;
        for (const Projection& projection : all)
            names.insert(names.end(), {"W_" + std::string(projection.letter), "b_" + std::string(projection.letter)});
        for (std::size_t index = 0; index < all.size(); ++index) {
            expected.push_back({names[2 * index], all[index].kernel});
            if (m_heads.useBias) expected.push_back({names[2 * index + 1], all[index].bias});
        }
        // keras/src/models/model.py, quantize(), reaches into the layer, whose config keeps nothing of it.
        if (m_layer.weights.size() > expected.size() && m_layer.weights.size() % all.size() == 0)
            return fail(ErrorCode::Unsupported,
                        std::to_string(m_layer.weights.size()) + " weights found, " + std::to_string(expected.size()) +
                            " expected; projections that are quantized or adapted are not read");
        ATTN_TRY(const std::vector<ValueId> weights,
                 addWeights(m_lowering, inOrder(m_layer, all, m_heads.useBias), expected));
        for (std::size_t index = 0; index < weights.size(); ++index) {
            const std::string name(expected[index].name);
            m_weights[name] = weights[index];
            m_notes.add(name, weights[index], weightAxes(name, expected[index].shape.rank()), ValueRole::Weight);
        }
        return {};
    }

    /// Index letters of a weight: those of what it reads, head, size; o, p, … for the output's own axes.
    [[nodiscard]] std::vector<std::string> weightAxes(const std::string& name, std::size_t rank) const {
        const char letter = name.back();
        const bool shared = m_heads.keyCount != m_heads.count && (letter == 'k' || letter == 'v');
        std::vector<std::string> axes{shared ? "r" : "h", letter == 'q' || letter == 'k' ? "d" : "m"};
        if (letter == 'o') {
            if (name.front() == 'b') axes.clear();
            for (char out = 'o'; axes.size() < rank; ++out) axes.emplace_back(1, out);
        } else if (name.front() == 'W') {
            const bool fromKey = letter == 'k' && m_given.hasKey;
            axes.insert(axes.begin(), fromKey ? "n" : letter == 'k' || letter == 'v' ? "g" : "f");
        }
        return axes;
    }

    /// [batch, time, features] → [batch, time, heads, size], as EinsumDense does.
    Result<ValueId> project(const std::string& letter, ValueId x, std::string_view name) {
        const ValueId kernel = m_weights.at("W_" + letter);
        const Shape shape = m_graph.shape(kernel);
        const Shape given = m_graph.shape(x);
        ATTN_TRY(const ValueId matrix, reshape(m_lowering, kernel, {shape[0], shape[1] * shape[2]}));
        ATTN_TRY(const ValueId product, m_graph.add(std::make_shared<MatMul>(), {x, matrix}));
        const std::string_view last = m_heads.useBias ? std::string_view() : name;
        ATTN_TRY(ValueId y, reshape(m_lowering, product, {given[0], given[1], shape[1], shape[2]}, last));
        if (m_heads.useBias) {
            ATTN_TRY(y, binary(m_lowering, BinaryKind::Add, y, m_weights.at("b_" + letter), name));
        }
        return y;
    }

    /// grouped_query_attention.py, call(): every head of keys and values serves as many heads of queries.
    Result<ValueId> forEveryQueryHead(ValueId x, std::string_view name) {
        const std::int64_t times = m_heads.count / m_heads.keyCount;
        const Shape shape = m_graph.shape(x);
        const Shape repeated{shape[0], shape[1], shape[2], times, shape[3]};
        ATTN_TRY(ValueId y, reshape(m_lowering, x, {shape[0], shape[1], shape[2], 1, shape[3]}));
        ATTN_TRY(y, m_graph.add(std::make_shared<Broadcast>(repeated), {y}));
        return reshape(m_lowering, y, {shape[0], shape[1], m_heads.count, shape[3]}, name);
    }

    void sayProjection(const std::string& letter, const std::string& from, const std::string& index,
                       const std::string& size) {
        const std::string f = letter == "k" && m_given.hasKey ? "n" : from == "query" ? "f" : "g";
        const bool shared = m_heads.keyCount != m_heads.count && from != "query";
        const std::string head = shared ? "h / " + std::to_string(m_heads.count / m_heads.keyCount) : "h";
        std::string line = letter + "[" + index + ",h," + size + "] = sum(" + f + ": " + from + "[" + index + "," + f +
                           "] * W_" + letter + "[" + f + "," + head + "," + size + "])";
        if (m_heads.useBias) line += " + b_" + letter + "[" + head + "," + size + "]";
        m_notes.say(std::move(line));
    }

    Status score() {
        ATTN_TRY(ValueId q, project("q", m_given.query.value, "q"));
        const bool shared = m_heads.keyCount != m_heads.count;
        ATTN_TRY(m_k, project("k", m_given.key.value, shared ? "k_shared" : "k"));
        ATTN_TRY(m_v, project("v", m_given.value.value, shared ? "v_shared" : "v"));
        if (shared) {
            ATTN_TRY(m_k, forEveryQueryHead(m_k, "k"));
            ATTN_TRY(m_v, forEveryQueryHead(m_v, "v"));
        }
        m_notes.add("q", q, {"i", "h", "d"});
        m_notes.add("k", m_k, {"j", "h", "d"});
        m_notes.add("v", m_v, {"j", "h", "m"}, ValueRole::Values);
        sayProjection("q", "query", "i", "d");
        sayProjection("k", m_given.hasKey ? "key" : "value", "j", "d");
        sayProjection("v", "value", "j", "m");
        // _compute_attention(): the query is scaled before the product.
        const auto factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(m_heads.keySize)));
        const ValueId scale = m_graph.scalar("scale", factor);
        m_notes.add("scale", scale, {}, ValueRole::Parameter);
        ATTN_TRY(q, binary(m_lowering, BinaryKind::Multiply, q, scale, "scaled"));
        ATTN_TRY(const ValueId queries, permute(m_lowering, q, {0, 2, 1, 3}));
        ATTN_TRY(const ValueId keys, permute(m_lowering, m_k, {0, 2, 1, 3}));
        ATTN_TRY(m_e, m_graph.add(std::make_shared<MatMul>(false, true), {queries, keys}, "e"));
        m_notes.say("e[h,i,j] = scale * sum(d: q[i,h,d] * k[j,h,d])");
        return {};
    }

    /// How the version that saved the file applies masks (multi_head_attention.py, _compute_attention()).
    [[nodiscard]] Result<Masking> masking() const {
        const Era& era = m_lowering.era();
        ATTN_TRY(const bool robust, m_layer.config.flag("softmax_robust_masking", false));
        if (era.generation != Generation::Keras3) return robust ? Masking::Replace : Masking::Subtract;
        ATTN_TRY(const float dropout, m_layer.config.number("dropout", 0.0F));
        ATTN_TRY(const bool givesWeights, m_call.flag("return_attention_scores", false));
        if (era.fusedHeads && dropout == 0.0F && !givesWeights) return Masking::Lowest;
        return era.softmaxReplaces ? Masking::Exact : Masking::Subtract;
    }

    Status weigh() {
        std::optional<ValueId> mask = m_given.value.mask;
        if (m_given.hasKey && m_given.key.mask) {
            if (mask) {
                ATTN_TRY(mask, binary(m_lowering, BinaryKind::And, *mask, *m_given.key.mask, "value_and_key_mask"));
            } else {
                mask = m_given.key.mask;
            }
        }
        ATTN_TRY(const ValueId keyMask, m_notes.addKeyMask(mask, m_k));
        m_notes.add("e", m_e, {"h", "i", "j"}, ValueRole::Score);
        QueryKeyMasks masks;
        masks.query = m_given.query.mask;
        if (const auto matrix = m_lowering.arguments().tensor("attention_mask")) masks.matrix = matrix->value;
        ATTN_TRY(masks.causal, m_call.flag("use_causal_mask", false));
        if (m_layer.config.has("sliding_window")) {
            ATTN_TRY(masks.window, positive(m_layer.config, "sliding_window"));
        }
        ATTN_TRY(const ValueId allowed, allowedKeys(m_lowering, m_notes, keyMask, masks, m_graph.shape(m_e)));
        ATTN_TRY(const Masking how, masking());
        ATTN_TRY(m_a, maskedSoftmax(m_lowering, how, m_e, allowed));
        m_notes.add("a", m_a, {"h", "i", "j"}, ValueRole::Weights);
        std::string masked = "mask[j]";
        if (masks.query) masked += " * query_mask[i]";
        if (masks.causal || masks.window) masked += " * band[i,j]";
        if (masks.matrix) masked += " * attention_mask[i,j]";
        m_notes.say("a[h,i,j] = softmax(j: e[h,i,j], where " + masked + " is not 0)");
        return {};
    }

    Result<ValueId> output() {
        ATTN_TRY(const ValueId values, permute(m_lowering, m_v, {0, 2, 1, 3}));
        ATTN_TRY(const ValueId byHead, m_graph.add(std::make_shared<MatMul>(), {m_a, values}));
        ATTN_TRY(const ValueId c, permute(m_lowering, byHead, {0, 2, 1, 3}, "c"));
        m_notes.add("c", c, {"i", "h", "m"}, ValueRole::Output);
        m_notes.say("c[i,h,m] = sum(j: a[h,i,j] * v[j,h,m])");
        ValueId weighed = c;
        if (m_heads.gate) {
            ATTN_TRY(ValueId gate, project("g", m_given.query.value, "open"));
            ATTN_TRY(gate, unary(m_lowering, UnaryKind::Sigmoid, gate, "g"));
            m_notes.add("g", gate, {"i", "h", "m"});
            ATTN_TRY(weighed, binary(m_lowering, BinaryKind::Multiply, c, gate, "gated"));
        }
        const ValueId kernel = m_weights.at("W_o");
        const Shape shape = m_graph.shape(c);
        const Shape out = m_graph.shape(kernel).from(2);
        ATTN_TRY(const ValueId flat, reshape(m_lowering, weighed, {shape[0], shape[1], shape[2] * shape[3]}));
        ATTN_TRY(const ValueId matrix, reshape(m_lowering, kernel, {shape[2] * shape[3], out.elements()}));
        ATTN_TRY(const ValueId product, m_graph.add(std::make_shared<MatMul>(), {flat, matrix}));
        std::vector<std::int64_t> extents{shape[0], shape[1]};
        extents.insert(extents.end(), out.begin(), out.end());
        ATTN_TRY(ValueId y, reshape(m_lowering, product, Shape(std::move(extents)), m_heads.useBias ? "" : "y"));
        if (m_heads.useBias) {
            ATTN_TRY(y, binary(m_lowering, BinaryKind::Add, y, m_weights.at("b_o"), "y"));
        }
        std::vector<std::string> axes = weightAxes("b_o", out.rank());
        const std::string letters = joined(axes, ",");
        axes.insert(axes.begin(), "i");
        m_notes.add("y", y, std::move(axes));
        m_notes.say("y[i," + letters + "] = sum(h,m: c[i,h,m]" + (m_heads.gate ? " * g[i,h,m]" : "") + " * W_o[h,m," +
                    letters + "])" + (m_heads.useBias ? " + b_o[" + letters + "]" : ""));
        return y;
    }

    Lowering& m_lowering;
    GraphBuilder& m_graph;
    const Layer& m_layer;
    Config m_call;
    Heads m_heads;
    SiteNotes m_notes;
    Given m_given{};
    std::map<std::string, ValueId> m_weights;
    ValueId m_k{};
    ValueId m_v{};
    ValueId m_e{};
    ValueId m_a{};
};

/// `attention_axes` are over which axes queries and keys run; here there is one, time.
Status expectTimeAxis(const Config& config) {
    if (!config.has("attention_axes")) return {};
    ATTN_TRY(const std::vector<std::int64_t> axes, config.integers("attention_axes"));
    if (axes.size() == 1 && (axes.front() == 1 || axes.front() == -1)) return {};
    return fail(ErrorCode::Unsupported, "config entry attention_axes: " + config.json().at("attention_axes").dump() +
                                            " found; attention over time, axis 1, expected");
}

}  // namespace

Result<std::vector<Flow>> lowerMultiHeadAttention(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/attention/multi_head_attention.py, keras/src/layers/attention/multi_head_attention.py
    ATTN_CHECK(expectTimeAxis(layer.config));
    Heads heads;
    ATTN_TRY(heads.count, positive(layer.config, "num_heads"));
    heads.keyCount = heads.count;
    ATTN_TRY(heads.keySize, positive(layer.config, "key_dim"));
    ATTN_TRY(heads.valueSize, positive(layer.config, "value_dim", heads.keySize));
    ATTN_TRY(heads.useBias, layer.config.flag("use_bias", true));
    ATTN_TRY(heads.gate, layer.config.flag("use_gate", false));
    return HeadsLowering(lowering, layer, heads, "keras_multi_head_attention").run(inputs);
}

Result<std::vector<Flow>> lowerGroupQueryAttention(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs) {
    // keras/src/layers/attention/grouped_query_attention.py
    Heads heads;
    ATTN_TRY(heads.count, positive(layer.config, "num_query_heads"));
    ATTN_TRY(heads.keyCount, positive(layer.config, "num_key_value_heads"));
    ATTN_TRY(heads.keySize, positive(layer.config, "head_dim"));
    if (heads.count % heads.keyCount != 0)
        return fail(ErrorCode::Format, "config entry num_query_heads: " + std::to_string(heads.count) +
                                           " found, a multiple of " + std::to_string(heads.keyCount) + " expected");
    heads.valueSize = heads.keySize;
    ATTN_TRY(heads.useBias, layer.config.flag("use_bias", true));
    ATTN_TRY(heads.gate, layer.config.flag("use_gate", false));
    return HeadsLowering(lowering, layer, heads, "keras_group_query_attention").run(inputs);
}

}  // namespace attnscope
