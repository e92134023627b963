#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// How a text becomes words.
struct Splitting {
    enum class Lowering {
        None,
        Ascii,   ///< A to Z only, as tf.strings.lower does
        Python,  ///< Unicode, as Python's str.lower() does
    };

    Lowering lowering = Lowering::Python;
    /// Characters (after lowering) that part words, or that are dropped from them.
    std::u32string filters = U"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
    /// Dropped without parting the word: "don't" becomes "dont".
    bool dropFiltered = false;
    /// What parts words; empty for runs of white space (ASCII).
    std::u32string separator = U" ";
    /// Every code point that is not dropped is a word; the separator does not matter.
    bool characters = false;
    /// The text is one word, even an empty one.
    bool whole = false;
    /// How many neighbouring words make one, joined by a blank: {1, 2} gives all words, then all pairs; empty for the
    /// words themselves.
    std::vector<std::size_t> ngrams;
};

/// A word as the vocabulary is asked for it, and the bytes of the original text it comes from.
struct Word {
    std::string text;
    std::size_t start = 0;
    std::size_t end = 0;
};

/// keras.preprocessing.text.text_to_word_sequence, or what TextVectorization does in its place. Words made of several
/// reach over them all in the text.
[[nodiscard]] std::vector<Word> wordsOf(std::string_view utf8, const Splitting& splitting);

/// What is special about it, for descriptions: ", lower-case, punctuation stripped"; empty for nothing.
[[nodiscard]] std::string splittingText(const Splitting& splitting);

/// The splitting of TextVectorization: `lower_and_strip_punctuation`, then white space.
[[nodiscard]] Splitting textVectorizationSplitting();

}  // namespace attnscope
