#include "shaders/shader.h"
#include "support/vulkan_device.h"
#include "vulkan/recorder.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

using namespace attnscope;
using namespace attnscope::vulkan;

namespace {

constexpr std::uint32_t count = 1000;
constexpr std::uint64_t size = count * sizeof(float);

/// Of shaders/elementwise.comp: one axis, read element by element.
struct Push {
    std::array<std::uint32_t, 5> countAndExtents{count};
    std::array<std::int32_t, 20> strides{1};
    std::array<std::int32_t, 5> offsets{};
};
constexpr std::size_t inputs = 5;
constexpr std::size_t outputs = 4;

std::span<const std::byte> bytesOf(const Push& push) {
    return std::as_bytes(std::span(&push, 1));
}

/// A chain of one step of shaders/elementwise.comp: y = −x.
Kernel negation() {
    constexpr std::uint32_t negate = 1;
    constexpr std::uint32_t toOutput0 = 1U << 18U;
    std::vector<std::uint32_t> constants(20, 0);
    constants[0] = 64;
    constants[1] = constants[2] = constants[3] = 1;  // axes, inputs, steps
    constants[4] = negate | toOutput0;
    return {"elementwise", findShader("elementwise"), std::move(constants), inputs + outputs, sizeof(Push)};
}

/// One input and one output, which stand for all others too.
std::array<Binding, inputs + outputs> bindingsOf(const Binding& input, const Binding& output) {
    std::array<Binding, inputs + outputs> bindings;
    bindings.fill(output);
    std::fill_n(bindings.begin(), inputs, input);
    return bindings;
}

Groups groups() {
    return {(count + 63) / 64, 1, 1};
}

}  // namespace

