#include "views/text_canvas.h"

#include "figure/parts.h"
#include "figure/text_kit.h"
#include "theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace attnscope {
namespace {

constexpr int edge = 3 * Theme::unit;
constexpr int captionGap = 2 * Theme::unit;
constexpr qreal stripHeight = 3;

}  // namespace

TextCanvas::TextCanvas(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Text"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void TextCanvas::setText(TextFigure figure, const ViewState& state) {
    m_model = state.model;
    m_whatIf = state.whatIf;
    m_site = state.site;
    m_layout.emplace(std::move(figure), state.display.dark ? FigureStyle::dark() : FigureStyle::light());
    m_layout->breakLines(std::max(width() - 2 * edge, 1));
    m_laidOutWidth = width();
    m_seen.clear();
    for (std::size_t piece = 0; piece < m_layout->figure().pieces.size(); ++piece) {
        if (m_layout->figure().pieces[piece].timestep >= 0) m_seen.push_back(piece);
    }
    const int last = std::max(static_cast<int>(m_seen.size()) - 1, 0);
    m_cursor = std::min(m_cursor, last);
    m_anchor = std::min(m_anchor, last);
    updateGeometry();
    setMinimumHeight(heightForWidth(width()));
    update();
}

int TextCanvas::heightForWidth(int width) const {
    if (!m_layout || width != m_laidOutWidth) return minimumHeight();
    return static_cast<int>(m_layout->height()) + 2 * edge + captionGap + fontMetrics().height();
}

QSize TextCanvas::sizeHint() const {
    return {480, heightForWidth(width())};
}

void TextCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!m_layout || width() == m_laidOutWidth) return;
    m_layout->breakLines(std::max(width() - 2 * edge, 1));
    m_laidOutWidth = width();
    setMinimumHeight(heightForWidth(width()));
}

std::optional<QPoint> TextCanvas::centreOf(std::int64_t timestep) const {
    for (const std::size_t piece : m_seen) {
        if (m_layout->figure().pieces[piece].timestep != timestep || m_layout->placesOf(piece).empty()) continue;
        return (m_layout->placesOf(piece).front().center() + QPointF(edge, edge)).toPoint();
    }
    return std::nullopt;
}

std::optional<std::int64_t> TextCanvas::cursorTimestep() const {
    if (m_seen.empty()) return std::nullopt;
    return m_layout->figure().pieces[m_seen[static_cast<std::size_t>(m_cursor)]].timestep;
}

QString TextCanvas::describe(std::size_t piece) const {
    const TextPiece& token = m_layout->figure().pieces[piece];
    const QString text = QString::fromStdString(m_layout->figure().text.substr(token.start, token.end - token.start));
    if (token.unseen) return tr("%1\nnot seen by the model").arg(text);
    QStringList lines{text,
                      tr("timestep %1 · weight %2").arg(token.timestep).arg(figures::compactNumber(token.weight, 4))};
    const auto timestep = static_cast<std::size_t>(token.timestep);
    const SiteRecord* model = m_model ? m_model->findSite(m_site) : nullptr;
    if (model != nullptr && m_model != m_whatIf && timestep < model->perTimestep.size())
        lines.last() += tr(" (model %1)").arg(figures::compactNumber(model->perTimestep[timestep], 4));
    const SiteRecord* site = m_whatIf ? m_whatIf->findSite(m_site) : nullptr;
    const Sequence* sequence = site != nullptr ? m_whatIf->sequenceFor(*site) : nullptr;
    if (sequence != nullptr && timestep < sequence->tokens.size())
        lines << tr("id %1").arg(sequence->tokens[timestep].id);
    if (token.unknown) lines.last() += tr(" · unknown to the model");
    if (token.masked) lines.last() += tr(" · masked");
    return lines.join(QLatin1Char('\n'));
}

std::optional<std::size_t> TextCanvas::pieceAt(QPoint point) const {
    if (!m_layout) return std::nullopt;
    return m_layout->pieceAt(QPointF(point) - QPointF(edge, edge));
}

bool TextCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto piece = pieceAt(help->pos())) {
        QToolTip::showText(help->globalPos(), describe(*piece), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void TextCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const auto piece = pieceAt(event->position().toPoint());
    const auto place = piece ? std::ranges::find(m_seen, *piece) : m_seen.end();
    if (place == m_seen.end()) return;
    m_dragStart = static_cast<std::size_t>(place - m_seen.begin());
    m_dragMasks = !m_layout->figure().pieces[*piece].masked;
    m_dragged.clear();
    m_cursor = m_anchor = static_cast<int>(*m_dragStart);
    dragTo(*piece);
}

void TextCanvas::mouseMoveEvent(QMouseEvent* event) {
    const auto piece = pieceAt(event->position().toPoint());
    setCursor(piece ? Qt::PointingHandCursor : Qt::ArrowCursor);
    const bool seen = piece && m_layout->figure().pieces[*piece].timestep >= 0;
    emit timestepPointedAt(seen ? std::optional(m_layout->figure().pieces[*piece].timestep) : std::nullopt);
    if (m_dragStart && seen) dragTo(*piece);
}

/// Asks for everything between the start of the drag and this token that was not asked for yet.
void TextCanvas::dragTo(std::size_t piece) {
    const auto place = static_cast<std::size_t>(std::ranges::find(m_seen, piece) - m_seen.begin());
    std::vector<std::int64_t> timesteps;
    for (std::size_t at = std::min(place, *m_dragStart); at <= std::max(place, *m_dragStart); ++at) {
        if (m_dragged.insert(at).second) timesteps.push_back(m_layout->figure().pieces[m_seen[at]].timestep);
    }
    m_cursor = static_cast<int>(place);
    if (!timesteps.empty()) emit maskRequested(timesteps, m_dragMasks);
}

void TextCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_dragStart) return;
    m_dragStart.reset();
    m_anchor = m_cursor;
    update();
}

