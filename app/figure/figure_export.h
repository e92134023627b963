#pragma once

#include "base/result.h"
#include "figure/figure.h"
#include "figure/figure_style.h"

#include <string>

namespace attnscope {

struct ExportOptions {
    double scale = 2;  ///< pixels of a .png for each logical one; the file says 96·scale dots per inch
    double width = 0;  ///< in logical pixels; 0: what suits the figure
};

/// Writes a figure as .png, .svg or .pdf, as the path's suffix says. A file that exists is replaced whole, or left as
/// it was if anything fails.
///
/// Errors: InvalidInput for a suffix, scale, width or colour map that is not known; Limit for a picture too large to be
/// held; Io for what the operating system refuses (the message names the path and the reason). Needs a QGuiApplication.
[[nodiscard]] Status exportFigure(const Figure& figure, const FigureStyle& style, const std::string& path,
                                  const ExportOptions& options = {});

}  // namespace attnscope
