#include "layers/text_layers.h"

#include "layers/lookup_table.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <utility>

namespace attnscope {

namespace {

using nlohmann::json;

/// Stands in encoded modes for what counts for nothing: no category has it.
constexpr std::int64_t countsForNothing = -1;
constexpr std::int64_t widestNgram = 16;  // of a long text, wider ones would take gigabytes

bool isVectorization(const Layer& layer) {
    return layer.className == "TextVectorization";
}

/// The name of a function that somebody wrote, as a config of either generation has it.
std::string functionName(const json& value) {
    if (value.is_object() && value.contains("config") && value["config"].is_string()) return value["config"];
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true, json::error_handler_t::replace);
}

tl::unexpected<Error> pythonCode(const char* key, const json& value) {
    return fail(ErrorCode::PythonCode, std::string("config entry ") + key + ": is Python code (" +
                                           functionName(value).substr(0, 60) +
                                           "), which is not run; give the model token ids, or open a tokenizer");
}

Status addStandardization(const json& value, Splitting& splitting) {
    splitting.lowering = Splitting::Lowering::None;
    if (value.is_null()) {
        splitting.filters.clear();
        return {};
    }
    const std::string mode = value.is_string() ? value.get<std::string>() : std::string();
    const bool lowers = mode == "lower" || mode == "lower_and_strip_punctuation";
    const bool strips = mode == "strip_punctuation" || mode == "lower_and_strip_punctuation";
    if (!lowers && !strips) return pythonCode("standardize", value);
    if (lowers) splitting.lowering = Splitting::Lowering::Ascii;
    if (!strips) splitting.filters.clear();
    return {};
}

/// `ngrams` is a number n for all widths up to n, or a list of widths.
Status addNgrams(const Config& config, Splitting& splitting) {
    if (!config.has("ngrams")) return {};
    ATTN_TRY(std::vector<std::int64_t> widths, config.integers("ngrams"));
    if (config.find("ngrams")->is_number()) {
        const std::int64_t widest = std::clamp<std::int64_t>(widths.front(), 0, widestNgram + 1);
        widths.clear();
        for (std::int64_t width = 1; width <= widest; ++width) widths.push_back(width);
    } else if (static_cast<std::int64_t>(widths.size()) > widestNgram) {
        return fail(ErrorCode::Limit, "config entry ngrams: " + std::to_string(widths.size()) +
                                          " widths found, limit " + std::to_string(widestNgram));
    }
    for (const std::int64_t width : widths) {
        if (width < 1 || width > widestNgram)
            return fail(ErrorCode::Limit, "config entry ngrams: widths from 1 to " + std::to_string(widestNgram) +
                                              " were expected, " + std::to_string(width) + " found");
        splitting.ngrams.push_back(static_cast<std::size_t>(width));
    }
    return {};
}

Result<Splitting> vectorizationSplitting(const Layer& layer) {
    const json& config = layer.config.json();
    Splitting splitting = textVectorizationSplitting();
    ATTN_CHECK(addStandardization(config.value("standardize", json("lower_and_strip_punctuation")), splitting));
    const json split = config.value("split", json("whitespace"));
    splitting.whole = split.is_null();
    splitting.characters = split == "character";
    if (!splitting.whole && !splitting.characters && split != "whitespace") return pythonCode("split", split);
    ATTN_CHECK(addNgrams(layer.config, splitting));
    return splitting;
}

/// StringLookup and Hashing are given words as they are: one, or several, which a person parts by blanks.
Splitting wordSplitting(const TextReading& reading) {
    Splitting splitting;
    splitting.lowering = Splitting::Lowering::None;
    splitting.filters.clear();
    splitting.dropFiltered = true;
    splitting.separator.clear();
    splitting.whole = reading.extents.empty() || reading.extents == std::vector{std::optional<std::int64_t>(1)};
    return splitting;
}

Result<TokenizerPtr> lookupTokenizer(const Layer& layer, const Splitting& splitting) {
    ATTN_TRY(LookupTable table, lookupTable(layer));
    const auto words = static_cast<std::int64_t>(table.words.size());
    if (table.firstWord + words > largestExactId)
        return fail(ErrorCode::Limit, "vocabulary: needs ids up to " + std::to_string(table.firstWord + words) +
                                          ", limit " + std::to_string(largestExactId));
    Vocabulary vocabulary;
    if (table.unknownIds > 0) vocabulary.unknownId = table.firstUnknown;
    vocabulary.unknownIds = table.unknownIds;
    vocabulary.ids.reserve(table.words.size() + 2);
    if (table.maskToken) vocabulary.ids.emplace(*table.maskToken, table.mode == "int" ? 0 : countsForNothing);
    std::int64_t id = table.firstWord;
    for (std::string& word : table.words) vocabulary.ids.emplace(std::move(word), id++);
    // Written in a text it is as unknown as any other word; of several ids it would have but one.
    const std::string& unknown = table.unknownToken;
    if (table.unknownIds == 1 && !unknown.empty()) vocabulary.ids.emplace(unknown, table.firstUnknown);
    std::string description = layer.className + ", " + std::to_string(words) + (words == 1 ? " word" : " words") +
                              (table.unknownIds == 0   ? std::string(", no OOV")
                               : table.unknownIds == 1 ? ", OOV " + unknown
                                                       : ", " + std::to_string(table.unknownIds) + " OOV ids");
    return std::make_shared<const WordTokenizer>(std::move(vocabulary), splitting, std::move(description));
}

Result<TokenizerPtr> hashingTokenizer(const Layer& layer, const Splitting& splitting) {
    ATTN_TRY(const std::int64_t bins, layer.config.integer("num_bins"));
    if (bins < 1 || bins > largestExactId)
        return fail(ErrorCode::Format, "config entry num_bins: " + std::to_string(bins) +
                                           " found, a number from 1 to " + std::to_string(largestExactId) +
                                           " was expected");
    Vocabulary vocabulary;
    vocabulary.unknownId = 0;
    vocabulary.unknownIds = bins;
    if (const json* mask = layer.config.find("mask_value"); mask != nullptr && bins > 1) {
        vocabulary.ids.emplace(mask->is_string() ? mask->get<std::string>() : mask->dump(), 0);
        vocabulary.unknownId = 1;
        vocabulary.unknownIds = bins - 1;
    }
    return std::make_shared<const WordTokenizer>(std::move(vocabulary), splitting,
                                                 "Hashing, " + std::to_string(bins) + " ids");
}

Result<TokenizerPtr> tokenizerOf(const Layer& layer, const Splitting& splitting) {
    if (layer.config.has("salt"))
        return fail(ErrorCode::Unsupported, "config entry salt: words are hashed with a salt, which is not supported");
    return layer.className == "Hashing" ? hashingTokenizer(layer, splitting) : lookupTokenizer(layer, splitting);
}

}  // namespace

