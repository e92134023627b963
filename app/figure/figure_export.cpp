#include "figure/figure_export.h"

#include "base/text.h"
#include "figure/figure_painter.h"
#include "figure/write_file.h"
#include "heatmap/color_map.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>

namespace attnscope {
namespace {

constexpr double logicalDpi = 96.0;
/// QPainter's raster engine counts coordinates in 16 bits.
constexpr double largestSide = 32'000.0;

QString titleOf(const Figure& figure) {
    return std::visit([](const auto& kind) { return QString::fromStdString(kind.title); }, figure);
}

QString descriptionOf(const Figure& figure) {
    return std::visit([](const auto& kind) { return QString::fromStdString(kind.subtitle); }, figure);
}

Result<QByteArray> drawnPng(const Figure& figure, const FigureStyle& style, QSizeF size, double scale) {
    const double width = std::ceil(size.width() * scale);
    const double height = std::ceil(size.height() * scale);
    QImage image;
    if (width <= largestSide && height <= largestSide) {
        image = QImage(static_cast<int>(width), static_cast<int>(height), QImage::Format_RGB32);
    }
    if (image.isNull()) {
        return fail(ErrorCode::Limit, "a picture of " + std::to_string(std::llround(width)) + " × " +
                                          std::to_string(std::llround(height)) +
                                          " pixels is too large: choose a smaller scale, or .svg or .pdf");
    }
    image.fill(style.background);
    image.setDotsPerMeterX(static_cast<int>(std::lround(scale * logicalDpi / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.setText(QStringLiteral("Title"), titleOf(figure));
    image.setText(QStringLiteral("Software"), QStringLiteral("attnscope"));
    QPainter painter(&image);
    painter.scale(scale, scale);
    paintFigure(painter, QRectF(QPointF(), size), figure, style);
    painter.end();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG")) return fail(ErrorCode::Limit, "not enough memory to write the picture");
    return buffer.data();
}

QByteArray drawnSvg(const Figure& figure, const FigureStyle& style, QSizeF size) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(logicalDpi));
    generator.setSize(size.toSize());
    generator.setViewBox(QRectF(QPointF(), size));
    generator.setTitle(titleOf(figure).toHtmlEscaped());
    generator.setDescription(descriptionOf(figure).toHtmlEscaped());
    QPainter painter(&generator);
    paintFigure(painter, QRectF(QPointF(), size), figure, style);
    painter.end();
    return buffer.data();
}

QByteArray drawnPdf(const Figure& figure, const FigureStyle& style, QSizeF size) {
    constexpr int resolution = 1200;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(resolution);
    writer.setPageSize(QPageSize(size * (72.0 / logicalDpi), QPageSize::Point, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setTitle(titleOf(figure));
    writer.setCreator(QStringLiteral("attnscope"));
    QPainter painter(&writer);
    painter.scale(resolution / logicalDpi, resolution / logicalDpi);
    paintFigure(painter, QRectF(QPointF(), size), figure, style);
    painter.end();
    return buffer.data();
}

Status checked(const Figure& figure, const ExportOptions& options) {
    if (!(options.scale > 0 && options.scale <= 50)) {
        return fail(ErrorCode::InvalidInput,
                    "scale " + floatText(static_cast<float>(options.scale)) + ": expected more than 0, at most 50");
    }
    if (!(options.width == 0 || (options.width >= 1 && options.width <= largestSide))) {
        return fail(ErrorCode::InvalidInput,
                    "width " + floatText(static_cast<float>(options.width)) + ": expected 1 to 32000 pixels");
    }
    std::string colorMap = colorMaps().front().name;
    if (const auto* heatmap = std::get_if<HeatmapFigure>(&figure)) colorMap = heatmap->colorMap;
    if (const auto* text = std::get_if<TextFigure>(&figure)) colorMap = text->colorMap;
    if (const auto* panels = std::get_if<PanelFigure>(&figure)) {
        for (const Panel& panel : panels->panels) {
            if (!panel.colorMap.empty() && !findColorMap(panel.colorMap)) colorMap = panel.colorMap;
        }
    }
    if (findColorMap(colorMap)) return {};
    std::vector<std::string> known;
    for (const ColorMap& map : colorMaps()) known.push_back(map.name);
    return fail(ErrorCode::InvalidInput,
                "colour map " + colorMap + " is not known: expected one of " + joined(known, ", "));
}

}  // namespace

Status exportFigure(const Figure& figure, const FigureStyle& style, const std::string& path,
                    const ExportOptions& options) {
    const QString file = QString::fromStdString(path);
    const QString suffix = QFileInfo(file).suffix().toLower();
    const bool known = suffix == u"png" || suffix == u"svg" || suffix == u"pdf";
    if (!known) {
        return fail(ErrorCode::InvalidInput,
                    path + ": " + (suffix.isEmpty() ? "no suffix" : "unknown suffix ." + suffix.toStdString()) +
                        ": expected .png, .svg or .pdf");
    }
    ATTN_CHECK(checked(figure, options));
    const QSizeF natural = naturalSize(figure, style, options.width);
    const QSizeF size(std::ceil(natural.width()), std::ceil(natural.height()));
    QByteArray bytes;
    if (suffix == u"png") {
        auto png = drawnPng(figure, style, size, options.scale);
        if (!png) return failWithin(path, std::move(png).error());
        bytes = std::move(*png);
    } else {
        bytes = suffix == u"svg" ? drawnSvg(figure, style, size) : drawnPdf(figure, style, size);
    }
    return writeFile(path, {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

}  // namespace attnscope
