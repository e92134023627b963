#include "eval/fallback_backend.h"
#include "eval/vulkan_backend.h"
#include "heatmap/vulkan_raster.h"
#include "ops/elementwise.h"
#include "support/random_tensor.h"
#include "support/vulkan_device.h"
#include "vulkan/recorder.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace attnscope;

namespace {

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Result<vulkan::BufferPtr> uploaded(const std::shared_ptr<vulkan::Device>& device, const Tensor& tensor) {
    const std::span<const std::byte> bytes = std::as_bytes(tensor.data());
    ATTN_TRY(const vulkan::BufferPtr staging,
             vulkan::Buffer::allocate(device, vulkan::MemoryUse::Upload, bytes.size()));
    std::memcpy(staging->mapped().data(), bytes.data(), bytes.size());
    ATTN_TRY(vulkan::BufferPtr buffer, vulkan::Buffer::allocate(device, vulkan::MemoryUse::Activations, bytes.size()));
    ATTN_TRY(vulkan::Recorder recorder, vulkan::Recorder::begin(device));
    recorder.copy(staging, buffer, bytes.size());
    ATTN_TRY(vulkan::Submission submission, std::move(recorder).submit());
    ATTN_CHECK(submission.wait(CancelToken()));
    return buffer;
}

/// What differs by more than a level, in words; empty if nothing does.
QString difference(const Image& actual, const Image& expected) {
    if (actual.width != expected.width || actual.height != expected.height ||
        actual.rgba.size() != expected.rgba.size())
        return QStringLiteral("the sizes differ");
    int worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < expected.rgba.size(); ++i) {
        // Whether there is anything at all is not a matter of levels.
        const int levels = std::abs(int{actual.rgba[i]} - int{expected.rgba[i]}) * (i % 4 == 3 ? 256 : 1);
        if (levels > worst) {
            worst = levels;
            where = i;
        }
    }
    if (worst <= 1) return {};
    const std::size_t width = static_cast<std::size_t>(expected.width);
    return QString("channel %1 of pixel (%2, %3) is %4, not %5")
        .arg(where % 4)
        .arg(where / 4 % width)
        .arg(where / 4 / width)
        .arg(actual.rgba[where])
        .arg(expected.rgba[where]);
}

struct View {
    QString name;
    Viewport viewport;
    int width;
    int height;
};

/// Fitted and square, large and tiny, zoomed in at several places, zoomed on one axis only, panned to the ends.
std::vector<View> views(const Tensor& matrix) {
    const glm::ivec2 cells(static_cast<int>(matrix.dim(1)), static_cast<int>(matrix.dim(0)));
    std::vector<View> list;
    const auto add = [&](const QString& name, int width, int height, Fit fit, auto change) {
        Viewport viewport(cells, {static_cast<float>(width), static_cast<float>(height)}, fit);
        change(viewport);
        list.push_back({name, viewport, width, height});
    };
    const auto unchanged = [](Viewport&) {};
    add("fitted", 321, 203, Fit::Stretch, unchanged);
    add("fitted, square cells", 200, 150, Fit::Square, unchanged);
    add("a pixel for each cell of one axis", cells.x, 37, Fit::Stretch, unchanged);
    add("a handful of pixels", 7, 3, Fit::Stretch, unchanged);
    add("one pixel", 1, 1, Fit::Stretch, unchanged);
    add("one row of pixels", 997, 1, Fit::Stretch, unchanged);
    add("zoomed in a little", 160, 90, Fit::Stretch, [](Viewport& view) { view.zoom({1.7F, 2.3F}, {31, 17}); });
    add("zoomed in a lot", 160, 90, Fit::Stretch, [](Viewport& view) { view.zoom({1e6F, 1e6F}, {53.5F, 71.25F}); });
    add("zoomed in a lot at the end", 160, 90, Fit::Stretch, [](Viewport& view) {
        view.zoom({1e6F, 1e6F}, {159.9F, 89.9F});
        view.pan({-37.7F, -11.1F});
    });
    add("zoomed in on one axis", 160, 90, Fit::Stretch, [](Viewport& view) { view.zoom({1.0F, 9.3F}, {80, 45}); });
    add("panned beside the data", 160, 90, Fit::Stretch, [](Viewport& view) {
        view.zoom({3.1F, 2.9F}, {80, 45});
        view.pan({1e6F, -1e6F});
    });
    return list;
}

}  // namespace

