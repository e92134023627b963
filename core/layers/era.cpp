#include "layers/era.h"

#include <charconv>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace attnscope {

namespace {

using Numbers = std::pair<int, int>;

/// Major and minor of "2.2.4-tf"; none if the text does not start with two numbers. Only Keras 1 left its version out;
/// Keras 3 does so in model.to_json(), and then "3" is all that is known.
std::optional<Numbers> versionNumbers(const std::string& version) {
    if (version.empty()) return Numbers(1, 0);
    if (version == "3") return Numbers(3, std::numeric_limits<int>::max());
    const char* const end = version.data() + version.size();
    int major = 0;
    int minor = 0;
    const auto [dot, problem] = std::from_chars(version.data(), end, major);
    if (problem != std::errc() || dot == end || *dot != '.') return std::nullopt;
    if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return std::nullopt;
    return Numbers(major, minor);
}

/// keras/layers/recurrent.py, wrappers.py and engine/topology.py (compute_mask) of 1.2.2.
Era keras1() {
    Era era;
    era.generation = Generation::Keras1;
    era.gruResetAfterDefault = false;
    era.recurrentActivationDefault = "hard_sigmoid";
    era.bidirectionalZeroesMasked = false;
    era.timeDistributedMasksInside = false;
    era.refusesLostMasks = true;
    return era;
}

/// Standalone Keras ended with 2.3.1; tf.keras called itself 2.2.4-tf at first and took the numbers from 2.4 on.
Era keras2(const std::string& version, Numbers numbers) {
    Era era;
    const bool standalone = numbers.second < 4 && version.find("tf") == std::string::npos;
    if (!standalone) return era;
    era.generation = Generation::Keras2;
    era.gruResetAfterDefault = false;
    if (numbers.second < 3) era.recurrentActivationDefault = "hard_sigmoid";
    // keras/layers/wrappers.py of 2.3.1 has no zero_output_for_mask; keras/engine/base_layer.py, compute_mask.
    era.bidirectionalZeroesMasked = false;
    era.timeDistributedMasksInside = numbers.second >= 2;  // since 2.2.0
    era.refusesLostMasks = true;
    // keras/backend/tensorflow_backend.py of 2.2.4, rnn(): a masked timestep gives out the state; of 2.2.5: the output
    // before it, zeros at first. Theano's always did the latter.
    era.leadingMaskGivesState = numbers.second < 3 && version != "2.2.5";
    return era;
}

/// keras/src/activations/activations.py, hard_sigmoid. Masks: keras/src/layers/layer.py, __call__, asks a list of
/// tensors for its mask up to 3.3, and gives `mask` only to a call with one tensor argument;
/// keras/src/layers/merging/base_merge.py, concatenate.py and (since 3.5) multiply.py, maximum.py, minimum.py.
Era keras3(Numbers numbers) {
    Era era;
    era.generation = Generation::Keras3;
    era.hardSigmoid3 = true;
    era.statesHideMask = true;
    era.mergedMask = numbers < Numbers(3, 4) ? MergedMask::None : MergedMask::Any;
    era.mergesByMask = numbers >= Numbers(3, 5);
    // keras/src/layers/attention/multi_head_attention.py as of 3.7, activations/softmax.py as of 3.13
    era.headsTakeMasks = numbers >= Numbers(3, 8);
    era.fusedHeads = numbers >= Numbers(3, 7);
    era.softmaxReplaces = numbers >= Numbers(3, 13);
    return era;
}

std::string_view mergedText(MergedMask merged) {
    switch (merged) {
        case MergedMask::All:
            return "a timestep counts if every masked branch counts it";
        case MergedMask::None:
            return "none: merged branches have no mask";
        case MergedMask::Any:
            break;
    }
    return "a timestep counts if any branch counts it; none if a branch has none";
}

std::string_view joinedText(MergedMask merged) {
    switch (merged) {
        case MergedMask::All:
            return "a timestep counts if all its features do";
        case MergedMask::None:
            return "none";
        case MergedMask::Any:
            break;
    }
    return "a timestep counts if any feature of it does";
}

std::string softmaxText(const Era& era) {
    if (era.generation == Generation::Keras2) return "not masked, the mask only passes";
    return era.softmaxReplaces ? "weight 0, also where all are masked"
                               : "lowered by 1e9, so that they share the weight where all are masked";
}

}  // namespace

Result<Era> eraOf(std::string_view framework, const std::string& version, std::string backend) {
    if (framework != "keras")
        return fail(ErrorCode::Unsupported, "saved by " + std::string(framework) + "; Keras was expected");
    const std::optional<Numbers> numbers = versionNumbers(version);
    if (!numbers || numbers->first < 0 || numbers->first > 3)
        return fail(ErrorCode::Unsupported, "saved by Keras " + version + "; Keras 1, 2 or 3 was expected");
    Era era = numbers->first == 3 ? keras3(*numbers) : numbers->first == 2 ? keras2(version, *numbers) : keras1();
    era.version = version.empty() ? "1" : version;
    era.backend = std::move(backend);
    era.leadingMaskGivesState = era.leadingMaskGivesState && era.backend != "theano";
    return era;
}

std::vector<EraPoint> eraPoints(const Era& era) {
    return {
        {"hard_sigmoid", era.hardSigmoid3 ? "relu6(x + 3) / 6" : "clip(0.2 x + 0.5, 0, 1)"},
        {"recurrent_activation, if absent", era.recurrentActivationDefault},
        {"reset_after of GRU, if absent", era.gruResetAfterDefault ? "true" : "false"},
        {"masks of merged branches", std::string(mergedText(era.mergedMask))},
        {"masks of concatenated branches", std::string(joinedText(era.mergedMask))},
        {"masked timesteps in Multiply, Maximum, Minimum", era.mergesByMask ? "left out" : "take part"},
        {"a mask at a recurrent layer with an initial state", era.statesHideMask ? "not seen" : "seen"},
        {"masked timesteps in front, with an initial state",
         era.leadingMaskGivesState ? "the state, zeros when unrolled" : "zeros"},
        {"masked scores of a softmax", softmaxText(era)},
        {"masked scores of MultiHeadAttention without dropout",
         era.fusedHeads ? "replaced by the lowest number, so that they share the weight where all are masked"
                        : "those of a softmax"},
        {"masked timesteps in Bidirectional sequences",
         era.bidirectionalZeroesMasked ? "zeros" : "the previous output again"},
        {"masks inside TimeDistributed",
         era.timeDistributedMasksInside ? "taken and made" : "neither taken nor made: the outer mask passes"},
        {"a mask at a layer that does not support it", era.refusesLostMasks ? "refused by Keras"
                                                       : era.generation == Generation::Keras3
                                                           ? "dropped, with a warning by Keras"
                                                           : "dropped"},
    };
}

}  // namespace attnscope
