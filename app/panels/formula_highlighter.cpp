#include "panels/formula_highlighter.h"

#include "theme/theme.h"

#include <QTextDocument>

#include <algorithm>
#include <utility>

namespace attnscope {

int charactersOf(const QByteArray& utf8, std::size_t bytes) {
    return static_cast<int>(QString::fromUtf8(utf8.left(static_cast<qsizetype>(bytes))).size());
}

FormulaHighlighter::FormulaHighlighter(QTextDocument* document) : QSyntaxHighlighter(document) {}

void FormulaHighlighter::setColors(const QPalette& palette) {
    const Theme& theme = Theme::of(palette);
    const auto format = [this](SpanKind kind) -> QTextCharFormat& { return m_formats[static_cast<std::size_t>(kind)]; };
    m_formats.fill({});
    format(SpanKind::Comment).setForeground(theme.muted);
    format(SpanKind::Comment).setFontItalic(true);
    format(SpanKind::Directive).setForeground(theme.muted);
    format(SpanKind::Directive).setFontWeight(QFont::DemiBold);
    format(SpanKind::Function).setFontWeight(QFont::DemiBold);
    format(SpanKind::Name).setForeground(theme.accent);
    format(SpanKind::Index).setForeground(theme.warning);
    format(SpanKind::Text).setForeground(theme.warning);
    format(SpanKind::Symbol).setForeground(theme.muted);
    rehighlight();
}

const std::vector<FormulaHighlighter::Piece>& FormulaHighlighter::pieces() {
    // The document's own revision comes too late: lines are coloured while it changes.
    QString text = document()->toPlainText();
    if (text == m_source) return m_pieces;
    m_source = std::move(text);
    m_pieces.clear();
    const QByteArray source = m_source.toUtf8();
    std::size_t byte = 0;
    int character = 0;
    const auto advance = [&](std::size_t to) {
        character += charactersOf(source.mid(static_cast<qsizetype>(byte)), to - byte);
        byte = to;
        return character;
    };
    for (const Span& span : highlightFormula({source.constData(), static_cast<std::size_t>(source.size())})) {
        const int begin = advance(span.begin);
        m_pieces.push_back({span.kind, begin, advance(span.end)});
    }
    return m_pieces;
}

void FormulaHighlighter::highlightBlock(const QString& text) {
    const int start = currentBlock().position();
    const int end = start + static_cast<int>(text.size());
    const std::vector<Piece>& all = pieces();
    auto piece = std::ranges::upper_bound(all, start, {}, &Piece::end);
    int brackets = std::max(0, previousBlockState());
    for (; piece != all.end() && piece->begin < end; ++piece) {
        const int from = std::max(piece->begin, start);
        setFormat(from - start, std::min(piece->end, end) - from, m_formats[static_cast<std::size_t>(piece->kind)]);
    }
    // What a bracket left open means for the lines below changes with it.
    brackets += static_cast<int>(text.count(QLatin1Char('(')) + text.count(QLatin1Char('[')));
    brackets -= static_cast<int>(text.count(QLatin1Char(')')) + text.count(QLatin1Char(']')));
    setCurrentBlockState(std::max(0, brackets));
}

}  // namespace attnscope
