#pragma once

#include "figure/figure.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// Figures as the window and the command line make them, with numbers that are the same on every machine.
namespace attnscope::samples {

inline float number(std::size_t i) {
    return static_cast<float>(i * 7919 % 1009) / 1009.0F;
}

inline Tensor matrix(std::int64_t rows, std::int64_t columns) {
    Tensor values(Shape{rows, columns});
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = number(i);
    return values;
}

inline std::vector<std::string> words(std::size_t count) {
    const std::vector<std::string> some{
        "the", "unexpectedly", "funny",  "film", "It's",
        "a",   "电影",         "الفيلم", ".",    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"};
    std::vector<std::string> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(some[i % some.size()]);
    return result;
}

inline HeatmapFigure heatmap(std::int64_t rows, std::int64_t columns, bool tokens) {
    HeatmapFigure figure;
    figure.title = "attention_1";
    figure.subtitle = "sentiment.h5 · Attention";
    figure.matrix = matrix(rows, columns);
    if (tokens) figure.columnLabels = words(static_cast<std::size_t>(columns));
    figure.columnAxis = tokens ? "token" : "timestep";
    figure.rowAxis = rows > 1 ? "feature" : "";
    figure.valueLabel = "attention weight";
    figure.rangeNote = "attainable range";
    return figure;
}

inline TextFigure text(const std::string& content) {
    TextFigure figure;
    figure.title = "attention_1";
    figure.subtitle = "sentiment.h5 · Attention";
    figure.text = content;
    figure.valueLabel = "attention weight";
    figure.rangeNote = "range of the weights shown";
    std::size_t start = 0;
    while (start < content.size()) {
        const std::size_t end = std::min(content.find_first_of(" \n", start), content.size());
        if (end > start) figure.pieces.push_back({start, end, number(figure.pieces.size()), false, false, false});
        start = end + 1;
    }
    return figure;
}

inline BarFigure bars(std::size_t count, std::size_t series, bool labelled) {
    BarFigure figure;
    figure.title = "attention_1: output vector";
    if (labelled) figure.labels = words(count);
    figure.labelAxis = labelled ? "token" : "unit";
    figure.valueLabel = "contribution";
    for (std::size_t s = 0; s < series; ++s) {
        BarSeries one{s == 0 ? "model" : "what-if", {}};
        for (std::size_t i = 0; i < count; ++i) one.values.push_back(number(i + 31 * s) - 0.5F);
        figure.series.push_back(std::move(one));
    }
    return figure;
}

/// One of each kind and size, with its name.
inline std::vector<std::pair<std::string, Figure>> all() {
    HeatmapFigure masked = heatmap(3, 24, true);
    masked.columnMasked.assign(24, true);
    HeatmapFigure annotated = heatmap(1, 300, false);
    annotated.annotation.assign(300, 0.0F);
    annotated.annotation[120] = 1.0F;
    annotated.annotationLabel = "event";
    HeatmapFigure notANumber = heatmap(4, 4, true);
    notANumber.matrix[5] = NAN;
    HeatmapFigure named = heatmap(70, 70, true);
    named.rowLabels = words(70);
    TextFigure states = text("the film is not funny at all , it is unexpectedly long");
    states.pieces[1].masked = true;
    states.pieces[2].unknown = true;
    states.pieces[3].unseen = true;
    states.padding = FoldedPadding{12, 0.25F, true};
    std::string longText;
    for (const std::string& word : words(200)) longText += word + " ";
    return {{"map 1 x 5", heatmap(1, 5, true)},
            {"map 1 x 70", heatmap(1, 70, true)},
            {"map 128 x 70", heatmap(128, 70, true)},
            {"map 256 x 500", heatmap(256, 500, true)},
            {"map 70 x 70", named},
            {"map of numbers", heatmap(20, 30, false)},
            {"map 1 x 1", heatmap(1, 1, true)},
            {"map without columns", heatmap(1, 0, true)},
            {"all masked", masked},
            {"annotated", annotated},
            {"NaN", notANumber},
            {"text with states", states},
            {"long text", text(longText)},
            {"empty text", text("")},
            {"CJK and Arabic", text("好看 的 电影 هذا فيلم جميل جدا")},
            {"bars 128", bars(128, 2, false)},
            {"bars with tokens", bars(24, 1, true)},
            {"two bars", bars(2, 2, true)},
            {"no bars", bars(0, 1, false)}};
}

}  // namespace attnscope::samples
