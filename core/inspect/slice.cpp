#include "inspect/slice.h"

#include "base/text.h"
#include "inspect/contributions.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace attnscope {
namespace {

bool has(const std::vector<std::string>& axes, std::string_view letter) {
    return std::ranges::find(axes, letter) != axes.end();
}

std::int64_t extentOf(const RecordedValue& value, std::string_view letter) {
    const auto place = std::ranges::find(value.axes, letter) - value.axes.begin();
    return value.tensor.shape()[static_cast<std::size_t>(place)];
}

/// Axes of the weights besides time that are of more than one place.
std::vector<std::string> furtherAxes(const SiteRecord& site) {
    const RecordedValue& weights = site.weightsValue();
    std::vector<std::string> further;
    for (const std::string& axis : weights.axes)
        if (axis != site.timeAxis && extentOf(weights, axis) != 1) further.push_back(axis);
    return further;
}

/// Axes of one place that the weights have and what is weighed has not: they say nothing.
std::vector<std::string> singleAxes(const SiteRecord& site) {
    std::vector<std::string> single;
    for (const std::string& axis : site.weightsValue().axes) {
        if (axis != site.timeAxis && extentOf(site.weightsValue(), axis) == 1 && !has(site.attendedValue().axes, axis))
            single.push_back(axis);
    }
    return single;
}

/// Whether what is weighed has an axis of its own besides the weights', so that theirs are heads and not features.
bool valuesHaveFeatures(const SiteRecord& site) {
    const std::vector<std::string>& weights = site.weightsValue().axes;
    return std::ranges::any_of(site.attendedValue().axes,
                               [&](const std::string& axis) { return axis != site.timeAxis && !has(weights, axis); });
}

/// One axis fewer: a place along it, or the mean.
Tensor withoutAxis(const Tensor& tensor, std::size_t axis, std::optional<std::int64_t> place) {
    std::vector<std::int64_t> extents = tensor.shape().extents();
    const std::int64_t extent = extents[axis];
    extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(axis));
    Tensor result{Shape(std::move(extents))};
    const auto inner = static_cast<std::size_t>(tensor.shape().from(axis + 1).elements());
    const auto length = static_cast<std::size_t>(extent);
    for (std::size_t flat = 0; flat < result.size(); ++flat) {
        const std::size_t first = flat / inner * inner * length + flat % inner;
        if (place) {
            result[flat] = tensor[first + static_cast<std::size_t>(*place) * inner];
            continue;
        }
        double sum = 0.0;
        for (std::size_t at = 0; at < length; ++at) sum += static_cast<double>(tensor[first + at * inner]);
        result[flat] = static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(length, 1)));
    }
    return result;
}

std::string severalOf(SliceKind kind) {
    return kind == SliceKind::Query ? "queries" : sliceName(kind) + "s";
}

/// An output that every timestep has, summed over time: what its contributions add up to.
void sumOverTime(SiteRecord& site) {
    RecordedValue& output = site.values[site.output];
    const auto axis = static_cast<std::size_t>(std::ranges::find(output.axes, site.timeAxis) - output.axes.begin());
    if (axis >= output.axes.size()) return;
    RecordedValue total = output;
    Tensor sum = withoutAxis(*output.tensor, axis, std::nullopt);
    for (float& number : sum.data()) number *= static_cast<float>(output.tensor.shape()[axis]);
    total.name = "Σ " + output.name;
    total.graphName.clear();
    total.axes.erase(total.axes.begin() + static_cast<std::ptrdiff_t>(axis));
    total.tensor = share(std::move(sum));
    site.output = site.values.size();
    site.values.push_back(std::move(total));
}

RecordPtr replaced(const RecordPtr& record, const SiteRecord& site, SiteRecord part) {
    auto copy = std::make_shared<Record>(*record);
    copy->sites[static_cast<std::size_t>(&site - record->sites.data())] = std::move(part);
    return copy;
}

bool isBits(const Tensor& tensor) {
    return std::ranges::all_of(tensor.data(), [](float bit) { return bit == 0.0F || bit == 1.0F; });
}

}  // namespace

std::string sliceName(SliceKind kind) {
    switch (kind) {
        case SliceKind::Query:
            return "query";
        case SliceKind::Head:
            return "head";
        case SliceKind::Outer:
            return "outer timestep";
    }
    return {};
}

