#include "eval/evaluator.h"
#include "eval/fallback_backend.h"
#include "eval/open_backend.h"
#include "eval/vulkan_backend.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "support/random_tensor.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <chrono>
#include <thread>

using namespace attnscope;
using vulkan::DeviceFaults;

namespace {

/// tanh(x · W + b) → softmax with a mask → weighted sum, each step a named value.
struct Attention {
    std::shared_ptr<const Graph> graph;
    std::vector<ValueId> wanted;
    TensorPtr x;
};

Attention makeAttention(std::int64_t timesteps = 23) {
    GraphBuilder builder;
    const std::int64_t features = 7;
    const ValueId x = builder.input("x", {2, timesteps, features});
    builder.enterLayer("attention");
    const ValueId w = builder.constant("W", share(test::randomTensor({features, 1}, 1)));
    const ValueId b = builder.constant("b", share(test::randomTensor({timesteps, 1}, 2)));
    const ValueId mask = builder.batchedConstant("mask", share(Tensor({2, timesteps, 1}, 1.0F)));
    const ValueId product = *builder.add(std::make_shared<MatMul>(), {x, w});
    const ValueId sum = *builder.add(std::make_shared<Binary>(BinaryKind::Add), {product, b});
    const ValueId e = *builder.add(std::make_shared<Unary>(UnaryKind::Tanh), {sum}, "e");
    const ValueId a = *builder.add(std::make_shared<Softmax>(1), {e, mask}, "a");
    const ValueId weighed = *builder.add(std::make_shared<Binary>(BinaryKind::Multiply), {a, x});
    const ValueId c =
        *builder.add(std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{1}), {weighed}, "c");
    builder.output(c);
    return {std::make_shared<const Graph>(std::move(builder).build()),
            {e, a, c},
            share(test::randomTensor({2, timesteps, features}, 3))};
}

Edits masked() {
    Edits edits;
    edits.set("attention/mask", {5}, 0.0F);
    return edits;
}

/// What differs from what the CPU gives; empty if nothing does.
std::string difference(Evaluator& evaluator, const Attention& attention, const Edits& edits) {
    Evaluator reference(attention.graph, makeCpuBackend());
    const auto expected = reference.evaluate({attention.x}, edits, attention.wanted, {});
    const auto found = evaluator.evaluate({attention.x}, edits, attention.wanted, {});
    if (!expected || !found) return (expected ? found.error() : expected.error()).text();
    std::string differences;
    for (const ValueId id : attention.wanted)
        differences += test::difference(*found->values.at(id), *expected->values.at(id));
    return differences;
}

std::shared_ptr<Backend> withCpuBehind(const std::shared_ptr<vulkan::Device>& device) {
    return makeFallbackBackend(makeVulkanBackend(device), makeCpuBackend());
}

const DeviceChoice anyVulkan{DeviceChoice::Kind::Vulkan, std::nullopt};

}  // namespace

Q_DECLARE_METATYPE(DeviceFaults)

