#pragma once

#include "inspect/record.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// One number of a prediction, before and after.
struct UnitChange {
    std::string output;  ///< the output layer's name
    std::size_t unit = 0;
    float before = 0.0F;
    float after = 0.0F;
};

/// What edits did to a site and to the prediction.
struct Comparison {
    /// The share of all weight that sits on padding; nothing where the sequence has none.
    std::optional<double> paddingBefore;
    std::optional<double> paddingAfter;
    /// Half the sum of |Δ weight| over the timesteps: how much weight went elsewhere, or was lost.
    double weightMoved = 0.0;
    double outputBefore = 0.0;  ///< Euclidean norm of the output vector
    double outputChange = 0.0;  ///< Euclidean norm of the output vector's change
    std::vector<UnitChange> predictions;  ///< the largest change first
};

/// Compares a site's records of the same sequence; nothing where they do not have it, or with other shapes.
[[nodiscard]] std::optional<Comparison> compareRecords(const Record& before, const Record& after, std::string_view site);

}  // namespace attnscope