std::optional<std::int64_t> chosenPlace(const SliceAxis& axis, const SiteSlice& slice) {
    const auto found = slice.find(axis.letter);
    if (found == slice.end() || found->second < 0 || found->second >= axis.extent) return std::nullopt;
    return found->second;
}

std::vector<SliceAxis> sliceAxes(const SiteRecord& site) {
    std::vector<SliceAxis> axes;
    const bool features = !valuesHaveFeatures(site);
    for (const std::string& letter : furtherAxes(site)) {
        const bool isQuery = letter == site.queryAxis;
        const bool isOuter = letter == "outer";
        if (features && !isQuery && !isOuter) continue;
        const SliceKind kind = isQuery ? SliceKind::Query : isOuter ? SliceKind::Outer : SliceKind::Head;
        axes.push_back({letter, kind, extentOf(site.weightsValue(), letter)});
    }
    std::stable_partition(axes.begin(), axes.end(),
                          [](const SliceAxis& axis) { return axis.kind != SliceKind::Query; });
    return axes;
}

std::string rowAxis(const SiteRecord& site) {
    const std::vector<std::string> further = furtherAxes(site);
    if (has(further, site.queryAxis)) return site.queryAxis;
    const std::vector<SliceAxis> choices = sliceAxes(site);
    for (const std::string& axis : further)
        if (std::ranges::find(choices, axis, &SliceAxis::letter) == choices.end()) return axis;
    return further.empty() ? std::string() : further.front();
}

Result<SiteSlice> parseSlice(std::string_view text, const SiteRecord& site) {
    const std::vector<SliceAxis> axes = sliceAxes(site);
    std::vector<std::string> known;
    for (const SliceAxis& axis : axes)
        known.push_back(axis.letter + " (" + std::to_string(axis.extent) + " " + severalOf(axis.kind) + ")");
    const std::string there =
        axes.empty() ? "it has no heads or queries to choose from" : "there is " + joined(known, ", ");
    SiteSlice slice;
    for (const std::string& part : split(text, ',')) {
        const auto equals = part.find('=');
        const std::string letter(trimmed(std::string_view(part).substr(0, equals)));
        const std::string_view number =
            equals == std::string::npos ? std::string_view() : trimmed(std::string_view(part).substr(equals + 1));
        std::int64_t place = 0;
        const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), place);
        if (number.empty() || problem != std::errc() || end != number.data() + number.size())
            return fail(ErrorCode::InvalidInput,
                        "slice '" + std::string(text) + "': '" + part + "' found, AXIS=INDEX such as h=2 expected");
        const auto axis = std::ranges::find(axes, letter, &SliceAxis::letter);
        if (axis == axes.end())
            return fail(ErrorCode::InvalidInput, "slice '" + std::string(text) + "': site " + site.name +
                                                     " has no axis '" + letter + "'; " + there);
        if (place < 0 || place >= axis->extent)
            return fail(ErrorCode::InvalidInput, "slice '" + std::string(text) + "': " + letter + " is " +
                                                     std::to_string(place) + ", from 0 to " +
                                                     std::to_string(axis->extent - 1) + " expected");
        slice[letter] = place;
    }
    return slice;
}

std::vector<SliceAxis> lostAxes(const SiteRecord& site) {
    std::vector<SliceAxis> axes = sliceAxes(site);
    for (const std::string& letter : singleAxes(site)) axes.push_back({letter, SliceKind::Head, 1});
    return axes;
}

RecordedValue withoutAxes(RecordedValue value, const std::vector<SliceAxis>& axes, const SiteSlice& slice) {
    if (value.role == ValueRole::Weight || value.role == ValueRole::Parameter) return value;
    for (const SliceAxis& axis : axes) {
        const auto place = static_cast<std::size_t>(std::ranges::find(value.axes, axis.letter) - value.axes.begin());
        if (place >= value.axes.size()) continue;
        value.tensor = share(withoutAxis(*value.tensor, place, chosenPlace(axis, slice)));
        value.axes.erase(value.axes.begin() + static_cast<std::ptrdiff_t>(place));
        value.extremes.reset();
    }
    return value;
}

