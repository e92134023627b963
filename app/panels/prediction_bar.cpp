#include "panels/prediction_bar.h"

#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr int rowHeight = 3 * Theme::unit;
constexpr int margin = 12;
constexpr std::size_t shownRows = 6;

/// Where the parts of a row lie, from left to right.
struct Columns {
    int label = 0;
    int modelBar = 0;
    int modelNumber = 0;
    int whatIfBar = 0;
    int whatIfNumber = 0;
    int difference = 0;
    int barWidth = 0;
    int numberWidth = 0;
    int labelWidth = 0;
};

Columns columnsFor(int width, const QFontMetrics& metrics) {
    Columns columns;
    columns.numberWidth = metrics.horizontalAdvance(QStringLiteral("−0.000e−00")) + Theme::unit;
    columns.labelWidth = std::clamp(width / 7, 7 * Theme::unit, 20 * Theme::unit);
    const int fixed = 2 * margin + columns.labelWidth + 3 * columns.numberWidth + 4 * Theme::unit;
    columns.barWidth = std::max(3 * Theme::unit, (width - fixed) / 2);
    columns.label = margin;
    columns.modelBar = columns.label + columns.labelWidth + Theme::unit;
    columns.modelNumber = columns.modelBar + columns.barWidth + Theme::unit;
    columns.whatIfBar = columns.modelNumber + columns.numberWidth + Theme::unit;
    columns.whatIfNumber = columns.whatIfBar + columns.barWidth + Theme::unit;
    columns.difference = columns.whatIfNumber + columns.numberWidth;
    return columns;
}

void paintBar(QPainter& painter, const QRect& track, double value, const PredictionRow& row, const QColor& color,
              const Theme& theme) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.border);
    painter.drawRoundedRect(track, 2, 2);
    if (!std::isfinite(value)) return;
    const auto place = [&](double number) {
        return track.left() + (number - row.low) / (row.high - row.low) * track.width();
    };
    const double zero = place(0.0);
    const double end = place(std::clamp(value, row.low, row.high));
    painter.setBrush(color);
    painter.drawRoundedRect(QRectF(std::min(zero, end), track.top(), std::abs(end - zero), track.height()), 2, 2);
}

QString signedText(double number) {
    const QString text = numberText(number);
    return number > 0.0 ? QLatin1Char('+') + text : text;
}

}  // namespace

PredictionBar::PredictionBar(Workspace& workspace, QWidget* parent) : QWidget(parent), m_workspace(workspace) {
    setObjectName(QStringLiteral("predictionBar"));
    setAccessibleName(tr("Prediction"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&workspace, &Workspace::recordsChanged, this, &PredictionBar::showRecords);
    showRecords();
}

QSize PredictionBar::sizeHint() const {
    const int rows = static_cast<int>(std::clamp<std::size_t>(m_rows.size(), 1, shownRows));
    return {60 * Theme::unit, (rows + 1) * rowHeight + Theme::unit};
}

void PredictionBar::showRecords() {
    const RecordPtr& model = m_workspace.modelRecord();
    const RecordPtr& whatIf = m_workspace.whatIfRecord();
    m_rows = model ? predictionRows(*model, *whatIf) : std::vector<PredictionRow>();
    m_edited = model != whatIf;
    QStringList description;
    for (const PredictionRow& row : m_rows) {
        QString line = tr("%1: model %2").arg(row.label, numberText(row.model, 9));
        if (m_edited)
            line +=
                tr(", what-if %1, difference %2").arg(numberText(row.whatIf, 9), signedText(row.whatIf - row.model));
        description << line;
    }
    setAccessibleDescription(description.join(QLatin1Char('\n')));
    setToolTip(accessibleDescription());
    updateGeometry();
    update();
}

void PredictionBar::paintEvent(QPaintEvent*) {
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.raised);
    painter.fillRect(QRect(0, 0, width(), 1), theme.border);

    painter.setFont(captionFont(font()));
    painter.setPen(theme.muted);
    const Columns columns = columnsFor(width(), QFontMetrics(tabularFont(font())));
    const auto caption = [&](int left, int captionWidth, const QString& text, Qt::Alignment alignment) {
        painter.drawText(QRect(left, Theme::unit / 2, captionWidth, rowHeight), alignment | Qt::AlignVCenter, text);
    };
    caption(columns.label, columns.labelWidth, tr("Prediction"), Qt::AlignLeft);
    if (m_rows.empty()) return;
    caption(columns.modelBar, columns.barWidth, tr("model"), Qt::AlignLeft);
    caption(columns.whatIfBar, columns.difference - columns.whatIfBar,
            m_edited ? tr("what-if") : tr("what-if: nothing is edited"), Qt::AlignLeft);
    if (m_edited) caption(columns.difference, columns.numberWidth, tr("Δ"), Qt::AlignRight);

    int top = Theme::unit / 2 + rowHeight;
    for (std::size_t row = 0; row < std::min(m_rows.size(), shownRows); ++row, top += rowHeight)
        paintRow(painter, m_rows[row], top);
}

void PredictionBar::paintRow(QPainter& painter, const PredictionRow& row, int top) const {
    const Theme& theme = Theme::of(palette());
    const QFont numbers = tabularFont(font());
    const Columns columns = columnsFor(width(), QFontMetrics(numbers));
    const auto write = [&](int left, int textWidth, const QString& text, Qt::Alignment alignment) {
        painter.drawText(QRect(left, top, textWidth, rowHeight), alignment | Qt::AlignVCenter, text);
    };
    constexpr int barHeight = 10;
    const int barTop = top + (rowHeight - barHeight) / 2;

    painter.setFont(font());
    painter.setPen(theme.text);
    write(columns.label, columns.labelWidth,
          QFontMetrics(font()).elidedText(row.label, Qt::ElideMiddle, columns.labelWidth), Qt::AlignLeft);
    paintBar(painter, QRect(columns.modelBar, barTop, columns.barWidth, barHeight), row.model, row, theme.neutralBar,
             theme);
    painter.setFont(numbers);
    painter.setPen(theme.text);
    write(columns.modelNumber, columns.numberWidth, numberText(row.model), Qt::AlignLeft);
    if (!m_edited) return;
    paintBar(painter, QRect(columns.whatIfBar, barTop, columns.barWidth, barHeight), row.whatIf, row, theme.accent,
             theme);
    painter.setPen(theme.text);
    write(columns.whatIfNumber, columns.numberWidth, numberText(row.whatIf), Qt::AlignLeft);
    write(columns.difference, columns.numberWidth, signedText(row.whatIf - row.model), Qt::AlignRight);
}

}  // namespace attnscope
