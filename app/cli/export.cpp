#include "cli/command.h"
#include "cli/options.h"
#include "base/text.h"
#include "figure/view_export.h"
#include "heatmap/color_map.h"

#include <QFileInfo>

namespace attnscope {
namespace {

Status readRange(const QString& text, DisplayOptions& display) {
    if (text.isEmpty() || text == QLatin1String("auto")) return {};
    if (text == QLatin1String("attainable")) {
        display.range = RangeMode::Attainable;
        return {};
    }
    const QStringList ends = text.split(QLatin1Char(':'));
    bool lowIsNumber = false;
    bool highIsNumber = false;
    if (ends.size() == 2) {
        display.range = RangeMode::Fixed;
        display.fixedLow = ends[0].toFloat(&lowIsNumber);
        display.fixedHigh = ends[1].toFloat(&highIsNumber);
    }
    if (lowIsNumber && highIsNumber) {
        if (const auto range = fixedRange(display.fixedLow, display.fixedHigh); range) return {};
    }
    return fail(ErrorCode::InvalidInput, "--range " + text.toStdString() + ": auto, attainable or LOW:HIGH expected");
}

Result<DisplayOptions> displayFromOptions(const QCommandLineParser& parser) {
    DisplayOptions display;
    if (const std::string map = parser.value(QStringLiteral("color-map")).toStdString(); !map.empty()) {
        if (findColorMap(map) == nullptr) {
            std::vector<std::string> names;
            for (const ColorMap& candidate : colorMaps()) names.push_back(candidate.name);
            return fail(ErrorCode::InvalidInput, "--color-map " + map + ": there is " + joined(names, ", "));
        }
        display.colorMap = map;
    }
    ATTN_CHECK(readRange(parser.value(QStringLiteral("range")), display));
    const QString theme = parser.value(QStringLiteral("theme"));
    if (!theme.isEmpty() && theme != QLatin1String("light") && theme != QLatin1String("dark"))
        return fail(ErrorCode::InvalidInput, "--theme " + theme.toStdString() + ": light or dark expected");
    display.dark = theme == QLatin1String("dark");
    return display;
}

Status runExport(const QCommandLineParser& parser, const QStringList& positional) {
    const std::string path = parser.value(QStringLiteral("o")).toStdString();
    if (path.empty()) return fail(ErrorCode::InvalidInput, "-o FILE is missing");
    ATTN_TRY(const SiteView view, siteViewNamed(parser.value(QStringLiteral("view")).toStdString()));
    ATTN_TRY(DisplayOptions display, displayFromOptions(parser));
    ATTN_TRY(const InspectedInput inspected, inspectFromOptions(parser, positional[0]));
    display.slice = inspected.slice;
    ViewState state{inspected.model, inspected.whatIf, inspected.site,
                    QFileInfo(positional[0]).completeBaseName().toStdString(), display};
    return exportView(view, state, inspected.opened.path, path);
}

}  // namespace

Command exportCommand() {
    return {"export", "a figure (.png .svg .pdf) or its numbers (.csv .npy .json)", "MODEL INPUT -o FILE", 1, 0,
            [](QCommandLineParser& parser) {
                addModelOptions(parser);
                addInputOptions(parser);
                addEditOptions(parser);
                parser.addOption({QStringLiteral("view"), QStringLiteral("What to export: text, heatmap, stages, output or mask."),
                                  QStringLiteral("VIEW"), QStringLiteral("heatmap")});
                parser.addOption({{QStringLiteral("o"), QStringLiteral("output")}, QStringLiteral("The file to write."),
                                  QStringLiteral("FILE")});
                parser.addOption({QStringLiteral("color-map"), QStringLiteral("viridis, cividis, magma …"),
                                  QStringLiteral("NAME")});
                parser.addOption({QStringLiteral("range"), QStringLiteral("auto, attainable or LOW:HIGH."),
                                  QStringLiteral("RANGE")});
                parser.addOption({QStringLiteral("theme"), QStringLiteral("light or dark."), QStringLiteral("THEME")});
            },
            runExport};
}

}  // namespace attnscope
