#include "support/operation_cases.h"
#include "support/run_operation.h"

#include <QtTest>

#include <cxxabi.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <typeinfo>

using namespace attnscope;
using attnscope::test::OperationCase;

/// Runs the table of tests/support/operation_cases.h on the CPU kernels.
class TestOperations : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { m_cases = test::operationCases(); }
    void everyShapeRuleGivesTheExpectedShape();
    void everyKernelGivesTheExpectedNumbers();
    void everyOperationClassIsInTheTable();
    void namesOfCasesAreUnique();

private:
    std::vector<OperationCase> m_cases;
};

namespace {

std::vector<Shape> shapesOf(const OperationCase& oneCase) {
    std::vector<Shape> shapes;
    for (const Tensor& input : oneCase.inputs) shapes.push_back(input.shape());
    return shapes;
}

/// `MatMul` of an attnscope::MatMul.
std::string className(const Operation& operation) {
    int status = 0;
    char* demangled = abi::__cxa_demangle(typeid(operation).name(), nullptr, nullptr, &status);
    const std::string name = status == 0 ? demangled : "";
    std::free(demangled);
    return name.substr(name.rfind(':') + 1);
}

/// The operations that the headers of core/ops declare.
std::set<std::string> declaredOperations() {
    std::set<std::string> names;
    const std::regex declaration("class (\\w+) final : public Operation");
    const QDir folder(QStringLiteral(ATTNSCOPE_SOURCE_DIR "/core/ops"));
    for (const QString& header : folder.entryList({QStringLiteral("*.h")}, QDir::Files)) {
        std::ifstream file(folder.filePath(header).toStdString());
        for (std::string line; std::getline(file, line);)
            if (std::smatch match; std::regex_search(line, match, declaration)) names.insert(match[1]);
    }
    return names;
}

}  // namespace

void TestOperations::everyShapeRuleGivesTheExpectedShape() {
    for (const OperationCase& oneCase : m_cases) {
        const Result<Shape> shape = oneCase.operation->inferShape(shapesOf(oneCase));
        QVERIFY2(shape.has_value(), (oneCase.name + ": " + (shape ? "" : shape.error().text())).c_str());
        QVERIFY2(*shape == oneCase.expected.shape(),
                 (oneCase.name + ": " + shape->text() + ", expected " + oneCase.expected.shape().text()).c_str());
    }
}

void TestOperations::everyKernelGivesTheExpectedNumbers() {
    QStringList failures;
    for (const OperationCase& oneCase : m_cases) {
        const Result<Tensor> output = test::runOperation(*oneCase.operation, oneCase.inputs);
        const std::string problem =
            output ? test::difference(*output, oneCase.expected, oneCase.tolerance) : output.error().text();
        if (!problem.empty()) failures << QString::fromStdString(oneCase.name + ": " + problem);
    }
    QVERIFY2(failures.isEmpty(), qPrintable(QLatin1Char('\n') + failures.join(QLatin1Char('\n'))));
}

void TestOperations::everyOperationClassIsInTheTable() {
    std::set<std::string> tested;
    for (const OperationCase& oneCase : m_cases) tested.insert(className(*oneCase.operation));
    const std::set<std::string> declared = declaredOperations();
    QVERIFY(declared.contains("MatMul"));
    for (const std::string& name : declared)
        QVERIFY2(tested.contains(name), (name + " has no case in tests/support/*_cases.cpp").c_str());
}

void TestOperations::namesOfCasesAreUnique() {
    std::set<std::string> names;
    for (const OperationCase& oneCase : m_cases)
        QVERIFY2(names.insert(oneCase.name).second, (oneCase.name + " appears twice").c_str());
}

QTEST_GUILESS_MAIN(TestOperations)
#include "test_operations.moc"
