#include "panels/value_text.h"

#include "base/text.h"
#include "panels/panel_parts.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("attnscope::ValueText", text);
}

QString escaped(const std::string& text) {
    return QString::fromStdString(text).toHtmlEscaped();
}

QString roleText(ValueRole role) {
    switch (role) {
        case ValueRole::Input:
            return tr("what the layer is given");
        case ValueRole::Mask:
            return tr("mask: 1 where a timestep counts");
        case ValueRole::Weight:
            return tr("trained weight");
        case ValueRole::Parameter:
            return tr("parameter");
        case ValueRole::Step:
            return tr("intermediate step");
        case ValueRole::Score:
            return tr("score");
        case ValueRole::Weights:
            return tr("attention weights");
        case ValueRole::Values:
            return tr("what is weighed");
        case ValueRole::Output:
            return tr("output vector");
    }
    return {};
}

const RecordedValue* findValue(const SiteRecord& site, const std::string& name) {
    if (const RecordedValue* value = site.find(name)) return value;
    const auto found = std::ranges::find(site.values, name, &RecordedValue::graphName);
    return found == site.values.end() ? nullptr : &*found;
}

/// The place of an element in row-major order, if the index lies in the tensor.
std::optional<std::size_t> placeOf(const Shape& shape, const std::vector<std::int64_t>& index) {
    if (index.size() != shape.rank()) return std::nullopt;
    const std::vector<std::int64_t> strides = shape.strides();
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        if (index[axis] < 0 || index[axis] >= shape[axis]) return std::nullopt;
        place += index[axis] * strides[axis];
    }
    return static_cast<std::size_t>(place);
}

QString row(const QString& name, const QString& content) {
    return QStringLiteral("<tr><td style=\"padding-right:12px\">%1</td><td align=\"right\">%2</td></tr>")
        .arg(name, content);
}

QString exact(float number) {
    return QString::fromStdString(floatText(number)).replace(QLatin1Char('-'), QChar(0x2212));
}

/// "t = 12, f = 3", the timestep with its token.
QString indexText(const RecordedValue& value, const std::vector<std::int64_t>& index, const std::string& timeAxis,
                  const Sequence* sequence) {
    QStringList parts;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        const std::string letter = axis < value.axes.size() ? value.axes[axis] : std::string();
        QString part = escaped(letter) + QStringLiteral(" = ") + QString::number(index[axis]);
        const auto timestep = static_cast<std::size_t>(index[axis]);
        if (letter == timeAxis && sequence != nullptr && timestep < sequence->tokens.size()) {
            const Token& token = sequence->tokens[timestep];
            part += token.state == TokenState::Padding
                        ? tr(" (padding)")
                        : QStringLiteral(" “") + escaped(token.text) + QStringLiteral("”");
        }
        parts << part;
    }
    return parts.join(QStringLiteral(", "));
}

}  // namespace

QString valueTitle(const RecordedValue& value) {
    return QStringLiteral("%1 %2: %3")
        .arg(QString::fromStdString(value.name), QString::fromStdString(value.tensor.shape().text()),
             roleText(value.role));
}

QString valueRichText(const RecordedValue& value) {
    QString text =
        QStringLiteral("<b>%1</b> %2<br>%3")
            .arg(escaped(value.name), escaped(value.tensor.shape().text()), roleText(value.role).toHtmlEscaped());
    if (!value.tensor.inMemory())
        return text + QStringLiteral("<br>") + tr("on the device; point at one of its numbers to have them read");
    const auto data = value.tensor->data();
    if (data.empty()) return text;
    const auto [low, high] = std::ranges::minmax(data);
    double sum = 0.0;
    for (const float number : data) sum += static_cast<double>(number);
    text += QStringLiteral("<table>") + row(tr("smallest"), exact(low)) + row(tr("largest"), exact(high)) +
            row(tr("mean"), numberText(sum / static_cast<double>(data.size()), 6)) + QStringLiteral("</table>");
    return text;
}

QString elementRichText(const SiteRecord& model, const SiteRecord& whatIf, const std::string& valueName,
                        const std::vector<std::int64_t>& index, const Sequence* sequence) {
    const RecordedValue* before = findValue(model, valueName);
    const RecordedValue* after = findValue(whatIf, valueName);
    if (before == nullptr || after == nullptr) return {};
    const auto place = placeOf(after->tensor.shape(), index);
    if (!place || before->tensor.shape() != after->tensor.shape()) return {};
    if (!before->tensor.inMemory() || !after->tensor.inMemory()) return {};
    const float modelNumber = (*before->tensor)[*place];
    const float whatIfNumber = (*after->tensor)[*place];
    QString text = QStringLiteral("<b>%1</b>  %2<br>%3<table>")
                       .arg(escaped(after->name), indexText(*after, index, whatIf.timeAxis, sequence),
                            roleText(after->role).toHtmlEscaped());
    text += row(tr("model"), exact(modelNumber));
    if (modelNumber != whatIfNumber) {
        text += row(tr("what-if"), exact(whatIfNumber));
        text += row(tr("Δ"), numberText(static_cast<double>(whatIfNumber) - static_cast<double>(modelNumber), 6));
    }
    return text + QStringLiteral("</table>");
}

QString weightRichText(const DescribedWeight& weight) {
    const WeightTerms& terms = weight.terms;
    QString text = QStringLiteral("<b>%1</b> %2").arg(escaped(terms.weight), escaped(weight.shape.text()));
    const auto line = [&](const QString& name, const QString& content) {
        text += QStringLiteral("<br>%1: %2").arg(name, content);
    };
    if (!terms.initializer.empty()) line(tr("initialiser"), escaped(terms.initializer));
    if (!terms.regularizer.empty()) {
        const QString penalty =
            terms.penalty ? tr(", penalty ") + numberText(static_cast<double>(*terms.penalty)) : QString();
        line(tr("regulariser"), escaped(terms.regularizer) + penalty);
    }
    if (!terms.constraint.empty()) {
        const QString holds = !terms.holds ? QString() : *terms.holds ? tr(", holds") : tr(", does not hold");
        line(tr("constraint"), escaped(terms.constraint) + holds);
    }
    return text;
}

}  // namespace attnscope
