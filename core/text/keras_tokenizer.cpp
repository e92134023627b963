#include "text/keras_tokenizer.h"

#include "base/strict_json.h"
#include "base/unicode.h"
#include "text/word_tokenizer.h"

#include <cmath>
#include <utility>

namespace attnscope {

namespace {

using nlohmann::json;
using Ids = std::unordered_map<std::string, std::int64_t>;

/// A whole number, whether written as 3 or 3.0; none for anything else.
std::optional<std::int64_t> wholeNumber(const json& value) {
    constexpr double largest = 9.0e15;
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (std::abs(number) > largest || number != std::floor(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

Result<Ids> idsOf(const json& dictionary) {
    if (!dictionary.is_object()) {
        return fail(ErrorCode::Format, "expected an object of words and ids, found " + jsonKind(dictionary));
    }
    if (dictionary.empty()) return fail(ErrorCode::Format, "holds no words");
    Ids ids;
    ids.reserve(dictionary.size());
    for (const auto& [word, value] : dictionary.items()) {
        const auto id = wholeNumber(value);
        if (!id || *id < 0 || *id > largestExactId) {
            return fail(ErrorCode::Format, "word \"" + word + "\": expected a whole number from 0 to " +
                                               std::to_string(largestExactId) + " as its id, found " + jsonKind(value));
        }
        ids.emplace(word, *id);
    }
    return ids;
}

const json* member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

tl::unexpected<Error> wrongKind(const char* name, const char* expected, const json& found) {
    return fail(ErrorCode::Format, std::string(name) + ": expected " + expected + ", found " + jsonKind(found));
}

Result<bool> boolOr(const json& config, const char* name, bool absent) {
    const json* value = member(config, name);
    if (value == nullptr) return absent;
    if (!value->is_boolean()) return wrongKind(name, "true or false", *value);
    return value->get<bool>();
}

std::u32string pointsOf(const std::string& utf8) {
    std::u32string result;
    for (const CodePoint& point : codePointsOf(utf8)) result += point.value;
    return result;
}

/// Filters are a string or a list of single characters; Keras iterates over either.
Result<std::u32string> filtersOf(const json& value) {
    if (value.is_string()) return pointsOf(value.get_ref<const std::string&>());
    constexpr const char* expected = "a string or a list of single characters";
    if (!value.is_array()) return wrongKind("filters", expected, value);
    std::u32string filters;
    for (const json& item : value) {
        if (!item.is_string()) return wrongKind("filters", expected, item);
        const std::u32string points = pointsOf(item.get_ref<const std::string&>());
        if (points.size() != 1) {
            return fail(ErrorCode::Format, std::string("filters: expected ") + expected + ", found " + item.dump());
        }
        filters += points;
    }
    return filters;
}

Result<Splitting> splittingOf(const json& config) {
    Splitting splitting;
    ATTN_TRY(const bool lower, boolOr(config, "lower", true));
    splitting.lowering = lower ? Splitting::Lowering::Python : Splitting::Lowering::None;
    ATTN_TRY(splitting.characters, boolOr(config, "char_level", false));
    if (splitting.characters) return splitting;
    if (const json* filters = member(config, "filters")) {
        ATTN_TRY(splitting.filters, filtersOf(*filters));
    }
    if (const json* separator = member(config, "split")) {
        if (!separator->is_string()) return wrongKind("split", "a string", *separator);
        splitting.separator = pointsOf(separator->get_ref<const std::string&>());
        if (splitting.separator.empty()) return fail(ErrorCode::Format, "split: is empty; expected what parts words");
    }
    return splitting;
}

Result<Ids> wordIndexOf(const json& config) {
    const json* dictionary = member(config, "word_index");
    if (dictionary == nullptr) return fail(ErrorCode::Format, "no word_index; expected words and their ids");
    json parsed;
    if (dictionary->is_string()) {
        auto inner = parseStrictJson(dictionary->get_ref<const std::string&>());
        if (!inner) return failWithin("word_index", inner.error());
        parsed = std::move(*inner);
        dictionary = &parsed;
    }
    auto ids = idsOf(*dictionary);
    if (!ids) return failWithin("word_index", ids.error());
    return ids;
}

Result<Vocabulary> vocabularyOf(const json& config) {
    Vocabulary vocabulary;
    ATTN_TRY(vocabulary.ids, wordIndexOf(config));
    const json* limit = member(config, "num_words");
    if (limit != nullptr && !limit->is_null()) {
        const auto number = wholeNumber(*limit);
        if (!number || *number < 0) return wrongKind("num_words", "null or a whole number", *limit);
        // Keras tests `if num_words and …`: 0 is no limit.
        if (*number > 0) vocabulary.limit = *number;
    }
    const json* unknown = member(config, "oov_token");
    if (unknown != nullptr && !unknown->is_null()) {
        if (!unknown->is_string()) return wrongKind("oov_token", "null or a string", *unknown);
        const auto found = vocabulary.ids.find(unknown->get<std::string>());
        if (found == vocabulary.ids.end()) {
            return fail(ErrorCode::Format, "oov_token: " + unknown->dump() + " is not a word of word_index");
        }
        vocabulary.unknownId = found->second;
    }
    return vocabulary;
}

std::string describe(const char* kind, const Vocabulary& vocabulary, const std::string& unknown) {
    std::string text = kind;
    text += ", " + std::to_string(vocabulary.ids.size()) + (vocabulary.ids.size() == 1 ? " word" : " words");
    if (vocabulary.limit && *vocabulary.limit <= static_cast<std::int64_t>(vocabulary.ids.size())) {
        text += " (ids below " + std::to_string(*vocabulary.limit) + " used)";
    }
    text += vocabulary.unknownId ? ", OOV " + unknown : ", no OOV";
    return text;
}

}  // namespace

bool isKerasTokenizer(const json& document) {
    if (!document.is_object()) return false;
    const json* name = member(document, "class_name");
    const json* config = member(document, "config");
    return name != nullptr && name->is_string() && config != nullptr && config->is_object();
}

Result<TokenizerPtr> kerasTokenizer(const json& document) {
    const auto& name = document.at("class_name").get_ref<const std::string&>();
    if (name != "Tokenizer") {
        return fail(ErrorCode::Unsupported, "class_name: expected \"Tokenizer\", found \"" + name + "\"");
    }
    const json& config = document.at("config");
    ATTN_TRY(Splitting splitting, splittingOf(config));
    ATTN_TRY(Vocabulary vocabulary, vocabularyOf(config));
    const std::string unknown = vocabulary.unknownId ? config.at("oov_token").get<std::string>() : "";
    std::string description = describe("Keras Tokenizer", vocabulary, unknown);
    return std::make_shared<const WordTokenizer>(std::move(vocabulary), std::move(splitting), std::move(description));
}

Result<TokenizerPtr> wordIndexTokenizer(const json& document) {
    Vocabulary vocabulary;
    ATTN_TRY(vocabulary.ids, idsOf(document));
    const auto unknown = customaryUnknownWord(vocabulary.ids);
    if (unknown) vocabulary.unknownId = vocabulary.ids.at(*unknown);
    std::string description = describe("word index", vocabulary, unknown.value_or(""));
    Splitting splitting = splittingThatGave(vocabulary.ids, {});
    return std::make_shared<const WordTokenizer>(std::move(vocabulary), std::move(splitting), std::move(description));
}

}  // namespace attnscope
