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
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void TextCanvas::setText(TextFigure figure, const ViewState& state) {
    m_model = state.model;
    m_whatIf = state.whatIf;
    m_site = state.site;
    const FigureStyle style = state.display.dark ? FigureStyle::dark() : FigureStyle::light();
    if (!m_layout || !m_layout->recolor(figure, style)) {
        m_layout.emplace(std::move(figure), style);
        m_layout->breakLines(std::max(width() - 2 * edge, 1));
        m_laidOutWidth = width();
    }
    findStops();
    const int last = std::max(static_cast<int>(m_stops.size()) - 1, 0);
    m_cursor = std::min(m_cursor, last);
    m_anchor = std::min(m_anchor, last);
    m_pointedStop.reset();
    updateGeometry();
    setMinimumHeight(heightForWidth(width()));
    update();
}

void TextCanvas::setQueries(bool areQueries, std::optional<std::int64_t> chosen) {
    m_areQueries = areQueries;
    m_query = areQueries ? chosen : std::nullopt;
    update();
}

/// The chosen one again stands for all of them.
void TextCanvas::chooseQuery(std::size_t stop) {
    const std::int64_t timestep = m_stops[stop].timesteps.front();
    emit queryRequested(m_query == timestep ? std::nullopt : std::optional(timestep));
}

void TextCanvas::findStops() {
    const TextFigure& figure = m_layout->figure();
    m_stops.clear();
    for (std::size_t piece = 0; piece < figure.pieces.size(); ++piece) {
        const TextPiece& token = figure.pieces[piece];
        if (token.timestep >= 0) m_stops.push_back({piece, {token.timestep}, token.masked});
    }
    const SiteRecord* site = m_whatIf->findSite(m_site);
    const Sequence* sequence = m_whatIf->sequenceFor(*site);
    if (!figure.padding || sequence == nullptr) return;
    Stop padding{figure.pieces.size(), {}, figure.padding->masked};
    for (std::size_t t = 0; t < sequence->tokens.size(); ++t) {
        if (sequence->tokens[t].state == TokenState::Padding) padding.timesteps.push_back(static_cast<std::int64_t>(t));
    }
    m_stops.insert(figure.padding->beforeText ? m_stops.begin() : m_stops.end(), std::move(padding));
}

const std::vector<QRectF>& TextCanvas::placesOf(const Stop& stop) const {
    return stop.piece < m_layout->figure().pieces.size() ? m_layout->placesOf(stop.piece) : m_layout->paddingPlaces();
}

int TextCanvas::heightForWidth(int width) const {
    if (!m_layout || width != m_laidOutWidth) return minimumHeight();
    return static_cast<int>(m_layout->height()) + 2 * edge + captionGap + captionHeight(width - 2 * edge);
}

int TextCanvas::captionHeight(int width) const {
    const QRect room(0, 0, std::max(width, 1), QWIDGETSIZE_MAX);
    return QFontMetrics(captionFont(font())).boundingRect(room, Qt::TextWordWrap, caption()).height();
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
    for (const Stop& stop : m_stops) {
        if (std::ranges::find(stop.timesteps, timestep) == stop.timesteps.end() || placesOf(stop).empty()) continue;
        return (placesOf(stop).front().center() + QPointF(edge, edge)).toPoint();
    }
    return std::nullopt;
}

std::optional<std::int64_t> TextCanvas::cursorTimestep() const {
    if (m_stops.empty()) return std::nullopt;
    return m_stops[static_cast<std::size_t>(m_cursor)].timesteps.front();
}

QString TextCanvas::describePadding() const {
    const FoldedPadding& padding = *m_layout->figure().padding;
    QString text = tr("%1 timesteps of padding\nsum of their weights %2")
                       .arg(padding.count)
                       .arg(figures::compactNumber(static_cast<double>(padding.mass), 4));
    return padding.masked ? text + tr(" · masked") : text;
}

QString TextCanvas::describe(std::size_t piece) const {
    if (piece >= m_layout->figure().pieces.size()) return describePadding();
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
    const QPointF inside = QPointF(point) - QPointF(edge, edge);
    for (const QRectF& place : m_layout->paddingPlaces()) {
        if (place.contains(inside)) return m_layout->figure().pieces.size();
    }
    return m_layout->pieceAt(inside);
}

