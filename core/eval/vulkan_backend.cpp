#include "eval/vulkan_backend.h"

#include "eval/vulkan_plan.h"
#include "eval/vulkan_value.h"
#include "ops/vulkan_call.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

namespace attnscope {
namespace {

using vulkan::Buffer;
using vulkan::BufferPtr;
using vulkan::MemoryUse;
using vulkan::Recorder;
using vulkan::Submission;

const VulkanValue& onDevice(const StoredPtr& value) {
    return static_cast<const VulkanValue&>(*value);
}

/// Asks the CPU kernel why the inputs are refused.
Status refusalOf(const Step& step, const std::vector<StoredPtr>& slots) {
    std::vector<TensorPtr> tensors;
    std::vector<const Tensor*> inputs;
    for (const std::size_t slot : step.inputs) {
        ATTN_TRY(TensorPtr tensor, slots[slot]->read());
        inputs.push_back(tensor.get());
        tensors.push_back(std::move(tensor));
    }
    Tensor output(step.shape);
    ATTN_CHECK(step.operation->evaluate(inputs, output, CancelToken()));
    return fail(ErrorCode::Device, std::string(step.operation->name()) + ": the device refused inputs that are sound");
}

class VulkanBackend final : public Backend {
public:
    explicit VulkanBackend(std::shared_ptr<vulkan::Device> device) : m_device(std::move(device)) {}

    [[nodiscard]] std::string name() const override { return "vulkan:" + std::to_string(m_device->info().index); }
    [[nodiscard]] std::string description() const override {
        const vulkan::DeviceInfo& info = m_device->info();
        return info.name + ", " + std::string(vulkan::typeName(info.type)) + ", Vulkan " + info.apiVersion + ", " +
               info.driver;
    }

    void profileInto(Profile* profile) override { m_profile = profile; }

    [[nodiscard]] Result<StoredPtr> store(TensorPtr tensor) override;
    [[nodiscard]] Status run(std::span<const Step> steps, std::vector<StoredPtr>& slots,
                             const CancelToken& cancel) override;

private:
    /// A copy that waits for the next submission.
    struct Upload {
        BufferPtr from;
        BufferPtr to;
        std::uint64_t bytes;
    };
    /// A word that a kernel sets when it refuses its inputs.
    struct Refusal {
        const Step* step;
        BufferPtr word;
    };

    /// A run being recorded.
    struct Run {
        Recorder recorder;
        std::vector<std::optional<VulkanOperand>> operands;  ///< by slot
        std::vector<bool> lasts;                             ///< by slot
        std::vector<Refusal> refusals;
        std::map<std::size_t, ReadBack> readings;  ///< by slot
    };

    [[nodiscard]] Result<Recorder> begin(std::size_t marks = 0) const;
    [[nodiscard]] Status flushUploads();
    [[nodiscard]] Status record(const PlannedStep& planned, Run& run) const;
    [[nodiscard]] Status recordChain(const PlannedStep& planned, Run& run) const;
    [[nodiscard]] Status explain(const Refusal& refusal, std::span<const Step> steps, std::vector<StoredPtr> slots,
                                 const CancelToken& cancel);
    /// Everything recorded so far, and the uploads in front of it.
    [[nodiscard]] Result<Submission> finish(Recorder recorder, const CancelToken& cancel);

