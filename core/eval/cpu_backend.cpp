#include "eval/cpu_backend.h"

#include "base/machine.h"

#include <Eigen/Core>

#include <chrono>
#include <new>
#include <thread>

namespace attnscope {
namespace {

class CpuValue final : public StoredValue {
public:
    explicit CpuValue(TensorPtr tensor) : m_tensor(std::move(tensor)) {}
    [[nodiscard]] Result<TensorPtr> read() const override { return m_tensor; }
    [[nodiscard]] std::size_t bytes() const override { return m_tensor->size() * sizeof(float); }
    [[nodiscard]] const Tensor& tensor() const { return *m_tensor; }

private:
    TensorPtr m_tensor;
};

std::uint64_t bytesOf(const Shape& shape) {
    return static_cast<std::uint64_t>(shape.elements()) * sizeof(float);
}

class CpuBackend final : public Backend {
public:
    explicit CpuBackend(std::uint64_t mostBytes) : m_mostBytes(mostBytes) {}

    [[nodiscard]] std::string name() const override { return "cpu"; }

    [[nodiscard]] std::string description() const override {
        const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
        return "CPU, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads") + ", Eigen " +
               std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
               std::to_string(EIGEN_MINOR_VERSION);
    }

    void profileInto(Profile* profile) override { m_profile = profile; }

    [[nodiscard]] Result<StoredPtr> store(TensorPtr tensor) override {
        return std::make_shared<CpuValue>(std::move(tensor));
    }

    [[nodiscard]] Status run(std::span<const Step> steps, std::vector<StoredPtr>& slots,
                             const CancelToken& cancel) override {
        std::vector<const Tensor*> inputs;
        const std::vector<std::vector<std::size_t>> done = lastReads(steps, slots.size());
        ATTN_CHECK(checkMemory(steps, done, slots.size()));
        for (std::size_t index = 0; index < steps.size(); ++index) {
            const Step& step = steps[index];
            if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
            inputs.clear();
            for (const std::size_t slot : step.inputs)
                inputs.push_back(&static_cast<const CpuValue&>(*slots[slot]).tensor());
            ATTN_TRY(Tensor output, allocate(step.shape));
            const auto begin = std::chrono::steady_clock::now();
            ATTN_CHECK(step.operation->evaluate(inputs, output, cancel));
            const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
            if (m_profile != nullptr)
                m_profile->push_back({std::string(step.operation->name()), step.shape, took.count()});
            // A kernel that stopped half-way leaves an output that must not be remembered.
            if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
            slots[step.output] = std::make_shared<CpuValue>(share(std::move(output)));
            for (const std::size_t slot : done[index]) slots[slot].reset();
        }
        return {};
    }

private:
    /// By step: the transient slots that nobody reads after it.
    [[nodiscard]] static std::vector<std::vector<std::size_t>> lastReads(std::span<const Step> steps,
                                                                         std::size_t slots) {
        std::vector<std::size_t> last(slots, 0);
        for (std::size_t index = 0; index < steps.size(); ++index) {
            last[steps[index].output] = index;
            for (const std::size_t input : steps[index].inputs) last[input] = index;
        }
        std::vector<std::vector<std::size_t>> done(steps.size());
        for (const Step& step : steps)
            if (step.fate == Fate::Transient) done[last[step.output]].push_back(step.output);
        return done;
    }

    /// What the outputs take at the worst moment.
    [[nodiscard]] Status checkMemory(std::span<const Step> steps, const std::vector<std::vector<std::size_t>>& done,
                                     std::size_t slots) const {
        std::vector<std::uint64_t> bytes(slots, 0);
        std::uint64_t held = 0;
        for (std::size_t index = 0; index < steps.size(); ++index) {
            const Step& step = steps[index];
            bytes[step.output] = bytesOf(step.shape);
            held += bytes[step.output];
            if (held > m_mostBytes)
                return fail(ErrorCode::Limit, "the values up to one of shape " + step.shape.text() + " need " +
                                                  mebibytes(held) + " of memory, limit " + mebibytes(m_mostBytes));
            for (const std::size_t slot : done[index]) held -= bytes[slot];
        }
        return {};
    }

    [[nodiscard]] static std::string mebibytes(std::uint64_t bytes) {
        constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
        return std::to_string((bytes + mebibyte - 1) / mebibyte) + " MiB";
    }

    [[nodiscard]] static Result<Tensor> allocate(const Shape& shape) {
        try {
            return Tensor(shape);
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::Limit, "a value of shape " + shape.text() + " does not fit in memory");
        }
    }

    std::uint64_t m_mostBytes;
    Profile* m_profile = nullptr;
};

}  // namespace

std::shared_ptr<Backend> makeCpuBackend() {
    return makeCpuBackend(machineMemory() / 2);
}

std::shared_ptr<Backend> makeCpuBackend(std::uint64_t mostBytes) {
    return std::make_shared<CpuBackend>(mostBytes);
}

}  // namespace attnscope
