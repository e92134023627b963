#include "views/color_bar.h"

#include "figure/text_kit.h"
#include "heatmap/color_map.h"
#include "theme/theme.h"

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDoubleValidator>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>

namespace attnscope {
namespace {

constexpr int scaleWidth = 240;
constexpr int scaleHeight = 10;

}  // namespace

ColorBar::ColorBar(QWidget* parent) : QWidget(parent) {
    m_range = new QComboBox(this);
    m_range->setObjectName(QStringLiteral("rangeMode"));
    m_range->setAccessibleName(tr("Range of the colours"));
    m_range->addItems({tr("Range of the data"), tr("Attainable range"), tr("Fixed range…")});
    m_map = new QComboBox(this);
    m_map->setObjectName(QStringLiteral("colorMap"));
    m_map->setAccessibleName(tr("Colour map"));
    for (const ColorMap& map : colorMaps()) {
        if (map.kind == ColorMapKind::Sequential) m_map->addItem(QString::fromStdString(map.name));
    }
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * Theme::unit, Theme::unit, 2 * Theme::unit, Theme::unit);
    layout->setSpacing(Theme::unit);
    layout->addStretch(1);
    layout->addWidget(m_range);
    layout->addWidget(m_map);
    connect(m_range, &QComboBox::activated, this, &ColorBar::chooseRange);
    connect(m_map, &QComboBox::activated, this, &ColorBar::chooseMap);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ColorBar::sizeHint() const {
    return {scaleWidth + 360, 7 * Theme::unit};
}

void ColorBar::setScale(const QString& valueLabel, const ChosenRange& chosen, const DisplayOptions& display,
                        bool hasAttainable) {
    m_valueLabel = valueLabel;
    m_chosen = chosen;
    m_display = display;
    const QSignalBlocker rangeBlocker(m_range);
    const QSignalBlocker mapBlocker(m_map);
    m_range->setCurrentIndex(static_cast<int>(display.range));
    m_range->setItemData(static_cast<int>(RangeMode::Attainable), hasAttainable ? QVariant() : QVariant(0),
                         Qt::UserRole - 1);
    m_range->setToolTip(hasAttainable ? QString() : tr("This formula does not bound its weights."));
    m_map->setCurrentText(QString::fromStdString(display.colorMap));
    update();
}

void ColorBar::paintEvent(QPaintEvent*) {
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setPen(theme.border);
    painter.drawLine(0, 0, width(), 0);
    const QRectF scale(2 * Theme::unit, 2.5 * Theme::unit, scaleWidth, scaleHeight);
    if (const ColorMap* map = findColorMap(m_display.colorMap)) {
        QLinearGradient gradient(scale.topLeft(), scale.topRight());
        for (int stop = 0; stop <= 32; ++stop) {
            const auto t = static_cast<float>(stop) / 32.0F;
            const float shown = m_chosen.range.isSingleValue() ? 0.5F : t;
            gradient.setColorAt(static_cast<double>(t), figures::toColor(map->colorAt(shown)));
        }
        painter.fillRect(scale, gradient);
    }
    painter.setPen(theme.muted);
    painter.setFont(captionFont(font()));
    const QFontMetricsF metrics(painter.font());
    painter.drawText(QPointF(scale.left(), scale.top() - 4),
                     m_valueLabel + QStringLiteral(" · ") + QString::fromStdString(m_chosen.note));
    painter.setFont(tabularFont(painter.font()));
    const qreal baseline = scale.bottom() + metrics.ascent() + 2;
    if (m_chosen.range.isSingleValue()) {
        painter.drawText(QPointF(scale.left(), baseline),
                         figures::compactNumber(static_cast<double>(m_chosen.range.low)));
        return;
    }
    const QString low = figures::compactNumber(m_chosen.range.low);
    const QString high = figures::compactNumber(m_chosen.range.high);
    const QString middle = figures::compactNumber(m_chosen.range.valueAt(0.5F));
    painter.drawText(QPointF(scale.left(), baseline), low);
    painter.drawText(QPointF(scale.center().x() - metrics.horizontalAdvance(middle) / 2, baseline), middle);
    painter.drawText(QPointF(scale.right() - metrics.horizontalAdvance(high), baseline), high);
}

void ColorBar::chooseRange(int index) {
    if (static_cast<RangeMode>(index) == RangeMode::Fixed) {
        askForFixedRange();
        return;
    }
    DisplayOptions wanted = m_display;
    wanted.range = static_cast<RangeMode>(index);
    emit displayRequested(wanted);
}

void ColorBar::chooseMap(int index) {
    DisplayOptions wanted = m_display;
    wanted.colorMap = m_map->itemText(index).toStdString();
    emit displayRequested(wanted);
}

void ColorBar::askForFixedRange() {
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Fixed range"));
    auto* low = new QLineEdit(QString::number(static_cast<double>(m_chosen.range.low)), dialog);
    auto* high = new QLineEdit(QString::number(static_cast<double>(m_chosen.range.high)), dialog);
    low->setObjectName(QStringLiteral("low"));
    high->setObjectName(QStringLiteral("high"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, dialog);
    auto* form = new QFormLayout(dialog);
    form->addRow(tr("Low end"), low);
    form->addRow(tr("High end"), high);
    form->addRow(buttons);
    const auto read = [low, high]() -> Result<Range> {
        bool lowIsNumber = false;
        bool highIsNumber = false;
        const float from = low->text().toFloat(&lowIsNumber);
        const float to = high->text().toFloat(&highIsNumber);
        if (!lowIsNumber || !highIsNumber) return fail(ErrorCode::InvalidInput, "two numbers expected");
        return fixedRange(from, to);
    };
    const auto validate = [buttons, read] { buttons->button(QDialogButtonBox::Ok)->setEnabled(read().has_value()); };
    connect(low, &QLineEdit::textChanged, dialog, validate);
    connect(high, &QLineEdit::textChanged, dialog, validate);
    validate();
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    connect(dialog, &QDialog::accepted, this, [this, read] {
        const auto range = read();
        if (!range) return;
        DisplayOptions wanted = m_display;
        wanted.range = RangeMode::Fixed;
        wanted.fixedLow = range->low;
        wanted.fixedHigh = range->high;
        emit displayRequested(wanted);
    });
    // Until it is accepted the old choice stays shown.
    m_range->setCurrentIndex(static_cast<int>(m_display.range));
    dialog->open();
}

}  // namespace attnscope
