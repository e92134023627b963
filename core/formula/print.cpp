#include "formula/print.h"

#include "base/text.h"
#include "formula/functions.h"

#include <algorithm>

namespace attnscope {

namespace {

// How tightly a form binds; the grammar of ExpressionParser, from loosest to tightest.
enum Binding { Sum = 1, Product, Sign, Power, Primary };

Binding bindingOf(const Expression& expression) {
    if (const auto* call = std::get_if<CallExpression>(&expression.node))
        return call->function == negateFunction ? Sign : Primary;
    const auto* binary = std::get_if<BinaryExpression>(&expression.node);
    if (binary == nullptr) return Primary;
    if (binary->op == '^') return Power;
    return binary->op == '+' || binary->op == '-' ? Sum : Product;
}

std::string printed(const Expression& expression, Binding atLeast) {
    std::string text = printExpression(expression);
    return bindingOf(expression) < atLeast ? "(" + text + ")" : text;
}

std::string printBinary(const BinaryExpression& binary, Binding binding) {
    // + - * / group from the left, ^ from the right; an exponent may have a sign.
    const Binding left = binding == Power ? Primary : binding;
    const Binding right = binding == Power ? Sign : binding == Sum ? Product : Sign;
    const std::string space = binding == Power ? "" : " ";
    return printed(*binary.left, left) + space + binary.op + space + printed(*binary.right, right);
}

std::string indexed(const std::string& name, const std::vector<std::string>& indices) {
    return indices.empty() ? name : name + "[" + joined(indices, ",") + "]";
}

std::string quotedText(const std::string& text) {
    return "\"" + text + "\"";
}

bool isName(const std::string& text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto inside = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return letter(text.front()) && std::ranges::all_of(text, inside);
}

void printLine(std::string& text, std::string_view directive, const std::vector<std::string>& items) {
    if (items.empty()) return;
    text += std::string(directive) + " " + joined(items, ", ") + "\n";
}

std::string printDeclaration(const Declaration& declaration) {
    std::string text = indexed(declaration.name, declaration.indices);
    if (declaration.optional) text += "?";
    if (!declaration.fileName.empty() && declaration.fileName != declaration.name)
        text += " as " + quotedText(declaration.fileName);
    return text;
}

}  // namespace

std::string printExpression(const Expression& expression) {
    if (const auto* number = std::get_if<NumberExpression>(&expression.node)) return floatText(number->value);
    if (const auto* reference = std::get_if<ReferenceExpression>(&expression.node))
        return indexed(reference->name, reference->indices);
    if (const auto* binary = std::get_if<BinaryExpression>(&expression.node))
        return printBinary(*binary, bindingOf(expression));
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) {
        if (call->function == negateFunction) return "-" + printed(*call->argument, Sign);
        return call->function + "(" + printExpression(*call->argument) + ")";
    }
    const auto& reduction = std::get<ReductionExpression>(expression.node);
    return std::string(reductionName(reduction.kind)) + "(" + joined(reduction.indices, ",") + ": " +
           printExpression(*reduction.argument) + ")";
}

std::string printFormula(const Formula& formula) {
    std::string text;
    if (!formula.title().empty()) text += "# " + formula.title() + "\n";

    std::vector<std::string> items;
    for (const std::string& name : formula.classes()) items.push_back(isName(name) ? name : quotedText(name));
    printLine(text, "class", items);
    items.clear();
    for (const Declaration& weight : formula.weights()) items.push_back(printDeclaration(weight));
    printLine(text, "weights", items);
    items.clear();
    for (const Declaration& input : formula.inputs()) items.push_back(printDeclaration(input));
    printLine(text, "input", items);
    items.clear();
    for (const ParameterDeclaration& parameter : formula.parameters())
        items.push_back(parameter.name + " = " + floatText(parameter.value));
    printLine(text, "parameter", items);

    for (const Statement& statement : formula.statements())
        text += indexed(statement.name, statement.indices) + " = " + printExpression(*statement.expression) + "\n";

    const SiteDeclaration& site = formula.site();
    printLine(text, "site",
              {"score " + site.score, "weights " + site.weights, "values " + site.values, "output " + site.output});
    return text;
}

}  // namespace attnscope
