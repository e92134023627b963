#include "eval/fallback_backend.h"
#include "eval/vulkan_backend.h"
#include "formats/formats.h"
#include "inspect/inspector.h"
#include "support/bundled_formulas.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"
#include "text/matrix_file.h"
#include "text/padding.h"
#include "text/tokenizer.h"

#include <QtTest>

#include <cmath>

using namespace attnscope;

namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/sentiment/";

Result<RecordPtr> inspect(const std::string& model, std::shared_ptr<Backend> backend, std::size_t readAtOnce,
                          const Edits& edits = {}) {
    ATTN_TRY(const Archive archive, readArchive(samples + model));
    ATTN_TRY(const std::shared_ptr<const Model> opened, Model::fromArchive(archive));
    ATTN_TRY(const TokenizerPtr tokenizer, loadTokenizer(samples + "tokenizer.json"));
    Inspector inspector(opened, LoweringOptions{test::bundledCatalogue(), {}}, std::move(backend), readAtOnce);
    return inspector.inspect(
        {makeTextSequence("test", "a gorgeous and witty film", tokenizer, opened->inputs()[0].padding)}, edits, {});
}

std::shared_ptr<Backend> withCpuBehind(const std::shared_ptr<vulkan::Device>& device) {
    return makeFallbackBackend(makeVulkanBackend(device), makeCpuBackend());
}

/// What the first site's record says of its weights without giving the numbers away.
std::string differenceOf(const Record& expected, const Record& found) {
    const SiteRecord& right = expected.sites[0];
    const SiteRecord& site = found.sites[0];
    if (site.perTimestep.size() != right.perTimestep.size()) return "other timesteps";
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        if (!test::isNear(site.perTimestep[t], right.perTimestep[t])) return "other weight at " + std::to_string(t);
    }
    if (expected.findings.size() != found.findings.size()) return "other findings";
    for (std::size_t i = 0; i < found.findings.size(); ++i) {
        if (found.findings[i].message != expected.findings[i].message) return found.findings[i].message;
    }
    return {};
}

}  // namespace

class LeftValuesTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        const std::string messages = m_devices.messages();
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void aRecordOfValuesOnTheDeviceSaysTheSame_data() {
        QTest::addColumn<QString>("model");
        QTest::newRow("one weight per timestep") << QStringLiteral("attention.h5");
        QTest::newRow("one weight per feature and timestep") << QStringLiteral("attention_layer.h5");
    }
    void aRecordOfValuesOnTheDeviceSaysTheSame() {
        QFETCH(QString, model);
        const auto device = m_devices.open();
        const auto expected = inspect(model.toStdString(), makeCpuBackend(), Inspector::usualReadAtOnce);
        const auto found = inspect(model.toStdString(), withCpuBehind(device), 0);
        QVERIFY2(expected && found, found ? "" : found.error().text().c_str());
        QCOMPARE(differenceOf(**expected, **found), std::string());
        const RecordedValue& weights = (*found)->sites[0].weightsValue();
        QVERIFY(weights.tensor.onDevice());
        QVERIFY(weights.extremes);
        const Tensor& numbers = *(*expected)->sites[0].weightsValue().tensor;
        QVERIFY(test::isNear(weights.extremes->smallest, std::ranges::min(numbers.data())));
        QVERIFY(test::isNear(weights.extremes->largest, std::ranges::max(numbers.data())));
        QVERIFY((*expected)->sites[0].attainable && (*found)->sites[0].attainable);
        QCOMPARE((*found)->sites[0].attainable->high, (*expected)->sites[0].attainable->high);
    }

    void numbersThatAreNotFiniteHaveNoExtremes() {
        const auto device = m_devices.open();
        Edits edits;
        edits.set("attention/e", {3}, 1000.0F);  // whose exponential is infinite
        const auto found = inspect("attention.h5", withCpuBehind(device), 0, edits);
        QVERIFY2(found, found ? "" : found.error().text().c_str());
        const RecordedValue& weights = (*found)->sites[0].weightsValue();
        QVERIFY(!weights.extremes);
        QVERIFY(std::ranges::any_of(weights.tensor->data(), [](float weight) { return std::isnan(weight); }));
    }

    void aDeviceThatIsLostAtAnyPointLosesNoNumbers() {
        const auto expected = inspect("attention.h5", makeCpuBackend(), Inspector::usualReadAtOnce);
        QVERIFY(expected);
        for (int number = 1; number <= 12; ++number) {
            vulkan::DeviceFaults faults;
            faults.submissionThatIsLost = number;
            const auto device = m_devices.open(faults);
            const auto found = inspect("attention.h5", withCpuBehind(device), 0);
            QVERIFY2(found, found ? "" : found.error().text().c_str());
            const SiteRecord& site = (*found)->sites[0];
            for (std::size_t place = 0; place < site.values.size(); ++place) {
                const Tensor& right = *(*expected)->sites[0].values[place].tensor;
                const Tensor& numbers = *site.values[place].tensor;
                QCOMPARE(test::difference(numbers, right), std::string());
            }
            for (std::size_t t = 0; t < site.perTimestep.size(); ++t)
                QVERIFY(test::isNear(site.perTimestep[t], (*expected)->sites[0].perTimestep[t]));
        }
    }

private:
    test::VulkanDevices m_devices;
};

QTEST_GUILESS_MAIN(LeftValuesTest)
#include "left_values_test.moc"
