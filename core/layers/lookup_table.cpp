#include "layers/lookup_table.h"

#include "base/text.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace attnscope {

namespace {

using nlohmann::json;

/// A word, or a number as its decimal.
std::optional<std::string> tokenOf(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer()) return value.dump();
    return std::nullopt;
}

/// A config entry that is one token; none where it is null or absent.
Result<std::optional<std::string>> tokenEntry(const Config& config, const char* key,
                                              std::optional<std::string> fallback) {
    if (!config.json().contains(key)) return fallback;
    const json* value = config.find(key);
    if (value == nullptr) return std::optional<std::string>();
    if (auto token = tokenOf(*value)) return token;
    return fail(ErrorCode::Format, std::string("config entry ") + key + ": a word or a whole number was expected");
}

/// The words of vocabulary.txt as save_assets of index_lookup.py writes it: joined by newlines, of which one may be a
/// word itself where texts are split into characters. Only the masked token, at the front, can be empty, so that two
/// empty lines are such a newline.
std::vector<std::string> savedWords(std::string_view text) {
    std::vector<std::string> words;
    if (text.empty()) return words;
    const std::vector<std::string> lines = split(text, '\n');
    // As Windows ends lines; a carriage return that only some end with is part of the word.
    const bool returns = lines.size() > 1 && std::all_of(lines.begin(), std::prev(lines.end()),
                                                         [](const std::string& line) { return line.ends_with('\r'); });
    for (std::size_t at = 0; at < lines.size(); ++at) {
        std::string word = lines[at];
        if (returns && word.ends_with('\r')) word.pop_back();
        const bool newline =
            at > 0 && word.empty() && at + 1 < lines.size() && lines[at + 1].size() <= (returns ? 1 : 0);
        if (newline) ++at;
        words.push_back(newline ? "\n" : std::move(word));
    }
    return words;
}

Result<std::vector<std::string>> vocabularyOf(const Layer& layer) {
    if (!layer.config.has("vocabulary")) {
        std::vector<std::string> words = savedWords(layer.vocabulary);
        if (!words.empty()) return words;
        return fail(ErrorCode::NotFound,
                    "the file does not hold its vocabulary, as files of weights and .h5 files do not after adapt(); "
                    "what get_vocabulary() gives, opened as a tokenizer, was expected");
    }
    const json& list = layer.config.json()["vocabulary"];
    if (list.is_string())
        return fail(ErrorCode::NotFound, "config entry vocabulary: names a file, " + list.dump() +
                                             ", which is not opened; open it as a tokenizer");
    std::vector<std::string> words;
    if (!list.is_array()) return fail(ErrorCode::Format, "config entry vocabulary: a list of words was expected");
    for (const json& item : list) {
        auto word = tokenOf(item);
        if (!word)
            return fail(ErrorCode::Format, "config entry vocabulary: item " + std::to_string(words.size()) +
                                               ": a word or a whole number was expected");
        words.push_back(*std::move(word));
    }
    if (words.empty()) return fail(ErrorCode::Format, "config entry vocabulary: is empty, words were expected");
    return words;
}

Status checkDifferent(const std::vector<std::string>& words) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& word : words) {
        if (!seen.insert(word).second)
            return fail(ErrorCode::Format, "vocabulary: \"" + word + "\" found twice, different words were expected");
    }
    return {};
}

/// The table without its words.
Result<LookupTable> emptyTable(const Layer& layer) {
    const bool vectorizes = layer.className == "TextVectorization";
    LookupTable table;
    ATTN_TRY(table.mode, lookupMode(layer));
    if (vectorizes) {
        table.maskToken = "";
    } else {
        ATTN_TRY(table.maskToken, tokenEntry(layer.config, "mask_token", std::nullopt));
        ATTN_TRY(table.unknownIds, layer.config.integer("num_oov_indices", 1));
        if (table.unknownIds < 0 || table.unknownIds > largestExactId)
            return fail(ErrorCode::Format, "config entry num_oov_indices: " + std::to_string(table.unknownIds) +
                                               " found, a number from 0 to " + std::to_string(largestExactId) +
                                               " was expected");
    }
    table.firstUnknown = table.maskToken && table.mode == "int" ? 1 : 0;
    table.firstWord = table.firstUnknown + table.unknownIds;
    return table;
}

}  // namespace

Result<std::string> lookupMode(const Layer& layer) {
    if (layer.config.json().contains("output_mode") && layer.config.json()["output_mode"].is_null())
        return fail(ErrorCode::Unsupported, "config entry output_mode: null found, which gives words, not numbers");
    ATTN_TRY(const std::string mode, layer.config.text("output_mode", "int"));
    if (mode == "binary") return "multi_hot";
    if (mode == "tf-idf") return "tf_idf";
    constexpr std::array modes{"int", "one_hot", "multi_hot", "count", "tf_idf"};
    if (std::ranges::find(modes, mode) != modes.end()) return mode;
    return fail(ErrorCode::Format,
                "config entry output_mode: \"" + mode + "\" found; int, one_hot, multi_hot, count or tf_idf expected");
}

Result<LookupTable> lookupTable(const Layer& layer) {
    ATTN_TRY(LookupTable table, emptyTable(layer));
    ATTN_TRY(table.words, vocabularyOf(layer));
    const char* const usual = layer.className == "IntegerLookup" ? "-1" : "[UNK]";
    ATTN_TRY(const std::optional<std::string> unknown, tokenEntry(layer.config, "oov_token", usual));
    table.unknownToken = unknown.value_or("");
    const auto isSpecial = [&](std::int64_t place) {
        const std::string& word = table.words[static_cast<std::size_t>(place)];
        return word == (place < table.firstUnknown ? *table.maskToken : table.unknownToken);
    };
    table.specialTokensListed = table.firstWord <= static_cast<std::int64_t>(table.words.size());
    for (std::int64_t place = 0; table.specialTokensListed && place < table.firstWord; ++place)
        table.specialTokensListed = isSpecial(place);
    if (table.specialTokensListed)
        table.words.erase(table.words.begin(), table.words.begin() + static_cast<std::ptrdiff_t>(table.firstWord));
    ATTN_CHECK(checkDifferent(table.words));
    return table;
}

Result<std::int64_t> lookupDepth(const Layer& layer) {
    ATTN_TRY(const bool padded, layer.config.flag("pad_to_max_tokens", false));
    if (padded) return layer.config.integer("max_tokens");
    if (layer.config.has("vocabulary_size")) return layer.config.integer("vocabulary_size");
    ATTN_TRY(const LookupTable table, lookupTable(layer));
    return table.firstWord + static_cast<std::int64_t>(table.words.size());
}

}  // namespace attnscope
