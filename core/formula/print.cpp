#include "formula/print.h"

#include "base/text.h"
#include "formula/functions.h"

#include <algorithm>

namespace attnscope {

namespace {

// How tightly a form binds; the grammar of ExpressionParser, from loosest to tightest.
enum Binding { Comparison = 1, Sum, Product, Sign, Power, Primary };

Binding bindingOf(const Expression& expression) {
    if (const auto* call = std::get_if<CallExpression>(&expression.node))
        return call->function == negateFunction ? Sign : Primary;
    const auto* binary = std::get_if<BinaryExpression>(&expression.node);
    if (binary == nullptr) return Primary;
    if (binary->op == "^") return Power;
    if (binary->op == "+" || binary->op == "-") return Sum;
    return binary->op == "*" || binary->op == "/" ? Product : Comparison;
}

std::string printed(const Expression& expression, Binding atLeast) {
    std::string text = printExpression(expression);
    return bindingOf(expression) < atLeast ? "(" + text + ")" : text;
}

std::string printBinary(const BinaryExpression& binary, Binding binding) {
    // + - * / group from the left, ^ from the right, comparisons not at all; an exponent may have a sign.
    const Binding left = binding == Power ? Primary : binding == Comparison ? Sum : binding;
    const Binding right = binding == Comparison ? Sum : binding == Sum ? Product : Sign;
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

/// ` as "*_W"`, or nothing where that is the item's own name.
std::string printFileName(const std::string& name, const std::string& fileName) {
    return fileName.empty() || fileName == name ? "" : " as " + quotedText(fileName);
}

std::string printDeclaration(const Declaration& declaration) {
    return declaration.name + printAxes(declaration.axes) + (declaration.optional ? "?" : "") +
           printFileName(declaration.name, declaration.fileName);
}

std::string printOutput(const OutputDeclaration& output) {
    std::string text = output.name + printAxes(output.axes);
    if (!output.mask.empty()) text += " with " + output.mask;
    if (output.flag.empty()) return text;
    const bool asName = isName(output.flag) && output.flag != "not";
    return text + (output.unless ? " if not " : " if ") + (asName ? output.flag : quotedText(output.flag));
}

void printDeclarations(std::string& text, const Formula& formula) {
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
        items.push_back(parameter.name + printFileName(parameter.name, parameter.fileName) + " = " +
                        floatText(parameter.value));
    printLine(text, "parameter", items);
    items.clear();
    for (const FunctionDeclaration& function : formula.functions())
        items.push_back(function.name + printFileName(function.name, function.fileName) +
                        (function.function == linearFunction ? "" : " = " + function.function));
    printLine(text, "function", items);
    items.clear();
    for (const IndexDeclaration& index : formula.indices())
        items.push_back(index.index + printFileName("", index.fileName) +
                        (index.extent ? " = " + std::to_string(*index.extent) : ""));
    printLine(text, "index", items);
}

}  // namespace

std::string printAxes(const TensorAxes& axes) {
    std::vector<std::string> items;
    for (const std::vector<std::string>& axis : axes)
        items.push_back(axis.empty() ? "1" : axis.size() == 1 ? axis.front() : "(" + joined(axis, ",") + ")");
    return items.empty() ? "" : "[" + joined(items, ",") + "]";
}

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
    if (const auto* index = std::get_if<IndexExpression>(&expression.node))
        return std::string(indexFunctionName(index->function)) + "(" + index->index + ")";
    const auto& reduction = std::get<ReductionExpression>(expression.node);
    return std::string(reductionName(reduction.kind)) + "(" + joined(reduction.indices, ",") + ": " +
           printExpression(*reduction.argument) + ")";
}

std::string printFormula(const Formula& formula) {
    std::string text;
    if (!formula.title().empty()) text += "# " + formula.title() + "\n";

    printDeclarations(text, formula);
    for (const Statement& statement : formula.statements())
        text += indexed(statement.name, statement.indices) + " = " + printExpression(*statement.expression) + "\n";

    const SiteDeclaration& site = formula.site();
    std::vector<std::string> outputs;
    for (const OutputDeclaration& output : formula.outputs()) outputs.push_back(printOutput(output));
    if (outputs != std::vector{site.output}) printLine(text, "output", outputs);
    printLine(text, "site",
              {"score " + site.score, "weights " + site.weights, "values " + site.values, "output " + site.output});
    return text;
}

}  // namespace attnscope
