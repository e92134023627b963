#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// Which line of Keras saved a file.
enum class Generation {
    Keras1,    ///< standalone Keras 1.x
    Keras2,    ///< standalone Keras 2.0–2.3
    TfKeras2,  ///< tf.keras 2 and tf_keras
    Keras3,    ///< Keras 3
};

/// How layers such as Add and Concatenate merge the masks of their branches.
enum class MergedMask {
    All,   ///< a timestep counts if every masked branch counts it
    None,  ///< merged branches have no mask
    Any,   ///< it counts if any branch does; a branch without a mask leaves none (Concatenate: counts all of its own)
};

/// Semantics that depend on the Keras version that saved the file.
struct Era {
    Generation generation = Generation::TfKeras2;
    std::string version = "2.15.0";    ///< as in the file
    std::string backend;               ///< "tensorflow", "theano"; empty if the file does not say
    bool hardSigmoid3 = false;         ///< relu6(x + 3) / 6 rather than clip(0.2x + 0.5, 0, 1)
    bool gruResetAfterDefault = true;  ///< when the config does not say
    std::string recurrentActivationDefault = "sigmoid";
    MergedMask mergedMask = MergedMask::All;
    bool mergesByMask = false;               ///< Multiply, Maximum and Minimum leave out masked timesteps of a branch
    bool leadingMaskGivesState = false;      ///< masked timesteps before any other give the initial state, not zeros
    bool statesHideMask = false;             ///< a recurrent layer called with an initial state does not see the mask
    bool bidirectionalZeroesMasked = true;   ///< with return_sequences: 0 at masked steps, not the previous output
    bool timeDistributedMasksInside = true;  ///< a mask reaches the layer inside, and that layer may make one
    bool headsTakeMasks = false;  ///< MultiHeadAttention takes the masks of its inputs away from whatever runs after it
    bool fusedHeads = false;      ///< MultiHeadAttention without dropout puts −0.7·3.39e38 in place of masked scores
    bool softmaxReplaces = false;   ///< masked scores give 0, also where all are masked; else they are lowered by 1e9
    bool refusesLostMasks = false;  ///< a layer without mask support raised an error rather than drop it
};

/// What the framework and version that saved a file decide. Errors: code Unsupported for a version that is not known.
[[nodiscard]] Result<Era> eraOf(std::string_view framework, const std::string& version, std::string backend = {});

/// One decision of an era in words, for people to read.
struct EraPoint {
    std::string point;    ///< "hard_sigmoid"
    std::string meaning;  ///< "relu6(x + 3) / 6"
};

/// Everything an era decides.
[[nodiscard]] std::vector<EraPoint> eraPoints(const Era& era);

}  // namespace attnscope
