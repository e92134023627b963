#include "eval/vulkan_backend.h"
#include "ops/gather.h"
#include "support/operation_cases.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <algorithm>
#include <limits>
#include <set>

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
    void reductionsDoWithoutSubgroups();
    void anIdThatTheTableDoesNotHaveIsRefusedAsOnTheCpu_data();
    void anIdThatTheTableDoesNotHaveIsRefusedAsOnTheCpu();
    void cleanup();

private:
    /// One line for each case that does not give the expected numbers, of the operations with one of these names.
    [[nodiscard]] QStringList failures(Backend& backend, const std::set<std::string_view>& operations) const;

    std::vector<OperationCase> m_cases = test::operationCases();
    std::shared_ptr<vulkan::Device> m_device;
    std::shared_ptr<vulkan::Device> m_deviceWithoutShuffles;
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
    vulkan::DeviceFaults faults;
    faults.noShuffles = true;
    const auto other = test::vulkanDevice(faults);
    QVERIFY2(other, other ? "" : other.error().text().c_str());
    m_deviceWithoutShuffles = *other;
}

QStringList TestVulkanTwins::failures(Backend& backend, const std::set<std::string_view>& operations) const {
    QStringList lines;
    std::set<std::string_view> missing = operations;
    for (const OperationCase& oneCase : m_cases) {
        if (!operations.contains(oneCase.operation->name())) continue;
        missing.erase(oneCase.operation->name());
        const Result<TensorPtr> output = runOnce(backend, oneCase);
        const std::string problem =
            output ? test::difference(**output, oneCase.expected, oneCase.tolerance) : output.error().text();
        if (!problem.empty()) lines << QString::fromStdString(oneCase.name + ": " + problem);
    }
    for (const std::string_view name : missing) lines << QString::fromStdString(std::string(name) + " has no case");
    return lines;
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
    const std::string name = operation.toStdString();
    const QStringList lines = failures(*m_backend, {name});
    QVERIFY2(lines.isEmpty(), qPrintable(QLatin1Char('\n') + lines.join(QLatin1Char('\n'))));
}

void TestVulkanTwins::reductionsDoWithoutSubgroups() {
    const auto backend = makeVulkanBackend(m_deviceWithoutShuffles);
    const QStringList lines = failures(*backend, {"reduce_sum", "reduce_mean", "reduce_max", "reduce_min",
                                                  "reduce_product", "softmax", "standardize"});
    QVERIFY2(lines.isEmpty(), qPrintable(QLatin1Char('\n') + lines.join(QLatin1Char('\n'))));
}

void TestVulkanTwins::anIdThatTheTableDoesNotHaveIsRefusedAsOnTheCpu_data() {
    QTest::addColumn<float>("id");
    QTest::newRow("beyond") << 7.0F;
    QTest::newRow("negative") << -1.0F;
    QTest::newRow("no whole number") << 2.5F;
    QTest::newRow("no number") << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("infinite") << std::numeric_limits<float>::infinity();
}

void TestVulkanTwins::anIdThatTheTableDoesNotHaveIsRefusedAsOnTheCpu() {
    QFETCH(float, id);
    Tensor ids({2, 3}, 1.0F);
    ids[4] = id;
    const OperationCase oneCase{
        "gather", std::make_shared<Gather>(), {Tensor({7, 5}, 1.0F), ids}, Tensor({2, 3, 5}), {}};
    const Result<TensorPtr> onGpu = runOnce(*m_backend, oneCase);
    const Result<TensorPtr> onCpu = runOnce(*makeCpuBackend(), oneCase);
    QVERIFY(!onGpu && !onCpu);
    QCOMPARE(onGpu.error().text(), onCpu.error().text());
    QVERIFY(onGpu.error().code == ErrorCode::InvalidInput);
}

void TestVulkanTwins::cleanup() {
    for (const auto& device : {m_device, m_deviceWithoutShuffles})
        for (const std::string& message : device->validationMessages()) QFAIL(message.c_str());
}

QTEST_GUILESS_MAIN(TestVulkanTwins)
#include "test_vulkan_twins.moc"