/// The room on whatever device there is, under the validation layers. Without a device it fails.
class VulkanDeviceTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        const auto device = test::vulkanDevice();
        QVERIFY2(device, device ? "" : device.error().text().c_str());
        m_device = *device;
    }
    void cleanup() {
        if (m_device && !m_messagesExpected)
            QVERIFY2(test::validationText(*m_device).empty(), test::validationText(*m_device).c_str());
        m_messagesExpected = false;
        m_device.reset();
    }

    void theDeviceDescribesItself() {
        const DeviceInfo& info = m_device->info();
        QVERIFY(!info.name.empty() && info.unusable.empty());
        QVERIFY(info.memoryBytes > 0 && info.maxBufferBytes >= std::uint64_t{1} << 27U);
        QVERIFY(info.maxWorkgroupSize >= 128 && info.maxSharedBytes >= 16384 && info.subgroupSize >= 1);
        QVERIFY(m_device->memory().available > 0);
        const auto devices = listDevices();
        QVERIFY(devices && devices->size() > info.index);
        QCOMPARE((*devices)[info.index].name, info.name);
    }

    void aChainOfDispatchesRunsInOrder() {
        const BufferPtr a = buffer(MemoryUse::Activations);
        const BufferPtr b = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        recorder.copy(uploaded(1.5F), a, size);
        for (int round = 0; round < 101; ++round) {
            QVERIFY(dispatch(recorder, a, b));
            recorder.copy(b, a, size);
        }
        QCOMPARE(readBack(std::move(recorder), a), -1.5F);
    }

    /// The other tests rely on it: a mistake is seen, and seen by cleanup().
    void aMissingBarrierIsReported() {
        const BufferPtr a = buffer(MemoryUse::Activations);
        const BufferPtr b = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        recorder.copy(uploaded(1.5F), a, size);
        // They say that they only read what they write.
        const auto there = bindingsOf({a, false}, {b, false});
        const auto back = bindingsOf({b, false}, {a, false});
        QVERIFY(recorder.dispatch(negation(), there, bytesOf(Push{}), groups()));
        QVERIFY(recorder.dispatch(negation(), back, bytesOf(Push{}), groups()));
        auto submission = std::move(recorder).submit();
        QVERIFY(submission && submission->wait({}));
        m_messagesExpected = true;
        const auto messages = m_device->validationMessages();
        QVERIFY(!messages.empty());
        QVERIFY2(messages.front().find("SYNC-HAZARD") != std::string::npos, messages.front().c_str());
    }

    void updatesAndFillsReachTheBuffer() {
        const BufferPtr a = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        recorder.fill(a, 0x3f800000U);  // 1
        QCOMPARE(readBack(std::move(recorder), a), 1.0F);
        const std::vector<float> numbers(40'000, 2.5F);  // more than one vkCmdUpdateBuffer takes
        const BufferPtr large = *Buffer::allocate(m_device, MemoryUse::Activations, numbers.size() * sizeof(float));
        Recorder next = *Recorder::begin(m_device);
        next.update(large, std::as_bytes(std::span(numbers)));
        QCOMPARE(readBack(std::move(next), large), 2.5F);
    }

    void memoryIsUsedAgain() {
        const std::uint64_t before = m_device->memory().available;
        for (int round = 0; round < 200; ++round) {
            std::vector<BufferPtr> buffers;
            for (const std::uint64_t mebibytes : {1U, 7U, 3U, 20U})
                buffers.push_back(*Buffer::allocate(m_device, MemoryUse::Activations, mebibytes << 20U));
            if (round % 2 == 0) std::swap(buffers.front(), buffers.back());
        }
        QVERIFY(before - m_device->memory().available <= std::uint64_t{64} << 20U);
    }

    void buffersDoNotOverlap() {
        std::vector<BufferPtr> buffers;
        Recorder recorder = *Recorder::begin(m_device);
        for (std::uint32_t i = 0; i < 50; ++i) {
            buffers.push_back(*Buffer::allocate(m_device, MemoryUse::Activations, size + i * 4));
            recorder.fill(buffers.back(), i);
            if (i % 7 == 3) buffers.erase(buffers.begin() + i % 5);
        }
        auto submission = std::move(recorder).submit();
        QVERIFY(submission && submission->wait({}));
        for (const BufferPtr& one : buffers) {
            const std::uint32_t first = word(one, 0);
            QCOMPARE(word(one, one->bytes() / 4 - 1), first);
        }
    }

    void transientBuffersShareTheirMemory() {
        const std::uint64_t before = m_device->use().bytes;
        constexpr std::uint64_t large = std::uint64_t{4} << 20U;
        const BufferPtr a = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        recorder.copy(uploaded(1.5F), a, size);
        BufferPtr last = a;
        for (int round = 0; round < 101; ++round) {
            const BufferPtr next = Buffer::transient(large);
            QVERIFY(dispatch(recorder, last, next));
            last = next;
        }
        recorder.copy(last, a, size);
        QCOMPARE(readBack(std::move(recorder), a), -1.5F);
        // Two at a time, not a hundred; and all of it is given back.
        QVERIFY(m_device->use().mostBytes - before < 3 * large);
        QVERIFY(m_device->use().bytes - before < large);
    }

    /// The plan is larger than one block may be.
    void transientBuffersMayTakeSeveralBlocks() {
        const std::uint64_t most = m_device->info().maxBufferBytes;
        const BufferPtr a = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        std::vector<BufferPtr> together;
        for (std::uint32_t i = 0; i < 3; ++i) {
            together.push_back(Buffer::transient(std::min(most, std::uint64_t{128} << 20U) * 2 / 3));
            recorder.fill(together.back(), std::bit_cast<std::uint32_t>(static_cast<float>(i)));
        }
        for (const BufferPtr& one : together) recorder.copy(one, a, size);
        QCOMPARE(readBack(std::move(recorder), a), 2.0F);
    }

    void whatTransientBuffersNeedIsAskedForBeforeAnythingIsSubmitted() {
        DeviceFaults faults;
        faults.allocationThatFails = 2;  // the first is that of `a`
        reopen(faults);
        const BufferPtr a = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        recorder.copy(Buffer::transient(std::uint64_t{100} << 20U), a, size);
        const auto submission = std::move(recorder).submit();
        QVERIFY(!submission);
        QCOMPARE(submission.error().code, ErrorCode::Limit);
        QCOMPARE(m_device->use().submissions, 0);
    }

    void moreThanADeviceHasIsALimit() {
        const auto buffer = Buffer::allocate(m_device, MemoryUse::Activations, std::uint64_t{1} << 50U);
        QVERIFY(!buffer);
        QCOMPARE(buffer.error().code, ErrorCode::Limit);
    }

    void marksTakeTheTime() {
        const BufferPtr a = buffer(MemoryUse::Activations);
        const BufferPtr b = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device, 3);
        recorder.fill(a, 0);
        recorder.mark();
        for (int round = 0; round < 20; ++round) QVERIFY(dispatch(recorder, a, b));
        recorder.mark();
        recorder.mark();
        auto submission = std::move(recorder).submit();
        QVERIFY(submission && submission->wait({}));
        const std::vector<double> times = submission->microsecondsBetweenMarks();
        QCOMPARE(times.size(), std::size_t{2});
        QVERIFY(times[0] > 0.0 && times[0] < 60e6 && times[1] >= 0.0);
    }

    void aRefusedShaderIsAnError() {
        DeviceFaults faults;
        faults.noPipelines = true;
        reopen(faults);
        const BufferPtr a = buffer(MemoryUse::Activations);
        Recorder recorder = *Recorder::begin(m_device);
        const Status status = dispatch(recorder, a, a);
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::Device);
        QVERIFY(status.error().message.find("elementwise") != std::string::npos);
    }

    void aLostDeviceStaysLost() {
        DeviceFaults faults;
        faults.submissionThatIsLost = 2;
        reopen(faults);
        const BufferPtr a = buffer(MemoryUse::Activations);
        for (int round = 0; round < 3; ++round) {
            auto recorder = Recorder::begin(m_device);
            QCOMPARE(recorder.has_value(), round < 2);
            if (!recorder) {
                QCOMPARE(recorder.error().code, ErrorCode::DeviceLost);
                break;
            }
            recorder->fill(a, 1);
            const auto submission = std::move(*recorder).submit();
            QCOMPARE(submission.has_value(), round == 0);
            if (!submission) QCOMPARE(submission.error().code, ErrorCode::DeviceLost);
        }
        QVERIFY(m_device->lost());
    }

    void withoutALoaderOrAQueueThereIsNoDevice() {
        DeviceFaults noLoader;
        noLoader.noLoader = true;
        const auto without = test::vulkanDevice(noLoader);
        QVERIFY(!without);
        QCOMPARE(without.error().text(), std::string("Vulkan is not installed: there is no libvulkan"));
        DeviceFaults noQueue;
        noQueue.noQueue = true;
        const auto idle = test::vulkanDevice(noQueue);
        QVERIFY(!idle);
        QVERIFY(idle.error().message.find("no queue that computes") != std::string::npos);
    }

    void pipelinesAreKeptForTheNextTime() {
        const QTemporaryDir folder;
        DeviceOptions options;
        options.wish.softwareToo = true;
        options.cacheFolder = folder.path().toStdString();
        for (int round = 0; round < 2; ++round) {
            const auto device = Device::create(options);
            QVERIFY(device);
            QVERIFY((*device)->pipeline(negation()));
        }
        QCOMPARE(QDir(folder.path()).entryList({"pipelines-*.bin"}, QDir::Files).size(), 1);
    }

    void everyShaderIsFoundByItsName() {
        QVERIFY(!allShaders().empty());
        for (const Shader& shader : allShaders()) QVERIFY(findShader(shader.kernel).data() == shader.words.data());
        QVERIFY(findShader("no such kernel").empty());
    }