/// What can go wrong with a device goes wrong, one time after another: the CPU answers, and nothing is lost.
class FallbackTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        const std::string messages = m_devices.messages();
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void whenNothingGoesWrongTheDeviceAnswers() {
        const auto device = m_devices.open();
        const Attention attention = makeAttention();
        const auto backend = withCpuBehind(device);
        Evaluator evaluator(attention.graph, backend);
        for (const Edits& edits : {Edits(), masked(), Edits()})
            QCOMPARE(difference(evaluator, attention, edits), std::string());
        QCOMPARE(backend->remark(), std::string());
        QCOMPARE(backend->name(), "vulkan:" + std::to_string(device->info().index));
    }

    void anEditRunsOnlyWhatLiesDownstreamOnTheDeviceToo() {
        const auto device = m_devices.open();
        const Attention attention = makeAttention();
        Evaluator evaluator(attention.graph, withCpuBehind(device));
        QCOMPARE(evaluator.evaluate({attention.x}, {}, attention.wanted, {})->evaluatedOperations, std::size_t{6});
        QCOMPARE(evaluator.evaluate({attention.x}, masked(), attention.wanted, {})->evaluatedOperations,
                 std::size_t{3});
        QCOMPARE(evaluator.evaluate({attention.x}, {}, attention.wanted, {})->evaluatedOperations, std::size_t{0});
    }

    void whateverFailsTheNumbersAreRight_data() {
        QTest::addColumn<DeviceFaults>("faults");
        QTest::addColumn<bool>("forGood");
        for (int number = 1; number <= 12; ++number) {
            DeviceFaults lost;
            lost.submissionThatIsLost = number;
            QTest::addRow("lost at submission %d", number) << lost << true;
            DeviceFaults failed;
            failed.submissionThatFails = number;
            QTest::addRow("no memory at submission %d", number) << failed << false;
        }
        for (int number = 1; number <= 4; ++number) {
            DeviceFaults memory;
            memory.allocationThatFails = number;
            QTest::addRow("no memory from allocation %d on", number) << memory << false;
        }
        DeviceFaults shaders;
        shaders.noPipelines = true;
        QTest::newRow("shaders refused") << shaders << true;
    }
    void whateverFailsTheNumbersAreRight() {
        QFETCH(DeviceFaults, faults);
        QFETCH(bool, forGood);
        const auto device = m_devices.open(faults);
        const Attention attention = makeAttention();
        const auto backend = withCpuBehind(device);
        Evaluator evaluator(attention.graph, backend);
        std::string remarks;
        for (const Edits& edits : {Edits(), masked(), Edits(), masked()}) {
            QCOMPARE(difference(evaluator, attention, edits), std::string());
            remarks += backend->remark();
        }
        const bool happened = !remarks.empty();
        if (happened && forGood) QCOMPARE(backend->name(), std::string("cpu"));
        if (faults.submissionThatIsLost == 1 || faults.submissionThatFails == 1 || faults.allocationThatFails == 1 ||
            faults.noPipelines)
            QVERIFY(happened);
    }

    void aRunWithoutMemoryDoesNotBanishTheDevice() {
        DeviceFaults faults;
        faults.submissionThatFails = 1;
        const auto device = m_devices.open(faults);
        const Attention attention = makeAttention();
        const auto backend = withCpuBehind(device);
        Evaluator evaluator(attention.graph, backend);
        QCOMPARE(difference(evaluator, attention, {}), std::string());
        QVERIFY(backend->remark().find("out of memory") != std::string::npos);
        QCOMPARE(difference(evaluator, attention, masked()), std::string());
        QCOMPARE(backend->remark(), std::string());
        QVERIFY(backend->name().starts_with("vulkan"));
    }

    void aValueThatAShaderCannotHoldGoesToTheCpu() {
        const auto device = m_devices.open();
        // Too many axes for one kernel: those that stay do not become one, because every second one goes.
        GraphBuilder builder;
        const Shape shape(std::vector<std::int64_t>(14, 2));
        const ValueId x = builder.input("x", shape);
        const ValueId sum = *builder.add(
            std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{1, 3, 5, 7, 9, 11, 13}), {x});
        const auto graph = std::make_shared<const Graph>(std::move(builder).build());
        const TensorPtr input = share(test::randomTensor(shape, 5));
        const auto backend = withCpuBehind(device);
        const auto found = Evaluator(graph, backend).evaluate({input}, {}, {sum}, {});
        const auto expected = Evaluator(graph, makeCpuBackend()).evaluate({input}, {}, {sum}, {});
        QVERIFY(found && expected);
        QCOMPARE(test::difference(*found->values.at(sum), *expected->values.at(sum)), std::string());
        QVERIFY(!backend->remark().empty());
    }

    void cancellingLeavesNothingWrongBehind() {
        const auto device = m_devices.open();
        const Attention attention = makeAttention(1009);
        Evaluator evaluator(attention.graph, withCpuBehind(device));
        for (int round = 0; round < 10; ++round) {
            const CancelToken cancel;
            std::thread canceller([&] {
                std::this_thread::sleep_for(std::chrono::microseconds(300 * round));
                cancel.cancel();
            });
            Edits edits;
            edits.set("attention/mask", {round}, 0.0F);
            const auto result = evaluator.evaluate({attention.x}, edits, attention.wanted, cancel);
            canceller.join();
            if (!result) QCOMPARE(result.error().code, ErrorCode::Cancelled);
            QCOMPARE(difference(evaluator, attention, edits), std::string());
        }
    }

    void aDriverThatGivesNonsenseIsNotTaken() {
        DeviceFaults faults;
        faults.readBackThatIsNonsense = 1;
        const auto opened = openBackend(anyVulkan, test::vulkanOptions(faults));
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.find("wrong numbers") != std::string::npos, opened.error().message.c_str());
    }

    void aSoundDevicePassesTheSelfCheck() {
        const auto opened = openBackend(anyVulkan, test::vulkanOptions());
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        QVERIFY((*opened)->name().starts_with("vulkan:"));
    }

    void autoAlwaysGivesABackend() {
        for (const DeviceFaults& faults : {DeviceFaults(), DeviceFaults{.noLoader = true},
                                           DeviceFaults{.noQueue = true}, DeviceFaults{.noPipelines = true}}) {
            const auto opened = openBackend({}, test::vulkanOptions(faults));
            QVERIFY(opened);
            const Attention attention = makeAttention();
            Evaluator evaluator(attention.graph, *opened);
            QCOMPARE(difference(evaluator, attention, {}), std::string());
        }
    }

    void aChoiceOfDeviceIsRead() {
        QCOMPARE(parseDeviceChoice("auto")->kind, DeviceChoice::Kind::Auto);
        QCOMPARE(parseDeviceChoice("cpu")->kind, DeviceChoice::Kind::Cpu);
        QCOMPARE(parseDeviceChoice("vulkan")->kind, DeviceChoice::Kind::Vulkan);
        QVERIFY(!parseDeviceChoice("vulkan")->index);
        QCOMPARE(parseDeviceChoice("vulkan:12")->index, std::optional<std::size_t>(12));
        for (const char* wrong :
             {"", "gpu", "vulkan:", "vulkan:x", "vulkan:1x", "vulkan:-1", "vulkan:99999999999999999999"}) {
            const auto choice = parseDeviceChoice(wrong);
            QVERIFY2(!choice, wrong);
            QVERIFY(choice.error().message.find("vulkan:N expected") != std::string::npos);
        }
    }

private:
    test::VulkanDevices m_devices;
};

QTEST_GUILESS_MAIN(FallbackTest)
#include "fallback_test.moc"
