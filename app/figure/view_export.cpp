#include "figure/view_export.h"

#include "base/text.h"
#include "figure/figure_export.h"
#include "figure/write_file.h"
#include "inspect/record_json.h"
#include "text/npy.h"

#include <QFileInfo>

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

/// Every named value that has one number per timestep, one column each.
std::string timestepCsv(const ViewState& state, const SiteRecord& site) {
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    const bool isText = sequence != nullptr && !sequence->tokens.empty();
    std::vector<const RecordedValue*> columns;
    for (const RecordedValue& value : site.values) {
        if (value.axes == std::vector{site.timeAxis}) columns.push_back(&value);
    }
    std::string csv = isText ? "timestep,token,id" : "timestep";
    for (const RecordedValue* value : columns) csv += "," + csvField(value->name);
    csv += "\r\n";
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        csv += std::to_string(t);
        if (isText) csv += "," + csvField(sequence->tokens[t].text) + "," + std::to_string(sequence->tokens[t].id);
        for (const RecordedValue* value : columns) csv += "," + floatText((*value->tensor)[t]);
        csv += "\r\n";
    }
    return csv;
}

std::string matrixCsv(const ViewState& state, const SiteRecord& site, const WeightMatrix& weights) {
    const auto timesteps = static_cast<std::size_t>(weights.matrix.dim(1));
    std::string csv = csvField(weights.rowAxis);
    for (const std::string& label : timestepLabels(state.whatIf->sequenceFor(site), timesteps))
        csv += "," + csvField(label);
    csv += "\r\n";
    for (std::size_t row = 0; row < static_cast<std::size_t>(weights.matrix.dim(0)); ++row) {
        csv += std::to_string(row);
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
    for (std::size_t unit = 0; unit < model.size(); ++unit) {
        csv += std::to_string(unit) + "," + floatText(model[unit]);
        if (edited) csv += "," + floatText(whatIf[unit]);
        csv += "\r\n";
    }
    return csv;
}

}  // namespace

Result<std::string> viewCsv(SiteView view, const ViewState& state) {
    const SiteRecord* site = state.whatIfSite();
    if (site == nullptr || state.modelSite() == nullptr)
        return fail(ErrorCode::NotFound, "there is no attention site to export");
    if (view == SiteView::Output) return outputCsv(state, *site);
    if (site->weightsValue().axes == std::vector{site->timeAxis}) return timestepCsv(state, *site);
    ATTN_TRY(const WeightMatrix weights, weightMatrix(*site));
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
    ATTN_TRY(const Figure figure, siteFigure(view, state));
    ExportOptions options;
    options.scale = scale;
    return exportFigure(figure, state.display.dark ? FigureStyle::dark() : FigureStyle::light(), path, options);
}

}  // namespace attnscope
