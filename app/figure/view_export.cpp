#include "figure/view_export.h"

#include "base/text.h"
#include "figure/figure_export.h"
#include "figure/panel_figures.h"
#include "figure/write_file.h"
#include "inspect/record_json.h"
#include "text/npy.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>
#include <span>

namespace attnscope {
namespace {

/// RFC 4180: quoted where it must be.
std::string csvField(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"') quoted += '"';
        quoted += character;
    }
    return quoted + "\"";
}

/// A column of a table with one row per timestep.
struct TimeColumn {
    std::string name;
    std::vector<float> values;
};

std::string timestepCsv(const ViewState& state, const SiteRecord& site, const std::vector<TimeColumn>& columns) {
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    const bool isText = sequence != nullptr && !sequence->tokens.empty();
    std::string csv = isText ? "timestep,token,id" : "timestep";
    for (const TimeColumn& column : columns) csv += "," + csvField(column.name);
    csv += "\r\n";
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        csv += std::to_string(t);
        if (isText) csv += "," + csvField(sequence->tokens[t].text) + "," + std::to_string(sequence->tokens[t].id);
        for (const TimeColumn& column : columns) csv += "," + floatText(column.values[t]);
        csv += "\r\n";
    }
    return csv;
}

/// Every named value that has one number per timestep, a column each.
std::vector<TimeColumn> valueColumns(const SiteRecord& site) {
    std::vector<TimeColumn> columns;
    for (const RecordedValue& value : site.values) {
        if (value.axes == std::vector{site.timeAxis})
            columns.push_back({value.name, {value.tensor->data().begin(), value.tensor->data().end()}});
    }
    return columns;
}

/// What the panels of a figure show, a column for each of their rows: "u", "x[0]", "x[1]" …
std::vector<TimeColumn> panelColumns(const PanelFigure& figure, bool withCaption) {
    std::vector<TimeColumn> columns;
    for (const Panel& panel : figure.panels) {
        const auto rows = static_cast<std::size_t>(panel.matrix.dim(0));
        const auto timesteps = static_cast<std::size_t>(panel.matrix.dim(1));
        for (std::size_t row = 0; row < rows; ++row) {
            const auto values = panel.matrix.data().subspan(row * timesteps, timesteps);
            std::string name = panel.name;
            if (panel.kind == PanelKind::Map) name += "[" + std::to_string(row) + "]";
            if (withCaption) name += " (" + panel.caption + ")";
            columns.push_back({std::move(name), {values.begin(), values.end()}});
        }
    }
    return columns;
}

std::string matrixCsv(const ViewState& state, const SiteRecord& site, const TimeMatrix& weights) {
    const auto timesteps = static_cast<std::size_t>(weights.matrix.dim(1));
    const bool ofQueries = weights.rowAxis == site.queryAxis && state.whatIf->querySequenceFor(site) != nullptr;
    const auto rows = static_cast<std::size_t>(weights.matrix.dim(0));
    std::vector<std::string> queries;
    if (ofQueries) queries = timestepLabels(state.whatIf->querySequenceFor(site), rows);
    std::string csv = csvField(weights.rowAxis) + (ofQueries ? ",query" : "");
    for (const std::string& label : timestepLabels(state.whatIf->sequenceFor(site), timesteps))
        csv += "," + csvField(label);
    csv += "\r\n";
    for (std::size_t row = 0; row < rows; ++row) {
        csv += std::to_string(row);
        if (ofQueries) csv += "," + csvField(queries[row]);
        for (std::size_t t = 0; t < timesteps; ++t) csv += "," + floatText(weights.matrix[row * timesteps + t]);
        csv += "\r\n";
    }
    return csv;
}

std::string outputCsv(const ViewState& state, const SiteRecord& site) {
    const bool edited = state.whatIf != state.model;
    std::string csv = edited ? "unit,model,what-if\r\n" : "unit,model\r\n";
    const Tensor& model = *state.modelSite()->outputValue().tensor;
    const Tensor& whatIf = *site.outputValue().tensor;
    // An edited formula may give another number of units.
    const auto cell = [](const Tensor& units, std::size_t unit) {
        return unit < units.size() ? "," + floatText(units[unit]) : std::string(",");
    };
    for (std::size_t unit = 0; unit < std::max(model.size(), whatIf.size()); ++unit) {
        csv += std::to_string(unit) + cell(model, unit);
        if (edited) csv += cell(whatIf, unit);
        csv += "\r\n";
    }
    return csv;
}

}  // namespace

Result<std::string> viewCsv(SiteView view, const ViewState& whole) {
    const ViewState state = shownState(view, whole);
    const SiteRecord* site = state.whatIfSite();
    if (site == nullptr || state.modelSite() == nullptr)
        return fail(ErrorCode::NotFound, "there is no attention site to export");
    if (view == SiteView::Output) return outputCsv(state, *site);
    if (view == SiteView::Stages) return timestepCsv(state, *site, panelColumns(stagesFigure(state, *site), false));
    if (view == SiteView::Mask) return timestepCsv(state, *site, panelColumns(maskFigure(state, *site), true));
    if (site->weightsValue().axes == std::vector{site->timeAxis}) return timestepCsv(state, *site, valueColumns(*site));
    ATTN_TRY(const TimeMatrix weights, weightMatrix(*site));
    return matrixCsv(state, *site, weights);
}

Status exportView(SiteView view, const ViewState& state, const std::string& modelPath, const std::string& path,
                  double scale) {
    const SiteRecord* site = state.whatIfSite();
    if (site == nullptr) return fail(ErrorCode::NotFound, "there is no attention site to export");
    const QString suffix = QFileInfo(QString::fromStdString(path)).suffix().toLower();
    if (suffix == QLatin1String("csv")) {
        ATTN_TRY(const std::string csv, viewCsv(view, state));
        return writeFile(path, csv);
    }
    if (suffix == QLatin1String("npy")) {
        const RecordedValue& value = view == SiteView::Output ? site->outputValue() : site->weightsValue();
        return writeFile(path, npyBytes(*value.tensor));
    }
    if (suffix == QLatin1String("json")) return writeFile(path, recordJson(*state.whatIf, modelPath, site->name));
    if (suffix != QLatin1String("png") && suffix != QLatin1String("svg") && suffix != QLatin1String("pdf"))
        return fail(ErrorCode::InvalidInput,
                    path + ": " + (suffix.isEmpty() ? "no suffix" : "unknown suffix ." + suffix.toStdString()) +
                        ": expected .png, .svg, .pdf, .csv, .npy or .json");
    ATTN_TRY(const Figure figure, siteFigure(view, state));
    ExportOptions options;
    options.scale = scale;
    return exportFigure(figure, state.display.dark ? FigureStyle::dark() : FigureStyle::light(), path, options);
}

}  // namespace attnscope