    std::shared_ptr<vulkan::Device> m_device;
    std::vector<Upload> m_uploads;
    std::uint64_t m_uploadBytes = 0;
    /// Tensors that are there already: graphs of one model share its weights. A value keeps its tensor, so that a
    /// tensor's address means that tensor as long as the value lives.
    std::map<const Tensor*, std::weak_ptr<const VulkanValue>> m_stored;
    /// Given up on by whoever asked, still at work on the device.
    std::vector<Submission> m_abandoned;
    Profile* m_profile = nullptr;
};

Result<StoredPtr> VulkanBackend::store(TensorPtr tensor) {
    constexpr std::uint64_t largestBatch = std::uint64_t{256} << 20U;
    const auto found = m_stored.find(tensor.get());
    if (found != m_stored.end()) {
        if (const auto value = found->second.lock()) return value;
    }
    const std::uint64_t bytes = tensor->size() * sizeof(float);
    ATTN_TRY(const BufferPtr buffer, Buffer::allocate(m_device, MemoryUse::Weights, std::max(bytes, sizeof(float))));
    if (bytes > 0) {
        ATTN_TRY(const BufferPtr staging, Buffer::allocate(m_device, MemoryUse::Upload, bytes));
        std::memcpy(staging->mapped().data(), tensor->data().data(), bytes);
        m_uploads.push_back({staging, buffer, bytes});
        m_uploadBytes += bytes;
        if (m_uploadBytes > largestBatch) ATTN_CHECK(flushUploads());
    }
    std::erase_if(m_stored, [](const auto& stored) { return stored.second.expired(); });
    const auto value = std::make_shared<const VulkanValue>(m_device, VulkanOperand{buffer, tensor->shape()}, tensor);
    m_stored[tensor.get()] = value;
    return value;
}

Status VulkanBackend::flushUploads() {
    ATTN_TRY(Recorder recorder, begin());
    ATTN_TRY(const Submission finished, finish(std::move(recorder), CancelToken()));
    return {};
}

/// A recording that begins with the uploads that wait.
Result<Recorder> VulkanBackend::begin(std::size_t marks) const {
    ATTN_TRY(Recorder recorder, Recorder::begin(m_device, static_cast<std::uint32_t>(marks)));
    for (const Upload& upload : m_uploads) recorder.copy(upload.from, upload.to, upload.bytes);
    return recorder;
}

Result<Submission> VulkanBackend::finish(Recorder recorder, const CancelToken& cancel) {
    ATTN_TRY(Submission submission, std::move(recorder).submit());
    m_uploads.clear();
    m_uploadBytes = 0;
    const Status status = submission.wait(cancel);
    if (status) return submission;
    if (status.error().code == ErrorCode::Cancelled) m_abandoned.push_back(std::move(submission));
    return fail(status.error());
}

Status VulkanBackend::recordChain(const PlannedStep& planned, Run& run) const {
    std::vector<VulkanOperand> inputs;
    for (const std::size_t slot : planned.chain->inputs()) inputs.push_back(*run.operands[slot]);
    std::vector<VulkanResult> results;
    for (const ChainOutput& output : planned.outputs)
        results.push_back({planned.steps.back()->shape, std::ranges::any_of(output.slots, [&](std::size_t slot) {
                               return static_cast<bool>(run.lasts[slot]);
                           })});
    VulkanCall call(m_device, run.recorder, inputs, results);
    ATTN_CHECK(planned.chain->record(call, planned.outputs));
    for (std::size_t at = 0; at < planned.outputs.size(); ++at) {
        ATTN_TRY(const VulkanOperand made, call.output(at));
        for (const std::size_t slot : planned.outputs[at].slots) {
            const auto step = std::ranges::find(planned.steps, slot, &Step::output);
            run.operands[slot] = VulkanOperand{made.buffer, (*step)->shape};
        }
    }
    return {};
}

Status VulkanBackend::record(const PlannedStep& planned, Run& run) const {
    if (planned.chain) return recordChain(planned, run);
    const Step& step = *planned.steps.front();
    std::vector<VulkanOperand> inputs;
    for (const std::size_t slot : step.inputs) inputs.push_back(*run.operands[slot]);
    const VulkanResult result{step.shape, run.lasts[step.output]};
    VulkanCall call(m_device, run.recorder, inputs, std::span(&result, 1));
    if (step.shape.elements() > 0) ATTN_CHECK(step.operation->record(call));
    ATTN_TRY(run.operands[step.output], call.output());
    if (const auto& refusal = call.recordedRefusal()) {
        ATTN_TRY(const BufferPtr word, Buffer::allocate(m_device, MemoryUse::ReadBack, sizeof(std::uint32_t)));
        run.recorder.copy(refusal->buffer, word, sizeof(std::uint32_t));
        run.refusals.push_back({&step, word});
    }
    return {};
}

Status VulkanBackend::run(std::span<const Step> steps, std::vector<StoredPtr>& slots, const CancelToken& cancel) {
    if (steps.empty()) return {};
    if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
    std::erase_if(m_abandoned, [](const Submission& submission) { return submission.done(); });
    std::vector<std::optional<VulkanOperand>> operands(slots.size());
    std::vector<Shape> shapes(slots.size());
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] == nullptr) continue;
        operands[slot] = onDevice(slots[slot]).operand();
        shapes[slot] = operands[slot]->shape;
    }
    const std::vector<PlannedStep> plan = planSteps(steps, std::move(shapes));
    ATTN_TRY(Recorder recorder, begin(m_profile != nullptr ? plan.size() + 1 : 0));
    Run run{std::move(recorder), std::move(operands), lastingSlots(steps, slots.size()), {}, {}};
    run.recorder.mark();
    for (const PlannedStep& planned : plan) {
        ATTN_CHECK(record(planned, run));
        run.recorder.mark();
    }
    for (const Step& step : steps) {
        if (step.fate != Fate::Read) continue;
        ATTN_TRY(ReadBack reading, ReadBack::record(run.recorder, m_device, *run.operands[step.output]));
        run.readings.emplace(step.output, std::move(reading));
    }
    ATTN_TRY(const Submission finished, finish(std::move(run.recorder), cancel));
    const std::vector<double> times = finished.microsecondsBetweenMarks();
    for (std::size_t index = 0; index < times.size(); ++index)
        m_profile->push_back({plan[index].name(), plan[index].steps.back()->shape, times[index]});
    for (const Refusal& refusal : run.refusals) {
        std::uint32_t word = 0;
        std::memcpy(&word, refusal.word->mapped().data(), sizeof(word));
        if (word != 0) return explain(refusal, steps, slots, cancel);
    }
    for (const Step& step : steps) {
        if (step.fate == Fate::Transient) continue;
        const auto reading = run.readings.find(step.output);
        slots[step.output] = std::make_shared<VulkanValue>(
            m_device, *run.operands[step.output], reading == run.readings.end() ? nullptr : reading->second.tensor());
    }
    return {};
}

/// What was refused may have been transient, so everything up to there is computed once more and kept.
Status VulkanBackend::explain(const Refusal& refusal, std::span<const Step> steps, std::vector<StoredPtr> slots,
                              const CancelToken& cancel) {
    const auto before = static_cast<std::size_t>(refusal.step - steps.data());
    std::vector<Step> again(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(before));
    for (Step& step : again) step.fate = Fate::Kept;
    ATTN_CHECK(run(again, slots, cancel));
    return refusalOf(*refusal.step, slots);
}

}  // namespace

std::shared_ptr<Backend> makeVulkanBackend(std::shared_ptr<vulkan::Device> device) {
    return std::make_shared<VulkanBackend>(std::move(device));
}

}  // namespace attnscope
