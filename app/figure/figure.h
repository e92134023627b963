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
    bool unknown = false;        ///< the model sees the out-of-vocabulary token in its place
    bool unseen = false;         ///< the model does not see it at all; its weight is not shown
    std::int64_t timestep = -1;  ///< in the sequence; −1 where unseen
};

/// All padding of a sequence, folded into one chip.
struct FoldedPadding {
    std::int64_t count = 0;
    float mass = 0.0F;        ///< sum of the weights on it
    bool beforeText = false;  ///< padded in front, as pad_sequences does by default
    bool masked = false;      ///< all of it
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

/// How the numbers of a panel are drawn.
enum class PanelKind {
    Bars,  ///< a single row as bars from zero
    Map,   ///< a matrix as coloured cells
    Mask,  ///< a single row of ones and zeros: what counts is filled, what does not is hatched
};

/// One of several rows of data over the same columns.
struct Panel {
    std::string name;       ///< "u"
    std::string caption;    ///< what it is: "score"
    std::string valueName;  ///< of the graph's value it shows; empty where it shows no single one
    PanelKind kind = PanelKind::Bars;
    Tensor matrix{Shape{0, 0}};          ///< [rows, columns]
    std::vector<float> reference;        ///< one per column, or empty: the model's own, behind the bars of a what-if
    Range range;                         ///< of the bars (0 lies in it) or of the colours
    std::string colorMap;                ///< of the cells; of bars too, unless it is empty
    std::vector<std::string> rowLabels;  ///< of a map; empty: none
    double height = 1;                   ///< relative to the other panels; masks have a height of their own
    bool hatched = false;                ///< masked columns of a map are hatched
};

/// Something to know about a figure, as a number: "weight on padding", "44 %".
struct Fact {
    std::string label;
    std::string value;
};

/// Rows of data aligned on the same columns: the values of a formula over time.
struct PanelFigure {
    std::string title;
    std::string subtitle;
    std::vector<Panel> panels;
    std::vector<std::string> columnLabels;  ///< one per column, or empty: numbered from 0
    std::string columnAxis;
    std::vector<bool> columnMasked;  ///< one per column, or empty
    std::vector<Fact> facts;         ///< under the panels
    std::string note;                ///< a sentence under them
};

/// What is painted in the window and exported for a paper.
using Figure = std::variant<HeatmapFigure, TextFigure, BarFigure, PanelFigure>;

}  // namespace attnscope