/// rasterizeOnDevice() against rasterize(), under the validation layers. Needs a Vulkan device, be it a software one:
/// without one it fails.
class TestVulkanRaster : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { m_device = m_devices.open(); }
    void cleanup() {
        const std::string messages = m_devices.messages();
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void everyViewGivesThePixelsOfTheProcessor_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        for (const auto& [rows, columns] : {std::pair{1, 1}, {1, 70}, {70, 1}, {128, 70}, {23, 25}, {2000, 2000}})
            QTest::addRow("%d x %d", rows, columns) << rows << columns;
    }
    void everyViewGivesThePixelsOfTheProcessor() {
        QFETCH(int, rows);
        QFETCH(int, columns);
        const Tensor matrix = test::randomTensor({rows, columns}, 11);
        compare(matrix, autoRange(matrix.data()), "viridis");
        compare(matrix, {-0.3F, 0.7F}, "magma");
        compare(matrix, {-2.0F, 2.0F}, "blue-orange");
    }

    void cellsThatAreNoNumbersLookTheSame() {
        Tensor matrix = test::randomTensor({128, 70}, 12);
        for (std::size_t i = 0; i < matrix.size(); i += 97) matrix[i] = notANumber;
        for (std::size_t i = 31; i < matrix.size(); i += 211) matrix[i] = infinity;
        for (std::size_t i = 64; i < matrix.size(); i += 307) matrix[i] = -infinity;
        for (const char* map : {"cividis", "blue-orange"}) compare(matrix, {-2.0F, 2.0F}, map);
        compare(Tensor({3, 5}, notANumber), {}, "grey");
        compare(Tensor({300, 5}, -infinity), {}, "grey");
    }

    void ofTwoEquallyFarCellsTheFirstIsSeen() {
        // Only ±1: each pixel shows the sign of its first cell, whoever of a team comes upon it.
        Tensor matrix = test::randomTensor({211, 307}, 13);
        for (float& value : matrix.data()) value = value < 0.0F ? -1.0F : 1.0F;
        compare(matrix, {-1.0F, 1.0F}, "blue-orange");
    }

    void aSinglePeakAmongManyCellsIsSeen() {
        Tensor matrix({2000, 2000}, 0.25F);
        matrix[1234567] = 1.0F;
        compare(matrix, {0.0F, 1.0F}, "viridis");
        matrix[1234567] = notANumber;
        compare(matrix, {0.0F, 1.0F}, "viridis");
    }

    void awkwardRangesGiveTheSameColours() {
        const Tensor matrix = test::randomTensor({50, 60}, 14, -1.0F, 1.0F);
        compare(matrix, {0.25F, 0.25F}, "viridis");  // a single value
        compare(Tensor({4, 9}, 0.5F), {0.5F, 0.5F}, "viridis");
        Tensor huge = matrix;
        for (float& value : huge.data()) value *= 3.4e38F;
        compare(huge, {-3.4e38F, 3.4e38F}, "viridis");
        compare(huge, {-1.0F, 1.0F}, "blue-orange");
        Tensor tiny = matrix;
        for (float& value : tiny.data()) value *= 1e-30F;
        compare(tiny, {-1e-30F, 1e-30F}, "viridis");
        // Near-uniform weights: the whole range is a few roundings wide.
        Tensor uniform = matrix;
        for (float& value : uniform.data()) value = 0.3F + value * 1e-6F;
        compare(uniform, autoRange(uniform.data()), "viridis");
        compare(uniform, symmetricRange(uniform.data()), "blue-orange");
    }

    void everyColourMapIsTheSame() {
        Tensor ramp({1, 1021});
        for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i) / 1020.0F;
        for (const ColorMap& map : colorMaps()) compare(ramp, {}, map.name.c_str());
    }

    void aSliceOfATensorIsSeenEitherWayRound() {
        const Tensor tensor = test::randomTensor({3, 23, 25}, 15);
        const Result<vulkan::BufferPtr> buffer = uploaded(m_device, tensor);
        QVERIFY(buffer);
        Tensor slice({23, 25});
        Tensor transposed({25, 23});
        for (std::size_t row = 0; row < 23; ++row) {
            for (std::size_t column = 0; column < 25; ++column) {
                slice[row * 25 + column] = tensor[(2 * 23 + row) * 25 + column];
                transposed[column * 23 + row] = slice[row * 25 + column];
            }
        }
        compare(slice, {*buffer, 2 * 23 * 25, 23, 25, 25, 1}, {-2.0F, 2.0F}, "viridis");
        compare(transposed, {*buffer, 2 * 23 * 25, 25, 23, 1, 25}, {-2.0F, 2.0F}, "viridis");
    }

    void whatABackendComputedIsSeenWhereItLies() {
        const auto fallback = makeFallbackBackend(makeVulkanBackend(m_device), makeCpuBackend());
        for (const auto& backend : {makeVulkanBackend(m_device), fallback}) {
            const Unary tanh(UnaryKind::Tanh);
            const Step step{&tanh, {0}, 1, {23, 25}};
            std::vector<StoredPtr> table(2);
            table[0] = backend->store(share(test::randomTensor({23, 25}, 16))).value();
            const Status status = backend->run(std::span(&step, 1), table, CancelToken());
            QVERIFY2(status, status ? "" : status.error().text().c_str());
            const std::optional<DevicePlace> place = table[1]->onDevice();
            QVERIFY(place && place->device == m_device);
            const TensorPtr read = table[1]->read().value();
            compare(*read, {place->buffer, 0, 23, 25, 25, 1}, {-1.0F, 1.0F}, "blue-orange");
        }
        const StoredPtr inMemory = makeCpuBackend()->store(share(Tensor({1, 1}, 1.0F))).value();
        QVERIFY(!inMemory->onDevice());
    }

    void anImageWithoutPixelsIsEmpty() {
        const Tensor matrix({2, 3}, 1.0F);
        const Result<vulkan::BufferPtr> buffer = uploaded(m_device, matrix);
        QVERIFY(buffer);
        const Result<Image> image = rasterizeOnDevice(m_device, {*buffer, 0, 2, 3, 3, 1}, {}, *findColorMap("grey"),
                                                      Viewport({3, 2}, {9, 9}), 0, 9, Aggregation::Max, CancelToken());
        QVERIFY(image);
        QCOMPARE(image->height, 9);
        QVERIFY(image->rgba.empty());
    }

    void aDeviceThatIsLostOrRefusesIsAnError() {
        for (const bool lost : {true, false}) {
            vulkan::DeviceFaults faults;
            faults.submissionThatIsLost = lost ? 2 : 0;
            faults.noPipelines = !lost;
            const auto device = m_devices.open(faults);
            const Result<vulkan::BufferPtr> buffer = uploaded(device, Tensor({2, 3}, 1.0F));
            QVERIFY2(buffer, buffer ? "" : buffer.error().text().c_str());
            const Result<Image> image =
                rasterizeOnDevice(device, {*buffer, 0, 2, 3, 3, 1}, {}, *findColorMap("grey"), Viewport({3, 2}, {9, 9}),
                                  9, 9, Aggregation::Max, CancelToken());
            QVERIFY(!image);
            QVERIFY(image.error().code == (lost ? ErrorCode::DeviceLost : ErrorCode::Device));
        }
    }