SiteRecord sliced(const SiteRecord& site, const SiteSlice& slice, const Sequence* querySequence) {
    const std::vector<SliceAxis> axes = sliceAxes(site);
    SiteRecord result = site;
    const std::vector<SliceAxis> lost = lostAxes(site);
    for (RecordedValue& value : result.values) {
        value = withoutAxes(std::move(value), lost, slice);
        // The mean of a mask over queries is a share.
        if (value.role == ValueRole::Mask && !isBits(*value.tensor)) value.role = ValueRole::Step;
    }
    const RecordedValue& weights = result.weightsValue();
    if (weights.axes == std::vector{site.timeAxis}) {
        const auto numbers = weights.tensor->data();
        result.perTimestep.assign(numbers.begin(), numbers.end());
    }
    sumOverTime(result);
    result.contributed = share(contributions(site, slice, result.outputValue()));
    result.sliceText = sliceText(axes, slice, querySequence);
    result.isMean = std::ranges::any_of(axes, [&](const SliceAxis& axis) { return !chosenPlace(axis, slice); });
    return result;
}

RecordPtr sliced(const RecordPtr& record, std::string_view site, const SiteSlice& slice) {
    const SiteRecord* found = record ? record->findSite(site) : nullptr;
    if (found == nullptr) return record;
    const bool losesNothing = lostAxes(*found).empty() && !has(found->outputValue().axes, found->timeAxis);
    if (losesNothing) return record;
    return replaced(record, *found, sliced(*found, slice, record->querySequenceFor(*found)));
}

RecordPtr slicedForMap(const RecordPtr& record, std::string_view site, const SiteSlice& slice) {
    const SiteRecord* found = record ? record->findSite(site) : nullptr;
    if (found == nullptr) return record;
    const std::string rows = rowAxis(*found);
    std::vector<SliceAxis> lost = lostAxes(*found);
    std::erase_if(lost, [&](const SliceAxis& axis) { return axis.letter == rows; });
    const std::vector<std::string>& axes = found->weightsValue().axes;
    if (std::ranges::none_of(lost, [&](const SliceAxis& axis) { return has(axes, axis.letter); })) return record;
    SiteRecord part = *found;
    RecordedValue& weights = part.values[part.weights];
    weights = withoutAxes(std::move(weights), lost, slice);
    part.sliceText = sliceText(lost, slice, nullptr);
    part.isMean = std::ranges::any_of(lost, [&](const SliceAxis& axis) { return !chosenPlace(axis, slice); });
    if (weights.axes == std::vector{rows, part.timeAxis} || weights.axes == std::vector{part.timeAxis, rows}) {
        const auto place = static_cast<std::size_t>(std::ranges::find(weights.axes, rows) - weights.axes.begin());
        const Tensor mean = withoutAxis(*weights.tensor, place, std::nullopt);
        part.perTimestep.assign(mean.data().begin(), mean.data().end());
    }
    return replaced(record, *found, std::move(part));
}

std::string sliceText(const std::vector<SliceAxis>& axes, const SiteSlice& slice, const Sequence* querySequence) {
    std::vector<std::string> places;
    std::vector<std::string> means;
    for (const SliceAxis& axis : axes) {
        if (axis.extent == 1) continue;
        const auto place = chosenPlace(axis, slice);
        if (!place) {
            means.push_back(std::to_string(axis.extent) + " " + severalOf(axis.kind));
            continue;
        }
        std::string text = sliceName(axis.kind) + " " + std::to_string(*place);
        const bool hasToken = axis.kind == SliceKind::Query && querySequence != nullptr &&
                              static_cast<std::size_t>(*place) < querySequence->tokens.size();
        if (hasToken) text += " “" + querySequence->tokens[static_cast<std::size_t>(*place)].text + "”";
        places.push_back(std::move(text));
    }
    std::string text = joined(places, ", ");
    if (!means.empty()) text += (text.empty() ? "mean over " : ", mean over ") + joined(means, " and ");
    return text;
}

std::optional<std::vector<std::int64_t>> wholeIndex(const RecordedValue& whole, const RecordedValue& part,
                                                    const std::vector<std::int64_t>& index, const SiteSlice& slice) {
    std::vector<std::int64_t> result;
    for (std::size_t axis = 0; axis < whole.axes.size(); ++axis) {
        const auto place = static_cast<std::size_t>(std::ranges::find(part.axes, whole.axes[axis]) - part.axes.begin());
        const std::int64_t extent = whole.tensor.shape()[axis];
        const auto found = slice.find(whole.axes[axis]);
        if (place < index.size()) {
            result.push_back(index[place]);
        } else if (extent == 1) {
            result.push_back(0);
        } else if (found != slice.end() && found->second >= 0 && found->second < extent) {
            result.push_back(found->second);
        } else {
            return std::nullopt;
        }
    }
    return result;
}

}  // namespace attnscope
