#include "eval/vulkan_backend.h"
#include "ops/matmul.h"
#include "support/random_tensor.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <vector>

using namespace attnscope;

Q_DECLARE_METATYPE(attnscope::Shape)

/// Products large enough for every size of tile, held against the CPU kernel: plain loops would take too long.
class TestVulkanMatMul : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void largeProductsAreThoseOfTheCpu_data();
    void largeProductsAreThoseOfTheCpu();
    void cleanup();

private:
    std::shared_ptr<vulkan::Device> m_device;
};

namespace {

Shape swapped(Shape shape) {
    std::swap(shape[shape.rank() - 2], shape[shape.rank() - 1]);
    return shape;
}

Result<TensorPtr> compute(Backend& backend, const MatMul& operation, const TensorPtr& a, const TensorPtr& b) {
    ATTN_TRY(const Shape shape, operation.inferShape(std::vector<Shape>{a->shape(), b->shape()}));
    const std::vector<Step> steps{{&operation, {0, 1}, 2, shape}};
    std::vector<StoredPtr> values(3);
    ATTN_TRY(values[0], backend.store(a));
    ATTN_TRY(values[1], backend.store(b));
    ATTN_CHECK(backend.run(steps, values, CancelToken()));
    return values[2]->read();
}

}  // namespace

void TestVulkanMatMul::initTestCase() {
    const auto device = test::vulkanDevice();
    QVERIFY2(device, device ? "" : device.error().text().c_str());
    m_device = *device;
}

void TestVulkanMatMul::largeProductsAreThoseOfTheCpu_data() {
    QTest::addColumn<Shape>("a");
    QTest::addColumn<Shape>("b");
    QTest::newRow("tiles of 128, cut at both ends") << Shape{32, 129, 37} << Shape{32, 37, 140};
    QTest::newRow("tiles of 128, whole") << Shape{32, 256, 32} << Shape{32, 32, 256};
    QTest::newRow("tiles of 128, one matrix for all") << Shape{64, 129, 5} << Shape{5, 140};
    QTest::newRow("tiles of 64, cut at both ends") << Shape{40, 65, 33} << Shape{40, 33, 70};
    QTest::newRow("tiles of 64, two leading axes") << Shape{4, 1, 65, 16} << Shape{4, 9, 16, 130};
    QTest::newRow("tiles of 32, deep") << Shape{33, 1009} << Shape{1009, 65};
    QTest::newRow("vector, rows") << Shape{5, 301, 1009} << Shape{1009, 1};
    QTest::newRow("vector, columns") << Shape{5, 1, 1009} << Shape{5, 1009, 301};
    QTest::newRow("vectors, one matrix for all") << Shape{7, 1, 129} << Shape{129, 40};
}

void TestVulkanMatMul::largeProductsAreThoseOfTheCpu() {
    QFETCH(Shape, a);
    QFETCH(Shape, b);
    const auto cpu = makeCpuBackend();
    const auto vulkan = makeVulkanBackend(m_device);
    for (const bool transposeA : {false, true}) {
        for (const bool transposeB : {false, true}) {
            const MatMul operation(transposeA, transposeB);
            const TensorPtr left = share(test::randomTensor(transposeA ? swapped(a) : a, 1));
            const TensorPtr right = share(test::randomTensor(transposeB ? swapped(b) : b, 2));
            const auto expected = compute(*cpu, operation, left, right);
            const auto found = compute(*vulkan, operation, left, right);
            QVERIFY2(expected && found, found ? "" : found.error().text().c_str());
            // Sums of a thousand products of both signs, in another order than the CPU's: their error is that of the
            // products, not of what is left of them.
            const std::string problem = test::difference(**found, **expected, {1e-4F, 1e-4F});
            const std::string which = std::string(transposeA ? "a " : "") + (transposeB ? "b " : "") + "transposed: ";
            QVERIFY2(problem.empty(), (which + problem).c_str());
        }
    }
}

void TestVulkanMatMul::cleanup() {
    QVERIFY2(test::validationText(*m_device).empty(), test::validationText(*m_device).c_str());
}

QTEST_GUILESS_MAIN(TestVulkanMatMul)
#include "test_vulkan_matmul.moc"