bool readsText(const Layer& layer) {
    if (layer.custom) return false;
    if (layer.className != "StringLookup") return isVectorization(layer) || layer.className == "Hashing";
    const Result<bool> inverted = layer.config.flag("invert", false);
    return inverted && !*inverted;
}

TextReading textReading(const Layer& layer, const std::vector<std::optional<std::int64_t>>& inputExtents) {
    TextReading reading;
    reading.layer = layer.name;
    reading.extents = inputExtents;
    reading.padding = {std::nullopt, Side::Back, Side::Back, 0};
    const Result<std::string> mode = lookupMode(layer);
    if (mode && *mode != "int") reading.padding.value = countsForNothing;
    if (isVectorization(layer)) {
        reading.extents.assign(1, std::nullopt);
        if (const auto length = layer.config.integer("output_sequence_length"); length && *length >= 1)
            reading.extents[0] = *length;
    }
    reading.padding.length = reading.extents.empty() ? 1 : reading.extents[0];
    Result<Splitting> splitting =
        isVectorization(layer) ? vectorizationSplitting(layer) : Result<Splitting>(wordSplitting(reading));
    if (!splitting) {
        reading.problem = std::move(splitting).error();
    } else {
        reading.splitting = *splitting;
        Result<TokenizerPtr> tokenizer = tokenizerOf(layer, *splitting);
        if (tokenizer)
            reading.tokenizer = *std::move(tokenizer);
        else
            reading.problem = std::move(tokenizer).error();
    }
    if (reading.problem) reading.problem = std::move(*reading.problem).within("layer " + layer.name);
    return reading;
}

}  // namespace attnscope
