#include "inspect/contributions.h"

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

bool has(const std::vector<std::string>& axes, const std::string& letter) {
    return std::ranges::find(axes, letter) != axes.end();
}

/// How far one step along each axis of `axes` moves in the value: 0 along those that it does not have.
std::vector<std::size_t> stepsAlong(const RecordedValue& value, const std::vector<std::string>& axes) {
    const std::vector<std::int64_t> strides = value.tensor.shape().strides();
    std::vector<std::size_t> steps;
    for (const std::string& axis : axes) {
        const auto place = static_cast<std::size_t>(std::ranges::find(value.axes, axis) - value.axes.begin());
        steps.push_back(place < strides.size() ? static_cast<std::size_t>(strides[place]) : 0U);
    }
    return steps;
}

/// The axes of what is weighed: time, features, and the heads (or outer timesteps) that are chosen or averaged.
struct ValueAxes {
    std::size_t time = 0;
    std::optional<std::size_t> feature;
    std::vector<SliceAxis> heads;
};

std::optional<ValueAxes> valueAxes(const SiteRecord& site) {
    const std::vector<std::string>& axes = site.attendedValue().axes;
    const std::vector<SliceAxis> choices = sliceAxes(site);
    ValueAxes found;
    bool hasTime = false;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        const auto choice = std::ranges::find(choices, axes[axis], &SliceAxis::letter);
        if (axes[axis] == site.timeAxis) {
            found.time = axis;
            hasTime = true;
        } else if (choice != choices.end()) {
            found.heads.push_back(*choice);
        } else if (found.feature) {
            return std::nullopt;
        } else {
            found.feature = axis;
        }
    }
    return hasTime && found.feature ? std::optional(found) : std::nullopt;
}

/// Weights and values as they are multiplied, each place of the values once.
Tensor products(const SiteRecord& site, const SiteSlice& slice, const RecordedValue& weights, const ValueAxes& axes) {
    const RecordedValue& values = site.attendedValue();
    const Shape& shape = values.tensor.shape();
    const std::vector<std::size_t> steps = stepsAlong(weights, values.axes);
    const auto features = static_cast<std::size_t>(shape[*axes.feature]);
    Tensor result({shape[axes.time], shape[*axes.feature]});
    float share = 1.0F;
    std::vector<std::optional<std::int64_t>> wanted(values.axes.size());
    for (const SliceAxis& head : axes.heads) {
        const auto place = static_cast<std::size_t>(std::ranges::find(values.axes, head.letter) - values.axes.begin());
        wanted[place] = chosenPlace(head, slice);
        if (!wanted[place]) share /= static_cast<float>(head.extent);
    }
    const Tensor& numbers = *values.tensor;
    const Tensor& weighing = *weights.tensor;
    std::vector<std::int64_t> index(values.axes.size(), 0);
    for (std::size_t flat = 0; flat < numbers.size(); ++flat) {
        bool isWanted = true;
        std::size_t at = 0;
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            isWanted = isWanted && (!wanted[axis] || *wanted[axis] == index[axis]);
            at += steps[axis] * static_cast<std::size_t>(index[axis]);
        }
        if (isWanted)
            result[static_cast<std::size_t>(index[axes.time]) * features +
                   static_cast<std::size_t>(index[*axes.feature])] += share * weighing[at] * numbers[flat];
        for (std::size_t axis = index.size(); axis-- > 0;) {
            if (++index[axis] < shape[axis]) break;
            index[axis] = 0;
        }
    }
    return result;
}

/// Whether the output is the mean over time of what the timesteps put in, read off the numbers.
bool outputIsMean(const Tensor& contributed, const RecordedValue& output) {
    const auto timesteps = static_cast<std::size_t>(contributed.dim(0));
    const auto features = static_cast<std::size_t>(contributed.dim(1));
    if (timesteps < 2 || output.tensor.shape().elements() != contributed.dim(1)) return false;
    double fromSum = 0.0;
    double fromMean = 0.0;
    for (std::size_t feature = 0; feature < features; ++feature) {
        double sum = 0.0;
        for (std::size_t t = 0; t < timesteps; ++t) sum += static_cast<double>(contributed[t * features + feature]);
        const double found = static_cast<double>((*output.tensor)[feature]);
        fromSum += std::abs(sum - found);
        fromMean += std::abs(sum / static_cast<double>(timesteps) - found);
    }
    return fromMean < 1e-3 * fromSum;
}

}  // namespace

Tensor contributions(const SiteRecord& site) {
    if (site.contributed) return *site.contributed;
    return contributions(site, {}, site.outputValue());
}

Tensor contributions(const SiteRecord& site, const SiteSlice& slice, const RecordedValue& output) {
    const auto axes = valueAxes(site);
    if (!axes) return Tensor();
    std::vector<SliceAxis> queries;
    for (const SliceAxis& axis : lostAxes(site)) {
        if (has(site.attendedValue().axes, axis.letter)) continue;
        // What neither values nor output have cannot be followed to the output.
        if (axis.extent > 1 && axis.letter != site.queryAxis) return Tensor();
        queries.push_back(axis);
    }
    const RecordedValue weights = withoutAxes(site.weightsValue(), queries, slice);
    if (!has(weights.axes, site.timeAxis)) return Tensor();
    for (const std::string& axis : weights.axes)
        if (!has(site.attendedValue().axes, axis)) return Tensor();
    Tensor result = products(site, slice, weights, *axes);
    if (outputIsMean(result, output)) {
        const auto timesteps = static_cast<float>(result.dim(0));
        for (float& number : result.data()) number /= timesteps;
    }
    return result;
}

}  // namespace attnscope
