#include "panels/formula_text.h"

#include <cctype>
#include <string>
#include <string_view>

namespace attnscope {
namespace {

bool isNamePart(char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' ||
           static_cast<unsigned char>(character) >= 0x80;
}

}  // namespace

QString statementRichText(const std::string& statement, const SiteRecord& site, const QColor& link) {
    QString rich;
    int brackets = 0;  // inside are index letters, not values
    for (std::size_t place = 0; place < statement.size();) {
        const char character = statement[place];
        if (!isNamePart(character)) {
            if (character == '[') ++brackets;
            if (character == ']') --brackets;
            rich += QString(QLatin1Char(character)).toHtmlEscaped();
            ++place;
            continue;
        }
        std::size_t end = place;
        while (end < statement.size() && isNamePart(statement[end])) ++end;
        const std::string_view name = std::string_view(statement).substr(place, end - place);
        const QString shown = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())).toHtmlEscaped();
        const bool isCall = end < statement.size() && statement[end] == '(';
        if (brackets == 0 && !isCall && site.find(name) != nullptr)
            rich += QStringLiteral("<a href=\"%1\" style=\"text-decoration:none; color:%2\">%1</a>")
                        .arg(shown, link.name());
        else
            rich += shown;
        place = end;
    }
    return rich;
}

QString formulaRichText(const Formula& formula, const SiteRecord& site, const QColor& link) {
    QString rich;
    for (const Statement& statement : formula.statements()) {
        if (!rich.isEmpty()) rich += QStringLiteral("<br>");
        rich += statementRichText(statement.source, site, link);
    }
    return rich;
}

}  // namespace attnscope
