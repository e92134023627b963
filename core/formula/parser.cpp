#include "formula/check.h"
#include "formula/expression_parser.h"
#include "formula/formula.h"
#include "formula/functions.h"
#include "formula/message.h"

#include <array>
#include <cassert>

namespace attnscope {

/// Parses a whole formula, line by line. The member functions for directives start behind the directive's word.
class FormulaParser {
public:
    FormulaParser(std::string_view source, std::string name) {
        m_formula.m_name = std::move(name);
        m_formula.m_source = source;
    }

    Result<Formula> run() {
        ATTN_TRY(TokenizedFormula tokenized, tokenize(m_formula.m_source, m_formula.m_name));
        m_formula.m_title = tokenized.title;
        TokenStream tokens(std::move(tokenized.tokens), m_formula.m_name);
        while (!tokens.at(TokenKind::End)) {
            if (tokens.at(TokenKind::Newline)) {
                tokens.take();
                continue;
            }
            ATTN_CHECK(line(tokens));
            if (!tokens.at(TokenKind::Newline) && !tokens.at(TokenKind::End))
                return tokens.failExpected("an operator or the end of the line");
        }
        if (!m_hasSite)
            return tokens.failAtToken(tokens.peek(),
                                      "the formula has no site; expected a line 'site score …, weights …, values …, "
                                      "output …'");
        ATTN_CHECK(checkFormula(m_formula));
        const auto index = normalisedIndex(m_formula);
        assert(index);  // checkFormula has made sure
        m_formula.m_site.normalisedIndex = *index;
        return std::move(m_formula);
    }

private:
    Status line(TokenStream& tokens) {
        ATTN_TRY(const Token first,
                 tokens.expectName("a directive (class, weights, input, parameter, site) or a name"));
        if (tokens.at("[") || tokens.at("=")) return statement(tokens, first);
        if (first.text == "class") return classes(tokens);
        if (first.text == "weights") return declarations(tokens, m_formula.m_weights, true);
        if (first.text == "input") return declarations(tokens, m_formula.m_inputs, false);
        if (first.text == "parameter") return parameters(tokens);
        if (first.text == "site") return site(tokens, first);
        if (!tokens.at(TokenKind::Name) && !tokens.at(TokenKind::String))
            return tokens.failExpected("'[' or '=' after '" + std::string(first.text) + "'");
        return tokens.failAtToken(
            first, "unknown directive '" + std::string(first.text) + "'" + suggestion(first.text, directiveNames()));
    }

    Status classes(TokenStream& tokens) {
        do {
            if (!tokens.at(TokenKind::Name) && !tokens.at(TokenKind::String))
                return tokens.failExpected("the name of a class");
            const Token name = tokens.take();
            if (trimmedEmpty(name)) return tokens.failAtToken(name, "the name of the class is empty");
            m_formula.m_classes.emplace_back(name.text);
        } while (tokens.accept(","));
        return {};
    }

    Status declarations(TokenStream& tokens, std::vector<Declaration>& list, bool areWeights) {
        do {
            ATTN_TRY(const Token name, newName(tokens));
            Declaration declaration;
            declaration.name = name.text;
            declaration.position = name.position;
            std::vector<Position> positions;
            if (tokens.accept("[")) ATTN_CHECK(tokens.indexList("]", declaration.indices, positions));
            if (tokens.at("?") && !areWeights)
                return tokens.failExpected("',' or the end of the line: only weights can be optional");
            declaration.optional = tokens.accept("?");
            if (areWeights) ATTN_CHECK(fileName(tokens, declaration));
            list.push_back(std::move(declaration));
        } while (tokens.accept(","));
        return {};
    }

    static Status fileName(TokenStream& tokens, Declaration& declaration) {
        declaration.fileName = declaration.name;
        if (!tokens.at(TokenKind::Name) || tokens.peek().text != "as") return {};
        tokens.take();
        if (!tokens.at(TokenKind::String)) return tokens.failExpected("the weight's name in a file, as in \"*_W\"");
        const Token pattern = tokens.take();
        if (trimmedEmpty(pattern)) return tokens.failAtToken(pattern, "the weight's name in a file is empty");
        declaration.fileName = pattern.text;
        return {};
    }

    Status parameters(TokenStream& tokens) {
        do {
            ATTN_TRY(const Token name, newName(tokens));
            ATTN_CHECK(tokens.expect("=", "after the parameter's name, as in epsilon = 1e-7"));
            const bool negative = tokens.accept("-");
            if (!tokens.at(TokenKind::Number)) return tokens.failExpected("a number");
            ATTN_TRY(const float value, parseNumber(tokens, tokens.take()));
            m_formula.m_parameters.push_back({std::string(name.text), negative ? -value : value, name.position});
        } while (tokens.accept(","));
        return {};
    }

    Status statement(TokenStream& tokens, const Token& name) {
        ATTN_CHECK(notReserved(tokens, name));
        Statement statement;
        statement.name = name.text;
        statement.position = name.position;
        std::vector<Position> positions;
        if (tokens.accept("[")) ATTN_CHECK(tokens.indexList("]", statement.indices, positions));
        ATTN_CHECK(tokens.expect("=", "after the left side"));
        ATTN_TRY(statement.expression, ExpressionParser(tokens).parse());
        statement.source = m_formula.m_source.substr(name.begin, tokens.previous().end - name.begin);
        m_formula.m_statements.push_back(std::move(statement));
        return {};
    }

    Status site(TokenStream& tokens, const Token& word) {
        if (m_hasSite) return tokens.failAtToken(word, "a second site; expected one line 'site …' in a formula");
        m_hasSite = true;
        SiteDeclaration& site = m_formula.m_site;
        site.position = word.position;
        const std::array<std::pair<std::string_view, std::string*>, 4> roles = {
            {{"score", &site.score}, {"weights", &site.weights}, {"values", &site.values}, {"output", &site.output}}};
        do {
            ATTN_TRY(const Token role, tokens.expectName("one of score, weights, values, output"));
            std::string* target = nullptr;
            for (const auto& [text, slot] : roles) {
                if (text == role.text) target = slot;
            }
            if (target == nullptr)
                return tokens.failAtToken(role, "unknown part '" + std::string(role.text) +
                                                    "' of a site; expected score, weights, values or output");
            if (!target->empty())
                return tokens.failAtToken(role, "the site's " + std::string(role.text) + " is given twice");
            ATTN_TRY(const Token value,
                     tokens.expectName("the name of the value that is the site's " + std::string(role.text)));
            *target = value.text;
        } while (tokens.accept(","));
        for (const auto& [text, slot] : roles) {
            if (slot->empty())
                return tokens.failAtToken(word, "the site has no " + std::string(text) +
                                                    "; expected 'site score …, weights …, values …, output …'");
        }
        return {};
    }

    static Result<Token> newName(TokenStream& tokens) {
        ATTN_TRY(Token name, tokens.expectName("a name"));
        ATTN_CHECK(notReserved(tokens, name));
        return name;
    }

    static Status notReserved(const TokenStream& tokens, const Token& name) {
        if (!functionKind(name.text) && !reductionKind(name.text)) return {};
        return tokens.failAtToken(name,
                                  "'" + std::string(name.text) + "' is a function; expected another name for a value");
    }

    static bool trimmedEmpty(const Token& token) {
        return token.text.find_first_not_of(" \t") == std::string_view::npos;
    }

    Formula m_formula;
    bool m_hasSite = false;
};

Result<Formula> Formula::parse(std::string_view source, std::string name) {
    return FormulaParser(source, std::move(name)).run();
}

}  // namespace attnscope
