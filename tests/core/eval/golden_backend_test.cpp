#include "core/layers/golden_case.h"
#include "eval/evaluator.h"
#include "eval/verify.h"
#include "eval/vulkan_backend.h"
#include "model/model.h"
#include "support/bundled_formulas.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

/// What Keras gave for whole models, against both backends: each against Keras, and one against the other in every
/// value.
class GoldenBackendTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const auto device = vulkanDevice();
        QVERIFY2(device, device ? "" : device.error().text().c_str());
        m_device = *device;
        m_backends = {{"cpu", makeCpuBackend()}, {"vulkan", makeVulkanBackend(m_device)}};
    }
    void cleanup() {
        const std::string messages = validationText(*m_device);
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void everyValueIsWhatKerasGives_data() {
        QTest::addColumn<int>("golden");
        for (std::size_t index = 0; index < m_cases.size(); ++index)
            QTest::newRow(m_cases[index].name.c_str()) << static_cast<int>(index);
    }
    void everyValueIsWhatKerasGives() {
        QFETCH(int, golden);
        const GoldenCase& oneCase = m_cases[static_cast<std::size_t>(golden)];
        for (const GoldenRun& run : oneCase.runs) {
            Prepared prepared;
            const Status status = prepare(oneCase, run, prepared);
            QVERIFY2(status, status ? "" : status.error().text().c_str());
            for (const auto& [name, backend] : m_backends) {
                const std::string problem = compare(run, prepared, backend);
                QVERIFY2(problem.empty(), (run.note + " on " + name + ": " + problem).c_str());
            }
            const auto verified =
                verify(prepared.graph, prepared.inputs, {}, m_backends.at("cpu"), m_backends.at("vulkan"), {});
            QVERIFY2(verified, verified ? "" : verified.error().text().c_str());
            QVERIFY2(verified->beyond == 0, (run.note + ": " + verificationText(*verified)).c_str());
        }
    }

private:
    struct Prepared {
        std::shared_ptr<const Graph> graph;
        std::vector<TensorPtr> inputs;
    };

    [[nodiscard]] Status prepare(const GoldenCase& golden, const GoldenRun& run, Prepared& prepared) const {
        ATTN_TRY(const std::shared_ptr<const Model> model, openGolden(golden));
        std::vector<Shape> shapes;
        for (const ModelInput& input : model->inputs()) {
            const auto given = std::ranges::find(run.inputs, input.name, &NamedTensor::name);
            if (given == run.inputs.end()) return fail(ErrorCode::NotFound, "the case has no input " + input.name);
            shapes.push_back(given->tensor.shape());
            prepared.inputs.push_back(share(given->tensor));
        }
        ATTN_TRY(LoweredModel lowered, lowerModel(*model, shapes, {bundledCatalogue(), golden.formulas}));
        prepared.graph = std::make_shared<const Graph>(std::move(lowered.graph));
        return {};
    }

    [[nodiscard]] static std::string compare(const GoldenRun& run, const Prepared& prepared,
                                             const std::shared_ptr<Backend>& backend) {
        const Graph& graph = *prepared.graph;
        std::vector<ValueId> wanted = graph.outputs();
        if (wanted.size() != run.outputs.size()) return "another number of outputs";
        std::vector<const NamedTensor*> expected;
        for (const NamedTensor& output : run.outputs) expected.push_back(&output);
        for (const NamedTensor& value : run.values) {
            const auto id = graph.find(value.name);
            if (!id) return id.error().text();
            wanted.push_back(*id);
            expected.push_back(&value);
        }
        Evaluator evaluator(prepared.graph, backend);
        const auto found = evaluator.evaluate(prepared.inputs, {}, wanted, {});
        if (!found) return found.error().text();
        std::string problems;
        for (std::size_t index = 0; index < wanted.size(); ++index) {
            const std::string problem = difference(*found->values.at(wanted[index]), expected[index]->tensor);
            if (!problem.empty()) problems += expected[index]->name + ": " + problem + "\n";
        }
        return problems;
    }

    std::vector<GoldenCase> m_cases = goldenCases();
    std::shared_ptr<vulkan::Device> m_device;
    std::map<std::string, std::shared_ptr<Backend>> m_backends;
};

QTEST_GUILESS_MAIN(GoldenBackendTest)
#include "golden_backend_test.moc"
