#pragma once

#include "inspect/record.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace attnscope {

/// Predictions in a few characters, for a list.
struct PredictionSummary {
    QString text;                    ///< "0.97", or "2: 0.81" for the likeliest of several classes
    std::optional<double> fraction;  ///< length of a bar from 0 to 1, for numbers that are probabilities
};

/// The first output of a model, summed up.
[[nodiscard]] PredictionSummary summarizePrediction(const std::vector<Prediction>& predictions);

/// One number of one output as the model has it and with the edits.
struct PredictionRow {
    QString label;
    double model = 0.0;
    double whatIf = 0.0;
    double low = 0.0;   ///< what a bar of no length stands for is 0; the scale goes from low …
    double high = 1.0;  ///< … to high
};

/// The numbers worth a bar: of every output the largest ones of either record, `perOutput` at most, by their size in
/// the model's record. Both records must come from the same model.
[[nodiscard]] std::vector<PredictionRow> predictionRows(const Record& model, const Record& whatIf,
                                                        std::size_t perOutput = 3);

}  // namespace attnscope
