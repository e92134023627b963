#include "layers/lookup_table.h"

#include "layers/categories.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace attnscope {

namespace {

/// The weights of "tf_idf", one for each id: as the file keeps them, or those of the config, with their mean for the
/// special tokens that it does not list.
Result<Tensor> idfWeights(const Layer& layer, std::int64_t depth) {
    if (!layer.weights.empty()) {
        const Tensor& stored = *layer.weights.front().tensor;
        if (stored.shape() == Shape({depth})) return stored;
        return fail(ErrorCode::Shape, "weight " + layer.weights.front().name + ": shape " + stored.shape().text() +
                                          " found, " + Shape({depth}).text() + " expected");
    }
    ATTN_TRY(const LookupTable table, lookupTable(layer));
    const nlohmann::json given = layer.config.json().value("idf_weights", nlohmann::json());
    const auto listed =
        static_cast<std::int64_t>(table.words.size()) + (table.specialTokensListed ? table.firstWord : std::int64_t{0});
    const bool numbers = given.is_array() && std::ranges::all_of(given, [](const auto& n) { return n.is_number(); });
    if (!numbers || static_cast<std::int64_t>(given.size()) != listed)
        return fail(ErrorCode::Format, "config entry idf_weights: " + std::to_string(listed) +
                                           " numbers were expected, one for each word");
    const auto weights = given.get<std::vector<double>>();
    const std::int64_t front = table.specialTokensListed ? 0 : table.firstWord;
    if (front + listed > depth)
        return fail(ErrorCode::Shape, "config entry idf_weights: needs " + std::to_string(front + listed) +
                                          " numbers, the layer has " + std::to_string(depth));
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    Tensor padded(Shape({depth}), 0.0F);
    std::fill_n(padded.data().begin(), front, static_cast<float>(mean));
    std::ranges::transform(weights, padded.data().begin() + front,
                           [](double weight) { return static_cast<float>(weight); });
    return padded;
}

/// What becomes of ids in the layer's mode.
Result<std::vector<Flow>> encodeIds(Lowering& lowering, const Layer& layer, ValueId ids, std::int64_t depth) {
    ATTN_TRY(const std::string mode, lookupMode(layer));
    if (depth < 1)
        return fail(ErrorCode::Format, "its ids number " + std::to_string(depth) + ", at least 1 was expected");
    if (mode != "tf_idf") {
        ATTN_TRY(const ValueId y, encodeCategories(lowering, ids, depth, mode));
        return single(y);
    }
    ATTN_TRY(const ValueId counts, encodeCategories(lowering, ids, depth, "count"));
    ATTN_TRY(Tensor weights, idfWeights(layer, depth));
    const ValueId idf = lowering.graph().constant("idf_weights", share(std::move(weights)));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Multiply, counts, idf, mode));
    return single(y);
}

/// The numbers of a vocabulary. Errors: what is no number, or one that float32 does not hold exactly.
Result<std::vector<float>> numbersOf(const std::vector<std::string>& words) {
    std::vector<float> numbers;
    for (const std::string& word : words) {
        std::int64_t number = 0;
        const char* const end = word.data() + word.size();
        const auto [stop, problem] = std::from_chars(word.data(), end, number);
        if (problem != std::errc() || stop != end || number < -largestExactId || number > largestExactId)
            return fail(ErrorCode::Format, "vocabulary: \"" + word.substr(0, 40) + "\" found, a whole number up to " +
                                               std::to_string(largestExactId) + " was expected");
        numbers.push_back(static_cast<float>(number));
    }
    return numbers;
}

/// The ids of numbers that the vocabulary does not have: x modulo how many there are.
Result<ValueId> unknownIds(Lowering& lowering, const LookupTable& table, ValueId x) {
    const auto count = static_cast<float>(table.unknownIds);
    ATTN_TRY(const ValueId quotient, binary(lowering, BinaryKind::Divide, x, count, "num_oov_indices"));
    ATTN_TRY(const ValueId floor, unary(lowering, UnaryKind::Floor, quotient));
    ATTN_TRY(const ValueId whole, binary(lowering, BinaryKind::Multiply, floor, count, "num_oov_indices"));
    ATTN_TRY(const ValueId rest, binary(lowering, BinaryKind::Subtract, x, whole));
    return binary(lowering, BinaryKind::Add, rest, static_cast<float>(table.firstUnknown), "first_oov", "unknown_id");
}

}  // namespace