private:
    void reopen(const DeviceFaults& faults) {
        const auto device = test::vulkanDevice(faults);
        QVERIFY2(device, device ? "" : device.error().text().c_str());
        m_device = *device;
    }

    [[nodiscard]] BufferPtr buffer(MemoryUse use) const { return *Buffer::allocate(m_device, use, size); }

    [[nodiscard]] BufferPtr uploaded(float number) const {
        const BufferPtr upload = buffer(MemoryUse::Upload);
        const std::vector<float> numbers(count, number);
        std::memcpy(upload->mapped().data(), numbers.data(), size);
        return upload;
    }

    [[nodiscard]] static Status dispatch(Recorder& recorder, const BufferPtr& from, const BufferPtr& to) {
        return recorder.dispatch(negation(), bindingsOf({from, false}, {to, true}), bytesOf(Push{}), groups());
    }

    /// The last number of the buffer after everything recorded; NaN if it cannot be had.
    [[nodiscard]] float readBack(Recorder recorder, const BufferPtr& from) const {
        const BufferPtr seen = *Buffer::allocate(m_device, MemoryUse::ReadBack, from->bytes());
        recorder.copy(from, seen, from->bytes());
        auto submission = std::move(recorder).submit();
        if (!submission || !submission->wait({})) return std::numeric_limits<float>::quiet_NaN();
        float number = 0.0F;
        std::memcpy(&number, seen->mapped().data() + from->bytes() - sizeof(float), sizeof(float));
        return number;
    }

    [[nodiscard]] std::uint32_t word(const BufferPtr& from, std::uint64_t index) const {
        const BufferPtr seen = *Buffer::allocate(m_device, MemoryUse::ReadBack, from->bytes());
        Recorder recorder = *Recorder::begin(m_device);
        recorder.copy(from, seen, from->bytes());
        auto submission = std::move(recorder).submit();
        if (!submission || !submission->wait({})) return ~0U;
        std::uint32_t number = 0;
        std::memcpy(&number, seen->mapped().data() + index * 4, sizeof(number));
        return number;
    }

    std::shared_ptr<Device> m_device;
    bool m_messagesExpected = false;
};

QTEST_GUILESS_MAIN(VulkanDeviceTest)
#include "device_test.moc"
