#include "figure/text_kit.h"

#include <QFontMetricsF>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace attnscope::figures {

QFont fontOf(const FigureStyle& style, int pixels, QFont::Weight weight) {
    QFont font;
    if (!style.family.isEmpty()) font.setFamily(style.family);
    font.setPixelSize(pixels);
    font.setWeight(weight);
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

QFont numberFontOf(const FigureStyle& style, int pixels) {
    QFont font = fontOf(style, pixels);
    if (!style.numberFamily.isEmpty()) font.setFamily(style.numberFamily);
    return font;
}

QColor toColor(Rgb color) {
    return QColor(color.red, color.green, color.blue);
}

Rgb toRgb(const QColor& color) {
    return {static_cast<std::uint8_t>(color.red()), static_cast<std::uint8_t>(color.green()),
            static_cast<std::uint8_t>(color.blue())};
}

QColor legibleOn(const QColor& background) {
    return toColor(attnscope::legibleOn(toRgb(background), {16, 16, 16}, {255, 255, 255}));
}

QString displayText(const std::string& utf8) {
    QString text = QString::fromStdString(utf8);
    for (QChar& c : text) {
        if (c == u'\n' || c == QChar::LineSeparator || c == QChar::ParagraphSeparator) {
            c = QChar(0x21b5);  // ↵
        } else if (c == u'\t') {
            c = QChar(0x21e5);  // ⇥
        } else if (c.category() == QChar::Other_Control || c.unicode() >= 0xfffe) {
            c = QChar(0x00b7);  // ·
        }
    }
    return text;
}

qreal textWidth(const QFont& font, const QString& text) {
    return QFontMetricsF(font).horizontalAdvance(text);
}

qreal lineHeight(const QFont& font) {
    return std::ceil(font.pixelSize() * 1.35);
}

QString elided(const QFont& font, const QString& text, qreal width) {
    return QFontMetricsF(font).elidedText(text, Qt::ElideMiddle, width);
}

void drawText(QPainter& painter, const QFont& font, const QColor& color, QPointF anchor, Qt::Alignment alignment,
              const QString& text, qreal degrees) {
    if (text.isEmpty()) return;
    const QFontMetricsF metrics(font);
    QPointF baseline;
    if (alignment & Qt::AlignRight) baseline.setX(-metrics.horizontalAdvance(text));
    if (alignment & Qt::AlignHCenter) baseline.setX(-metrics.horizontalAdvance(text) / 2);
    if (alignment & Qt::AlignVCenter) {
        baseline.setY(metrics.capHeight() / 2);
    } else {
        baseline.setY((lineHeight(font) + metrics.ascent() - metrics.descent()) / 2);
    }
    painter.setFont(font);
    painter.setPen(color);
    if (degrees == 0.0) {
        painter.drawText(anchor + baseline, text);
        return;
    }
    painter.save();
    painter.translate(anchor);
    painter.rotate(degrees);
    painter.drawText(baseline, text);
    painter.restore();
}

qreal Paragraph::width() const {
    qreal widest = 0;
    for (const QString& line : lines) widest = std::max(widest, textWidth(font, line));
    return widest;
}

void Paragraph::paint(QPainter& painter, const QColor& color, QPointF topLeft) const {
    for (const QString& line : lines) {
        drawText(painter, font, color, topLeft, Qt::AlignLeft | Qt::AlignTop, line);
        topLeft.ry() += lineHeight(font);
    }
}

Paragraph wrapped(const QFont& font, const QString& text, qreal width) {
    Paragraph paragraph{font, {}};
    if (text.isEmpty()) return paragraph;
    QTextLayout layout(text, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        paragraph.lines << text.mid(line.textStart(), line.textLength()).trimmed();
    }
    layout.endLayout();
    return paragraph;
}

QString fixedNumber(double number, int decimals) {
    QString text = QString::number(number, 'f', decimals);
    // No negative zero: "−0.00" would be read as a sign.
    if (text.startsWith(u'-') &&
        !std::any_of(text.begin(), text.end(), [](QChar c) { return c >= u'1' && c <= u'9'; })) {
        text.remove(0, 1);
    }
    return text.replace(u'-', QChar(0x2212));
}

QString compactNumber(double number, int significant) {
    if (std::isnan(number)) return QStringLiteral("NaN");
    if (std::isinf(number)) return number > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    if (number == 0.0) return QStringLiteral("0");
    const double magnitude = std::abs(number);
    if (magnitude < 1e-4 || magnitude >= 1e6) {
        QString text = QString::number(number, 'e', significant - 1);
        const qsizetype exponentAt = text.indexOf(u'e');
        QString mantissa = text.left(exponentAt);
        if (mantissa.contains(u'.')) {
            while (mantissa.endsWith(u'0')) mantissa.chop(1);
            if (mantissa.endsWith(u'.')) mantissa.chop(1);
        }
        QString result = mantissa + u'e' + QString::number(text.mid(exponentAt + 1).toInt());
        return result.replace(u'-', QChar(0x2212));
    }
    const int decimals = std::max(0, significant - 1 - static_cast<int>(std::floor(std::log10(magnitude))));
    QString text = fixedNumber(number, decimals);
    if (text.contains(u'.')) {
        while (text.endsWith(u'0')) text.chop(1);
        if (text.endsWith(u'.')) text.chop(1);
    }
    return text;
}

QStringList distinctNumbers(std::span<const double> numbers) {
    QStringList texts;
    for (int significant = 3; significant <= 8; ++significant) {
        texts.clear();
        for (const double number : numbers) texts << compactNumber(number, significant);
        bool distinct = true;
        for (std::size_t i = 1; i < numbers.size(); ++i) {
            const auto at = static_cast<qsizetype>(i);
            distinct = distinct && (numbers[i] == numbers[i - 1] || texts[at] != texts[at - 1]);
        }
        if (distinct) break;
    }
    return texts;
}

Ticks ticksAround(double low, double high, int count) {
    const double rough = (high - low) / count;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10.0 * power;
    for (const double candidate : {1.0, 2.0, 5.0}) {
        if (candidate * power >= rough * 0.999) {
            step = candidate * power;
            break;
        }
    }
    Ticks ticks;
    const double first = std::floor(low / step + 1e-6);
    const double last = std::ceil(high / step - 1e-6);
    const bool plain = step >= 1e-5 && std::max(std::abs(low), std::abs(high)) < 1e6;
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-6)));
    for (double i = first; i <= last; ++i) {
        ticks.values.push_back(i * step);
        ticks.labels << (plain ? fixedNumber(i * step, decimals) : compactNumber(i * step));
    }
    return ticks;
}

int roundStep(double smallest) {
    int power = 1;
    while (true) {
        for (const int factor : {1, 2, 5}) {
            if (factor * power >= smallest) return factor * power;
        }
        power *= 10;
    }
}

}  // namespace attnscope::figures