void TextCanvas::leaveEvent(QEvent*) {
    emit timestepPointedAt(std::nullopt);
}

void TextCanvas::moveCursor(int step, bool extend) {
    if (m_seen.empty()) return;
    m_cursor = std::clamp(m_cursor + step, 0, static_cast<int>(m_seen.size()) - 1);
    if (!extend) m_anchor = m_cursor;
    const std::size_t piece = m_seen[static_cast<std::size_t>(m_cursor)];
    emit timestepPointedAt(m_layout->figure().pieces[piece].timestep);
    if (!m_layout->placesOf(piece).empty())
        emit cursorMoved(m_layout->placesOf(piece).front().translated(edge, edge).toAlignedRect());
    update();
}

void TextCanvas::toggleSelection() {
    if (m_seen.empty()) return;
    std::vector<std::int64_t> timesteps;
    for (int at = std::min(m_cursor, m_anchor); at <= std::max(m_cursor, m_anchor); ++at)
        timesteps.push_back(m_layout->figure().pieces[m_seen[static_cast<std::size_t>(at)]].timestep);
    emit maskRequested(timesteps, !m_layout->figure().pieces[m_seen[static_cast<std::size_t>(m_cursor)]].masked);
}

void TextCanvas::keyPressEvent(QKeyEvent* event) {
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier);
    const int all = static_cast<int>(m_seen.size());
    switch (event->key()) {
        case Qt::Key_Left:
            moveCursor(-1, extend);
            break;
        case Qt::Key_Right:
            moveCursor(1, extend);
            break;
        case Qt::Key_Home:
            moveCursor(-all, extend);
            break;
        case Qt::Key_End:
            moveCursor(all, extend);
            break;
        case Qt::Key_Space:
        case Qt::Key_Return:
            if (!event->isAutoRepeat()) toggleSelection();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

void TextCanvas::paintEvent(QPaintEvent* event) {
    if (!m_layout) return;
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF origin(edge, edge);
    const QRectF visible = QRectF(event->rect()).translated(-origin);
    m_layout->paint(painter, origin, visible);
    painter.save();
    painter.translate(origin);
    if (m_model != m_whatIf) paintModelStrips(painter, visible);
    if (hasFocus()) paintCursor(painter);
    painter.restore();

    painter.setFont(captionFont(font()));
    painter.setPen(theme.muted);
    QStringList caption{tr("Click a token to mask it, drag over a range")};
    const auto any = [&](auto member) { return std::ranges::any_of(m_layout->figure().pieces, member); };
    if (m_model != m_whatIf) caption << tr("strip: the weight as the model has it");
    if (any(&TextPiece::masked)) caption << tr("hatched: masked");
    if (any(&TextPiece::unknown)) caption << tr("dotted: unknown to the model");
    if (any(&TextPiece::unseen)) caption << tr("dashed: not seen by the model");
    const QRectF line(edge, edge + m_layout->height() + captionGap, width() - 2 * edge, fontMetrics().height() + 4);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignTop,
                     painter.fontMetrics().elidedText(caption.join(QStringLiteral("  ·  ")), Qt::ElideRight,
                                                      static_cast<int>(line.width())));
}

/// Under each token, what the model itself gave it: the change is seen at once.
void TextCanvas::paintModelStrips(QPainter& painter, const QRectF& visible) const {
    const SiteRecord* model = m_model ? m_model->findSite(m_site) : nullptr;
    if (model == nullptr) return;
    const TextFigure& figure = m_layout->figure();
    const ColorMap& map = figures::colorMapNamed(figure.colorMap);
    for (const std::size_t piece : m_seen) {
        const auto timestep = static_cast<std::size_t>(figure.pieces[piece].timestep);
        if (timestep >= model->perTimestep.size()) continue;
        for (const QRectF& place : m_layout->placesOf(piece)) {
            if (!visible.intersects(place)) continue;
            const QRectF strip(place.left(), place.bottom() - stripHeight, place.width(), stripHeight);
            painter.fillRect(strip,
                             figures::toColor(map.colorAt(figure.range.normalized(model->perTimestep[timestep]))));
            painter.setPen(Theme::of(palette()).surface);
            painter.drawLine(strip.topLeft(), strip.topRight());
        }
    }
}

void TextCanvas::paintCursor(QPainter& painter) const {
    painter.setBrush(Qt::NoBrush);
    for (int at = std::min(m_cursor, m_anchor); at <= std::max(m_cursor, m_anchor); ++at) {
        if (static_cast<std::size_t>(at) >= m_seen.size()) return;
        painter.setPen(QPen(Theme::of(palette()).accent, at == m_cursor ? 2.0 : 1.0));
        for (const QRectF& place : m_layout->placesOf(m_seen[static_cast<std::size_t>(at)]))
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 4, 4);
    }
}

}  // namespace attnscope