std::optional<std::size_t> TextCanvas::stopAt(QPoint point) const {
    const auto piece = pieceAt(point);
    const auto stop = piece ? std::ranges::find(m_stops, *piece, &Stop::piece) : m_stops.end();
    if (stop == m_stops.end()) return std::nullopt;
    return static_cast<std::size_t>(stop - m_stops.begin());
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
    const auto stop = stopAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || !stop) return;
    if (m_areQueries && event->modifiers().testFlag(Qt::ControlModifier)) return chooseQuery(*stop);
    m_dragStart = stop;
    m_dragMasks = !m_stops[*stop].masked;
    m_dragged.clear();
    m_anchor = static_cast<int>(*stop);
    dragTo(*stop);
}

void TextCanvas::mouseMoveEvent(QMouseEvent* event) {
    const auto stop = stopAt(event->position().toPoint());
    setCursor(stop ? Qt::PointingHandCursor : Qt::ArrowCursor);
    pointAt(stop);
    if (m_dragStart && stop) dragTo(*stop);
}

/// Says which weight is pointed at, where a token has one of its own.
void TextCanvas::pointAt(std::optional<std::size_t> stop) {
    if (stop == m_pointedStop) return;
    m_pointedStop = stop;
    const RecordedValue& weights = m_whatIf->findSite(m_site)->weightsValue();
    const bool single = stop && m_stops[*stop].timesteps.size() == 1 && weights.axes.size() == 1;
    if (single) {
        emit weightPointedAt(QString::fromStdString(weights.graphName), m_stops[*stop].timesteps);
    } else {
        emit weightPointedAt({}, {});
    }
}

/// Asks for everything between the start of the drag and this place that was not asked for yet.
void TextCanvas::dragTo(std::size_t stop) {
    std::vector<std::int64_t> timesteps;
    for (std::size_t at = std::min(stop, *m_dragStart); at <= std::max(stop, *m_dragStart); ++at) {
        if (!m_dragged.insert(at).second) continue;
        timesteps.insert(timesteps.end(), m_stops[at].timesteps.begin(), m_stops[at].timesteps.end());
    }
    m_cursor = static_cast<int>(stop);
    update();
    if (!timesteps.empty()) emit maskRequested(timesteps, m_dragMasks);
}

void TextCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_dragStart) return;
    m_dragStart.reset();
    m_anchor = m_cursor;
    update();
}

void TextCanvas::leaveEvent(QEvent*) {
    if (m_layout) pointAt(std::nullopt);
}

void TextCanvas::moveCursor(int step, bool extend) {
    if (m_stops.empty()) return;
    m_cursor = std::clamp(m_cursor + step, 0, static_cast<int>(m_stops.size()) - 1);
    if (!extend) m_anchor = m_cursor;
    const auto stop = static_cast<std::size_t>(m_cursor);
    pointAt(stop);
    if (!placesOf(m_stops[stop]).empty())
        emit cursorMoved(placesOf(m_stops[stop]).front().translated(edge, edge).toAlignedRect());
    update();
}

/// To the token nearest to the keyboard's one, so many lines further.
void TextCanvas::moveCursorLines(int lines, bool extend) {
    if (m_stops.empty() || placesOf(m_stops[static_cast<std::size_t>(m_cursor)]).empty()) return;
    const QRectF from = placesOf(m_stops[static_cast<std::size_t>(m_cursor)]).front();
    int nearest = m_cursor;
    qreal distance = -1;
    for (int at = m_cursor; at >= 0 && at < static_cast<int>(m_stops.size()); at += lines) {
        const auto& places = placesOf(m_stops[static_cast<std::size_t>(at)]);
        if (places.empty()) continue;
        const qreal down = std::abs(places.front().center().y() - from.center().y());
        if (down < from.height() / 2) continue;
        if (down > 1.9 * from.height()) break;
        const qreal aside = std::abs(places.front().center().x() - from.center().x());
        if (distance >= 0 && aside >= distance) continue;
        distance = aside;
        nearest = at;
    }
    moveCursor(nearest - m_cursor, extend);
}

void TextCanvas::toggleSelection() {
    if (m_stops.empty()) return;
    std::vector<std::int64_t> timesteps;
    for (int at = std::min(m_cursor, m_anchor); at <= std::max(m_cursor, m_anchor); ++at) {
        const Stop& stop = m_stops[static_cast<std::size_t>(at)];
        timesteps.insert(timesteps.end(), stop.timesteps.begin(), stop.timesteps.end());
    }
    emit maskRequested(timesteps, !m_stops[static_cast<std::size_t>(m_cursor)].masked);
}