private:
    void compare(const Tensor& matrix, const DeviceMatrix& onDevice, const Range& range, const char* mapName) {
        const ColorMap& map = *findColorMap(mapName);
        for (const View& view : views(matrix)) {
            for (const Aggregation aggregation : {Aggregation::Max, Aggregation::Mean}) {
                const Image expected =
                    rasterize(matrix, range, map, view.viewport, view.width, view.height, aggregation);
                const Result<Image> actual = rasterizeOnDevice(m_device, onDevice, range, map, view.viewport,
                                                               view.width, view.height, aggregation, CancelToken());
                QVERIFY2(actual, actual ? "" : actual.error().text().c_str());
                const QString problem = difference(*actual, expected);
                QVERIFY2(problem.isEmpty(),
                         qPrintable(QString("%1, %2, %3, %4 to %5, %6: %7")
                                        .arg(QString::fromStdString(matrix.shape().text()), view.name, mapName)
                                        .arg(static_cast<double>(range.low))
                                        .arg(static_cast<double>(range.high))
                                        .arg(aggregation == Aggregation::Max ? "max" : "mean", problem)));
            }
        }
    }
    void compare(const Tensor& matrix, const Range& range, const char* mapName) {
        const Result<vulkan::BufferPtr> buffer = uploaded(m_device, matrix);
        QVERIFY2(buffer, buffer ? "" : buffer.error().text().c_str());
        compare(matrix, {*buffer, 0, matrix.dim(0), matrix.dim(1), matrix.dim(1), 1}, range, mapName);
    }

    test::VulkanDevices m_devices;
    std::shared_ptr<vulkan::Device> m_device;
};

QTEST_GUILESS_MAIN(TestVulkanRaster)
#include "test_vulkan_raster.moc"
