#include "eval/vulkan_backend.h"
#include "support/operation_cases.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <algorithm>

using namespace attnscope;
using attnscope::test::OperationCase;

/// Runs the table of tests/support/operation_cases.h on the compute shaders, under the validation layers. Needs a
/// Vulkan device, be it a software one: without one it fails.
class TestVulkanTwins : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyTwinGivesTheExpectedNumbers_data();
    void everyTwinGivesTheExpectedNumbers();
    void cleanup();

private:
    std::vector<OperationCase> m_cases = test::operationCases();
    std::shared_ptr<vulkan::Device> m_device;
    std::shared_ptr<Backend> m_backend;
};

namespace {

Result<TensorPtr> runOnce(Backend& backend, const OperationCase& oneCase) {
    std::vector<StoredPtr> table;
    Step step{oneCase.operation.get(), {}, oneCase.inputs.size(), oneCase.expected.shape()};
    for (const Tensor& input : oneCase.inputs) {
        step.inputs.push_back(table.size());
        ATTN_TRY(StoredPtr stored, backend.store(share(input)));
        table.push_back(std::move(stored));
    }
    table.emplace_back();
    ATTN_CHECK(backend.run(std::span(&step, 1), table, CancelToken()));
    return table.back()->read();
}

}  // namespace

void TestVulkanTwins::initTestCase() {
    const auto device = test::vulkanDevice();
    QVERIFY2(device, device ? "" : device.error().text().c_str());
    m_device = *device;
    m_backend = makeVulkanBackend(m_device);
}

void TestVulkanTwins::everyTwinGivesTheExpectedNumbers_data() {
    QTest::addColumn<QString>("operation");
    std::vector<std::string> names;
    for (const OperationCase& oneCase : m_cases) {
        const std::string name(oneCase.operation->name());
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    for (const std::string& name : names) QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestVulkanTwins::everyTwinGivesTheExpectedNumbers() {
    QFETCH(QString, operation);
    QStringList failures;
    for (const OperationCase& oneCase : m_cases) {
        if (oneCase.operation->name() != operation.toStdString()) continue;
        const Result<TensorPtr> output = runOnce(*m_backend, oneCase);
        const std::string problem =
            output ? test::difference(**output, oneCase.expected, oneCase.tolerance) : output.error().text();
        if (!problem.empty()) failures << QString::fromStdString(oneCase.name + ": " + problem);
    }
    QVERIFY2(failures.isEmpty(), qPrintable(QLatin1Char('\n') + failures.join(QLatin1Char('\n'))));
}

void TestVulkanTwins::cleanup() {
    for (const std::string& message : m_device->validationMessages()) QFAIL(message.c_str());
}

QTEST_GUILESS_MAIN(TestVulkanTwins)
#include "test_vulkan_twins.moc"