void TextCanvas::keyPressEvent(QKeyEvent* event) {
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier);
    const int all = static_cast<int>(m_stops.size());
    switch (event->key()) {
        case Qt::Key_Left:
            moveCursor(-1, extend);
            break;
        case Qt::Key_Right:
            moveCursor(1, extend);
            break;
        case Qt::Key_Up:
            moveCursorLines(-1, extend);
            break;
        case Qt::Key_Down:
            moveCursorLines(1, extend);
            break;
        case Qt::Key_Home:
            moveCursor(-all, extend);
            break;
        case Qt::Key_End:
            moveCursor(all, extend);
            break;
        case Qt::Key_Q:
            if (!m_areQueries || m_stops.empty()) return QWidget::keyPressEvent(event);
            chooseQuery(static_cast<std::size_t>(m_cursor));
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
    if (m_query) paintQuery(painter);
    if (hasFocus()) paintCursor(painter);
    painter.restore();

    painter.setFont(captionFont(font()));
    painter.setPen(theme.muted);
    const int room = width() - 2 * edge;
    const QRectF below(edge, edge + m_layout->height() + captionGap, room, captionHeight(room));
    painter.drawText(below, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, caption());
}

/// What can be done, and what the signs mean that are there.
QString TextCanvas::caption() const {
    QStringList parts{tr("Click a token to mask it, drag over a range")};
    const auto any = [&](auto member) { return std::ranges::any_of(m_layout->figure().pieces, member); };
    if (m_areQueries) parts << tr("Ctrl+click (or Q): what a token attends to");
    if (m_query) parts << tr("boxed: the one shown");
    if (m_model != m_whatIf) parts << tr("strip: the weight as the model has it");
    if (any(&TextPiece::masked)) parts << tr("hatched: masked");
    if (any(&TextPiece::unknown)) parts << tr("dotted: unknown to the model");
    if (any(&TextPiece::unseen)) parts << tr("dashed: not seen by the model");
    return parts.join(QStringLiteral("  ·  "));
}

/// Under each token, what the model itself gave it: the change is seen at once.
void TextCanvas::paintModelStrips(QPainter& painter, const QRectF& visible) const {
    const SiteRecord* model = m_model ? m_model->findSite(m_site) : nullptr;
    if (model == nullptr) return;
    const TextFigure& figure = m_layout->figure();
    const ColorMap& map = figures::colorMapNamed(figure.colorMap);
    for (const Stop& stop : m_stops) {
        const auto timestep = static_cast<std::size_t>(stop.timesteps.front());
        if (stop.piece >= figure.pieces.size() || timestep >= model->perTimestep.size()) continue;
        for (const QRectF& place : placesOf(stop)) {
            if (!visible.intersects(place)) continue;
            const QRectF strip(place.left(), place.bottom() - stripHeight, place.width(), stripHeight);
            painter.fillRect(strip,
                             figures::toColor(map.colorAt(figure.range.normalized(model->perTimestep[timestep]))));
            painter.setPen(Theme::of(palette()).surface);
            painter.drawLine(strip.topLeft(), strip.topRight());
        }
    }
}

/// A box that is told from the keyboard's by its square corners.
void TextCanvas::paintQuery(QPainter& painter) const {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Theme::of(palette()).text, 2.0));
    for (const Stop& stop : m_stops) {
        if (std::ranges::find(stop.timesteps, *m_query) == stop.timesteps.end()) continue;
        for (const QRectF& place : placesOf(stop)) painter.drawRect(place.adjusted(-2, -2, 2, 2));
    }
}

void TextCanvas::paintCursor(QPainter& painter) const {
    painter.setBrush(Qt::NoBrush);
    for (int at = std::min(m_cursor, m_anchor); at <= std::max(m_cursor, m_anchor); ++at) {
        if (static_cast<std::size_t>(at) >= m_stops.size()) return;
        painter.setPen(QPen(Theme::of(palette()).accent, at == m_cursor ? 2.0 : 1.0));
        for (const QRectF& place : placesOf(m_stops[static_cast<std::size_t>(at)]))
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 4, 4);
    }
}

}  // namespace attnscope
