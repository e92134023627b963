#include "eval/evaluator.h"
#include "eval/fallback_backend.h"
#include "eval/vulkan_backend.h"
#include "ops/elementwise.h"
#include "support/random_tensor.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <thread>

using namespace attnscope;

namespace {

/// tanh(x) and its double: a small and a larger value.
struct Chain {
    std::shared_ptr<const Graph> graph;
    ValueId tanh;
    ValueId sum;
    TensorPtr x = share(test::randomTensor({1, 23, 29}, 1));
};

Chain makeChain() {
    Chain chain;
    GraphBuilder builder;
    const ValueId x = builder.input("x", {1, 23, 29});
    chain.tanh = *builder.add(std::make_shared<Unary>(UnaryKind::Tanh), {x}, "tanh");
    chain.sum = *builder.add(std::make_shared<Binary>(BinaryKind::Add), {chain.tanh, chain.tanh}, "sum");
    builder.output(chain.sum);
    chain.graph = std::make_shared<const Graph>(std::move(builder).build());
    return chain;
}

Evaluator leaving(const Chain& chain, std::shared_ptr<Backend> backend, std::size_t readAtOnce = 0) {
    return {chain.graph, std::move(backend), Evaluator::defaultMemory, readAtOnce};
}

std::string differenceFromCpu(const LazyTensor& found, const Chain& chain) {
    const auto expected = Evaluator(chain.graph, makeCpuBackend()).evaluate({chain.x}, {}, {chain.sum}, {});
    return test::difference(*found, *expected->values.at(chain.sum));
}

}  // namespace

class LazyTensorTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        const std::string messages = m_devices.messages();
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void aValueStaysOnTheDeviceUntilSomebodyLooks() {
        const auto device = m_devices.open();
        const Chain chain = makeChain();
        const auto found = leaving(chain, makeFallbackBackend(makeVulkanBackend(device), makeCpuBackend()))
                               .evaluate({chain.x}, {}, {chain.sum}, {});
        QVERIFY2(found, found ? "" : found.error().text().c_str());
        const LazyTensor& sum = found->values.at(chain.sum);
        const LazyTensor flat = sum.reshaped({23 * 29});
        QVERIFY(!sum.inMemory() && !flat.inMemory());
        QCOMPARE(sum.shape(), (Shape{1, 23, 29}));
        QVERIFY(sum.onDevice() && sum.onDevice()->device == device);
        QCOMPARE(differenceFromCpu(sum, chain), std::string());
        QVERIFY(sum.inMemory());
        QVERIFY(sum.onDevice());  // still there, for what works there
        QCOMPARE(flat->shape(), (Shape{23 * 29}));
        QVERIFY(std::ranges::equal(flat->data(), sum->data()));
    }

    void whatIsSmallIsBroughtBackAtOnce() {
        const auto device = m_devices.open();
        const Chain chain = makeChain();
        const std::size_t elements = 23 * 29;
        const auto small = leaving(chain, makeVulkanBackend(device), elements).evaluate({chain.x}, {}, {chain.sum}, {});
        QVERIFY(small && small->values.at(chain.sum).inMemory());
        const auto large =
            leaving(chain, makeVulkanBackend(device), elements - 1).evaluate({chain.x}, {}, {chain.sum}, {});
        QVERIFY(large && !large->values.at(chain.sum).inMemory());
    }

    void onTheCpuEverythingIsInMemory() {
        const Chain chain = makeChain();
        const auto found = leaving(chain, makeCpuBackend()).evaluate({chain.x}, {}, {chain.sum}, {});
        QVERIFY(found && found->values.at(chain.sum).inMemory() && !found->values.at(chain.sum).onDevice());
        QCOMPARE(found->values.at(chain.sum).stored(), StoredPtr());
    }

    void theNumbersOfALostDeviceAreComputedAgain() {
        vulkan::DeviceFaults faults;
        faults.submissionThatIsLost = 2;  // the evaluation is the first, the read-back the second
        const auto device = m_devices.open(faults);
        const Chain chain = makeChain();
        for (const bool fallback : {false, true}) {
            std::shared_ptr<Backend> backend = makeVulkanBackend(device);
            if (fallback) backend = makeFallbackBackend(backend, makeCpuBackend());
            const auto found = leaving(chain, backend).evaluate({chain.x}, {}, {chain.sum}, {});
            QVERIFY2(found || !fallback, found ? "" : found.error().text().c_str());
            if (found) QCOMPARE(differenceFromCpu(found->values.at(chain.sum), chain), std::string());
            if (found && fallback) QVERIFY(!found->values.at(chain.sum).onDevice());
            if (!fallback) QVERIFY(found && device->lost());
        }
    }

    void threadsShareOneReadBack() {
        const auto device = m_devices.open();
        const Chain chain = makeChain();
        const auto found = leaving(chain, makeVulkanBackend(device)).evaluate({chain.x}, {}, {chain.sum}, {});
        QVERIFY(found);
        const LazyTensor& sum = found->values.at(chain.sum);
        const Tensor* there = nullptr;
        std::thread other([&] { there = &*sum; });
        const Tensor* here = &*sum;
        other.join();
        QCOMPARE(there, here);
    }

private:
    test::VulkanDevices m_devices;
};

QTEST_GUILESS_MAIN(LazyTensorTest)
#include "lazy_tensor_test.moc"
