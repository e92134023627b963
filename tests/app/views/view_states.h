#pragma once

#include "figure/view_state.h"
#include "loading/loading.h"

#include <QWidget>

#include <set>
#include <string>
#include <vector>

namespace attnscope::test {

/// A made-up site: what its timesteps are called and what is masked.
struct HandMade {
    std::vector<std::string> words{};  ///< empty: numbers instead of a text
    std::int64_t timesteps = 0;        ///< of numbers
    std::int64_t padding = 0;          ///< timesteps in front of the text
    std::int64_t features = 6;
    bool matrixWeights = false;  ///< one weight per feature and timestep, softmax over time
    std::int64_t heads = 0;      ///< more than 0: every word attends to every word, in each of the heads
    bool maskIsWhatIf = false;
    std::set<std::int64_t> masked{};  ///< by hand, on top of the padding
    std::vector<float> annotation{};
};

/// Records made by loops in this file: e = a wave, u = exp(e)·mask, a = u / Σu, c = Σ a·x.
[[nodiscard]] ViewState handMadeState(const HandMade& made);

/// `count` short words, some longer, some repeated.
[[nodiscard]] std::vector<std::string> someWords(std::size_t count);

/// A bundled sample evaluated as the program does it; `model` is a path below resources/samples. Throws if it fails.
[[nodiscard]] ViewState sampleState(const std::string& model, const InputSource& source,
                                    const std::set<std::int64_t>& masked = {});
/// A review of the sentiment sample, by line.
[[nodiscard]] InputSource review(int line);
/// The recording of the vibration sample.
[[nodiscard]] InputSource recording();

/// Shows a widget at this size, offscreen, in the theme that the state asks for.
void present(QWidget& widget, QSize size, bool dark = false);

}  // namespace attnscope::test
