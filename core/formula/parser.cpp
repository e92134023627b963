#include "base/text.h"
#include "formula/check.h"
#include "formula/expression_parser.h"
#include "formula/formula.h"
#include "formula/functions.h"
#include "formula/message.h"

#include <array>
#include <cassert>

namespace attnscope {

namespace {

const std::string configEntry = "an entry of the layer's config, as in \"units\"";

}  // namespace

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
        if (m_formula.m_outputs.empty()) {
            const SiteDeclaration& site = m_formula.m_site;
            m_formula.m_outputs.push_back({site.output, {}, {}, {}, false, site.position});
        }
        ATTN_CHECK(checkFormula(m_formula));
        const auto index = normalisedIndex(m_formula);
        assert(index);  // checkFormula has made sure
        m_formula.m_site.normalisedIndex = *index;
        return std::move(m_formula);
    }

private:
    Status line(TokenStream& tokens) {
        ATTN_TRY(const Token first,
                 tokens.expectName("a directive (" + joined(directiveNames(), ", ") + ") or a name"));
        if (tokens.at("[") || tokens.at("=")) return statement(tokens, first);
        if (first.text == "class") return classes(tokens);
        if (first.text == "weights") return declarations(tokens, m_formula.m_weights, true);
        if (first.text == "input") return declarations(tokens, m_formula.m_inputs, false);
        if (first.text == "parameter") return parameters(tokens);
        if (first.text == "function") return functions(tokens);
        if (first.text == "index") return indices(tokens);
        if (first.text == "output") return outputs(tokens);
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
            if (tokens.accept("[")) ATTN_CHECK(tokens.axisList(declaration.axes, declaration.indices));
            if (tokens.at("?") && !areWeights)
                return tokens.failExpected("',' or the end of the line: only weights can be optional");
            declaration.optional = tokens.accept("?");
            if (areWeights) {
                ATTN_TRY(declaration.fileName,
                         tokens.fileName(name.text, "the weight's name in a file, as in \"*_W\""));
            }
            list.push_back(std::move(declaration));
        } while (tokens.accept(","));
        return {};
    }

    Status parameters(TokenStream& tokens) {
        do {
            ParameterDeclaration parameter;
            ATTN_TRY(const Token name, newName(tokens));
            parameter.name = name.text;
            parameter.position = name.position;
            ATTN_TRY(parameter.fileName, tokens.fileName(name.text, configEntry));
            ATTN_CHECK(tokens.expect("=", "after the parameter's name, as in epsilon = 1e-7"));
            const bool negative = tokens.accept("-");
            if (!tokens.at(TokenKind::Number)) return tokens.failExpected("a number");
            ATTN_TRY(const float value, parseNumber(tokens, tokens.take()));
            parameter.value = negative ? -value : value;
            m_formula.m_parameters.push_back(std::move(parameter));
        } while (tokens.accept(","));
        return {};
    }

    Status functions(TokenStream& tokens) {
        do {
            FunctionDeclaration function;
            ATTN_TRY(const Token name, newName(tokens));
            function.name = name.text;
            function.position = name.position;
            ATTN_TRY(function.fileName, tokens.fileName(name.text, configEntry));
            function.function = linearFunction;
            if (tokens.accept("=")) {
                ATTN_TRY(const Token chosen, tokens.expectName("the name of a function"));
                if (!functionKind(chosen.text) && chosen.text != linearFunction)
                    return tokens.failAtToken(chosen, "'" + std::string(chosen.text) +
                                                          "' is not a function that works element by element" +
                                                          suggestion(chosen.text, elementwiseNames()));
                function.function = chosen.text;
            }
            m_formula.m_functions.push_back(std::move(function));
        } while (tokens.accept(","));
        return {};
    }

    Status indices(TokenStream& tokens) {
        do {
            IndexDeclaration index;
            ATTN_TRY(const Token name, tokens.expectName("an index letter"));
            index.index = name.text;
            index.position = name.position;
            ATTN_TRY(index.fileName, tokens.fileName("", configEntry));
            if (index.fileName.empty() && !tokens.at("="))
                return tokens.failExpected("how far the index runs, as in index h as \"heads\" or index h = 8");
            if (tokens.accept("=")) {
                if (!tokens.at(TokenKind::Number)) return tokens.failExpected("a whole number");
                ATTN_TRY(index.extent, parseWholeNumber(tokens, tokens.take()));
            }
            m_formula.m_indices.push_back(std::move(index));
        } while (tokens.accept(","));
        return {};
    }

    /// `c`, `a[t,1]`, `v with mask`, `a if return_attention`, `c if not return_sequences`
    Status outputs(TokenStream& tokens) {
        do {
            OutputDeclaration output;
            ATTN_TRY(const Token name, tokens.expectName("the name of a value that the layer gives"));
            output.name = name.text;
            output.position = name.position;
            std::vector<std::string> letters;
            if (tokens.accept("[")) ATTN_CHECK(tokens.axisList(output.axes, letters));
            if (acceptWord(tokens, "with")) {
                ATTN_TRY(const Token mask, tokens.expectName("mask, or the name of an input's mask as in x_mask"));
                output.mask = mask.text;
            }
            if (acceptWord(tokens, "if")) {
                output.unless = acceptWord(tokens, "not");
                if (!tokens.at(TokenKind::Name) && !tokens.at(TokenKind::String))
                    return tokens.failExpected("an entry of the layer's config");
                const Token flag = tokens.take();
                if (trimmedEmpty(flag)) return tokens.failAtToken(flag, "the entry of the config is empty");
                output.flag = flag.text;
            }
            m_formula.m_outputs.push_back(std::move(output));
        } while (tokens.accept(","));
        return {};
    }

    static bool acceptWord(TokenStream& tokens, std::string_view word) {
        if (!tokens.at(TokenKind::Name) || tokens.peek().text != word) return false;
        tokens.take();
        return true;
    }

    Status statement(TokenStream& tokens, const Token& name) {
        ATTN_CHECK(notReserved(tokens, name));
        Statement statement;
        statement.name = name.text;
        statement.position = name.position;
        std::vector<Position> positions;
        if (tokens.accept("[")) ATTN_CHECK(tokens.indexList("]", statement.indices, positions));
        ATTN_CHECK(tokens.expect("=", "after the left side"));
        ATTN_TRY(statement.expression, ExpressionParser(tokens, m_formula.m_functions).parse());
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
        if (!isReserved(name.text)) return {};
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
