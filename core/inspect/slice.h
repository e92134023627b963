#pragma once

#include "base/result.h"
#include "inspect/record.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// Which part of a site to look at: a place along an axis, by its index letter. Of an axis that is not named, or that a
/// site does not have, the mean is looked at.
using SiteSlice = std::map<std::string, std::int64_t, std::less<>>;

/// What the axis of a site's weights runs over, besides the timesteps that are weighed.
enum class SliceKind {
    Query,  ///< the timesteps that attend
    Head,   ///< heads, hops: each with weights of its own
    Outer,  ///< the timesteps outside, of a site inside TimeDistributed
};

/// What a place along such an axis is called: "query", "head".
[[nodiscard]] std::string sliceName(SliceKind kind);

/// An axis along which a place can be chosen.
struct SliceAxis {
    std::string letter;
    SliceKind kind = SliceKind::Head;
    std::int64_t extent = 0;
    bool operator==(const SliceAxis&) const = default;
};

/// The place along an axis that a slice looks at; nothing for the mean.
[[nodiscard]] std::optional<std::int64_t> chosenPlace(const SliceAxis& axis, const SiteSlice& slice);

/// The axes of a site's weights along which a place can be chosen, queries last. None where there is one weight for
/// each timestep, or one for each timestep and feature: those belong together.
[[nodiscard]] std::vector<SliceAxis> sliceAxes(const SiteRecord& site);

/// The axis that a map of the weights has from top to bottom: queries, features, or the only one there is besides time.
/// Empty where every timestep has one weight.
[[nodiscard]] std::string rowAxis(const SiteRecord& site);

/// Reads `h=2,i=5`. Errors: not AXIS=INDEX, an axis along which the site has nothing to choose, an index beyond it.
[[nodiscard]] Result<SiteSlice> parseSlice(std::string_view text, const SiteRecord& site);

/// The axes that a slice of the site has not: those along which a place can be chosen, and those of a single place.
[[nodiscard]] std::vector<SliceAxis> lostAxes(const SiteRecord& site);

/// A value without these axes: the chosen place along each, or the mean. Trained weights and parameters stay whole.
[[nodiscard]] RecordedValue withoutAxes(RecordedValue value, const std::vector<SliceAxis>& axes,
                                        const SiteSlice& slice);

/// A site as it is at one place of those axes: its values have lost them, and perTimestep, contributions and sliceText
/// are that place's. An output that still runs over time is summed over it, so that its contributions add up to it.
[[nodiscard]] SiteRecord sliced(const SiteRecord& site, const SiteSlice& slice, const Sequence* querySequence);

/// The record with this site sliced so; the same record where there is nothing to slice.
[[nodiscard]] RecordPtr sliced(const RecordPtr& record, std::string_view site, const SiteSlice& slice);

/// The same for a map of the weights, of which the axis of its rows stays.
[[nodiscard]] RecordPtr slicedForMap(const RecordPtr& record, std::string_view site, const SiteSlice& slice);

/// What a slice looks at along these axes, in words: "head 2, query 5 “movie”", "mean over 8 heads and 70 queries".
[[nodiscard]] std::string sliceText(const std::vector<SliceAxis>& axes, const SiteSlice& slice,
                                    const Sequence* querySequence);

/// Where an element of a sliced value is in the whole one: nothing where it is a mean of several.
[[nodiscard]] std::optional<std::vector<std::int64_t>> wholeIndex(const RecordedValue& whole, const RecordedValue& part,
                                                                  const std::vector<std::int64_t>& index,
                                                                  const SiteSlice& slice);

}  // namespace attnscope
