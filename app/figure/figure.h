#pragma once

#include "heatmap/range.h"
#include "tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace attnscope {

/// A matrix as coloured cells: time × feature, query × key, or one row of weights over the tokens.
struct HeatmapFigure {
    std::string title;
    std::string subtitle;
    Tensor matrix{Shape{0, 0}};             ///< [rows, columns]
    std::vector<std::string> rowLabels;     ///< one per row, or empty: numbered from 0
    std::vector<std::string> columnLabels;  ///< one per column, or empty: numbered from 0
    std::string rowAxis;                    ///< what the rows are: "feature"
    std::string columnAxis;                 ///< what the columns are: "token"
    std::string valueLabel;                 ///< what the colours are: "attention weight"
    Range range;
    std::string rangeNote;  ///< how the range was chosen: "attainable range"
    std::string colorMap = "viridis";
    std::vector<bool> columnMasked;  ///< one per column, or empty
    std::vector<float> annotation;   ///< one per column (a label or event), or empty: a strip under the map
    std::string annotationLabel;
    bool showNumbers = true;  ///< values inside the cells, wherever they fit
};

/// A stretch of the text that the model sees, or fails to see, as one token.
struct TextPiece {
    std::size_t start = 0;  ///< first byte in the text
    std::size_t end = 0;    ///< one past the last byte
    float weight = 0.0F;
    bool masked = false;
    bool unknown = false;  ///< the model sees the out-of-vocabulary token in its place
    bool unseen = false;   ///< the model does not see it at all; its weight is not shown
    std::int64_t timestep = -1;  ///< in the sequence; −1 where unseen
};

/// All padding of a sequence, folded into one chip.
struct FoldedPadding {
    std::int64_t count = 0;
    float mass = 0.0F;        ///< sum of the weights on it
    bool beforeText = false;  ///< padded in front, as pad_sequences does by default
};

/// A text as it was written, each token on the colour of its weight.
struct TextFigure {
    std::string title;
    std::string subtitle;
    std::string text;               ///< UTF-8
    std::vector<TextPiece> pieces;  ///< in the order of the text, not overlapping
    std::optional<FoldedPadding> padding;
    std::string valueLabel;
    Range range;
    std::string rangeNote;
    std::string colorMap = "viridis";
};

/// One set of bars: "model", "what-if".
struct BarSeries {
    std::string name;
    std::vector<float> values;
};

/// Signed bars around zero: output vectors, contributions, predictions.
struct BarFigure {
    std::string title;
    std::string subtitle;
    std::vector<std::string> labels;  ///< one per bar, or empty: numbered from 0
    std::vector<BarSeries> series;    ///< drawn side by side; all of one length
    std::string labelAxis;            ///< what the bars are: "unit"
    std::string valueLabel;           ///< what their length is
};

/// What is painted in the window and exported for a paper.
using Figure = std::variant<HeatmapFigure, TextFigure, BarFigure>;

}  // namespace attnscope