Result<std::vector<Flow>> lowerTextLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/text_vectorization.py, string_lookup.py. The tokenizer of the model's input made
    // ids of the text already.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const bool inverted, layer.config.flag("invert", false));
    if (inverted) return fail(ErrorCode::Unsupported, "it makes words of ids, and words cannot be computed with");
    ATTN_TRY(const std::string mode, lookupMode(layer));
    if (mode == "int") return single(inputs[0].value);
    ATTN_TRY(const std::int64_t depth, lookupDepth(layer));
    return encodeIds(lowering, layer, inputs[0].value, depth);
}

Result<std::vector<Flow>> lowerHashing(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/hashing.py; the tokenizer of the model's input hashed already.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const std::string mode, lookupMode(layer));
    if (mode == "int") return single(inputs[0].value);
    ATTN_TRY(const std::int64_t bins, layer.config.integer("num_bins"));
    return encodeIds(lowering, layer, inputs[0].value, bins);
}

Result<std::vector<Flow>> lowerIntegerLookup(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/index_lookup.py, _lookup_dense
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const bool inverted, layer.config.flag("invert", false));
    ATTN_TRY(const std::string method, layer.config.text("oov_method", "floormod"));
    ATTN_TRY(LookupTable table, lookupTable(layer));
    if (inverted) return fail(ErrorCode::Unsupported, "config entry invert: true is not supported");
    if (table.unknownIds == 0)
        return fail(ErrorCode::Unsupported,
                    "config entry num_oov_indices: 0 found, where Keras stops at a number "
                    "that the vocabulary does not have; at least 1 is supported");
    if (table.unknownIds > 1 && method != "floormod")
        return fail(ErrorCode::Unsupported, "config entry oov_method: \"" + method + "\" is not supported");
    const bool isInt = table.mode == "int";
    std::vector<std::string> tokens = table.words;
    std::vector<float> ids(tokens.size());
    std::iota(ids.begin(), ids.end(), static_cast<float>(table.firstWord));
    if (table.maskToken) {
        tokens.push_back(*table.maskToken);
        ids.push_back(isInt ? 0.0F : -1.0F);
    }
    ATTN_TRY(std::vector<float> numbers, numbersOf(tokens));
    const auto count = static_cast<std::int64_t>(numbers.size());

    GraphBuilder& graph = lowering.graph();
    const ValueId x = inputs[0].value;
    ATTN_TRY(const ValueId equal, comparedWithEach(lowering, BinaryKind::Equal, x,
                                                   Tensor(Shape({count}), std::move(numbers)), "vocabulary"));
    const std::size_t last = graph.shape(equal).rank() - 1;
    const ValueId known = graph.constant("ids", share(Tensor(Shape({count}), std::move(ids))));
    ATTN_TRY(const ValueId chosen, binary(lowering, BinaryKind::Multiply, equal, known));
    ATTN_TRY(const ValueId id, reduce(lowering, ReduceKind::Sum, chosen, {last}, false, "known_id"));
    ATTN_TRY(const ValueId found, reduce(lowering, ReduceKind::Max, equal, {last}, false, "found"));
    ATTN_TRY(const ValueId missing, unary(lowering, UnaryKind::Not, found, "missing"));
    ATTN_TRY(const ValueId unknown, unknownIds(lowering, table, x));
    ATTN_TRY(const ValueId other, binary(lowering, BinaryKind::Multiply, missing, unknown));
    ATTN_TRY(const ValueId all, binary(lowering, BinaryKind::Add, id, other, "id"));
    if (isInt) return single(all);
    ATTN_TRY(const std::int64_t depth, lookupDepth(layer));
    return encodeIds(lowering, layer, all, depth);
}

}  // namespace attnscope
