#pragma once

#include "formula/highlight.h"

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

#include <array>
#include <vector>

namespace attnscope {

/// Colours a formula's source while it is typed.
class FormulaHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    explicit FormulaHighlighter(QTextDocument* document);

    /// Takes the colours of a palette's theme.
    void setColors(const QPalette& palette);

protected:
    void highlightBlock(const QString& text) override;

private:
    struct Piece {
        SpanKind kind = SpanKind::Name;
        int begin = 0;  ///< in the document's UTF-16 characters
        int end = 0;
    };
    /// Of the document as it is now.
    [[nodiscard]] const std::vector<Piece>& pieces();

    std::vector<Piece> m_pieces;
    QString m_source;  ///< that the pieces are of
    std::array<QTextCharFormat, 8> m_formats;
};

/// How many UTF-16 characters of a text its first `bytes` bytes of UTF-8 are.
[[nodiscard]] int charactersOf(const QByteArray& utf8, std::size_t bytes);

}  // namespace attnscope
