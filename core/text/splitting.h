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
    /// Every code point is a word; filters and separator do not matter.
    bool characters = false;
};

/// A word as the vocabulary is asked for it, and the bytes of the original text it comes from.
struct Word {
    std::string text;
    std::size_t start = 0;
    std::size_t end = 0;
};

/// keras.preprocessing.text.text_to_word_sequence, or what TextVectorization does in its place.
[[nodiscard]] std::vector<Word> wordsOf(std::string_view utf8, const Splitting& splitting);

/// The splitting of TextVectorization: `lower_and_strip_punctuation`, then white space.
[[nodiscard]] Splitting textVectorizationSplitting();

}  // namespace attnscope
