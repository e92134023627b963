#include "eval/fallback_backend.h"

#include <atomic>
#include <mutex>

namespace attnscope {
namespace {

/// The two backends and what became of the first, shared by the backend and its values.
struct Pair {
    std::shared_ptr<Backend> first;
    std::shared_ptr<Backend> second;
    std::atomic<bool> firstIsOut = false;
    mutable std::mutex mutex;
    std::string remark;

    void say(const Error& error) {
        const std::lock_guard lock(mutex);
        remark = first->name() + " could not compute this (" + error.text() + "), " + second->name() + " did";
    }
};

/// A value on the first backend, on the second, or on both.
class FallbackValue final : public StoredValue {
public:
    FallbackValue(std::shared_ptr<Pair> pair, StoredPtr onFirst, StoredPtr onSecond)
        : m_pair(std::move(pair)), m_onFirst(std::move(onFirst)), m_onSecond(std::move(onSecond)) {}

    [[nodiscard]] Result<TensorPtr> read() const override {
        const std::lock_guard lock(m_mutex);
        return readLocked();
    }
    [[nodiscard]] std::size_t bytes() const override {
        const std::lock_guard lock(m_mutex);
        return (m_onFirst ? m_onFirst : m_onSecond)->bytes();
    }
    [[nodiscard]] std::optional<DevicePlace> onDevice() const override {
        const std::lock_guard lock(m_mutex);
        return m_onFirst && !m_pair->firstIsOut ? m_onFirst->onDevice() : std::nullopt;
    }

    [[nodiscard]] Result<StoredPtr> onFirst() const {
        const std::lock_guard lock(m_mutex);
        if (m_onFirst == nullptr) {
            ATTN_TRY(TensorPtr tensor, m_onSecond->read());
            ATTN_TRY(m_onFirst, m_pair->first->store(std::move(tensor)));
        }
        return m_onFirst;
    }
    [[nodiscard]] Result<StoredPtr> onSecond() const {
        const std::lock_guard lock(m_mutex);
        if (m_onSecond == nullptr) {
            ATTN_TRY(TensorPtr tensor, readLocked());
            ATTN_TRY(m_onSecond, m_pair->second->store(std::move(tensor)));
        }
        return m_onSecond;
    }

private:
    [[nodiscard]] Result<TensorPtr> readLocked() const {
        if (m_onSecond != nullptr) return m_onSecond->read();
        Result<TensorPtr> tensor = m_onFirst->read();
        if (tensor || !isDeviceFailure(tensor.error())) return tensor;
        // What cannot be brought back is as lost as what is gone.
        m_pair->say(tensor.error());
        m_pair->firstIsOut = true;
        Error error = std::move(tensor).error();
        error.code = ErrorCode::DeviceLost;
        return fail(std::move(error));
    }

    std::shared_ptr<Pair> m_pair;
    mutable std::mutex m_mutex;
    mutable StoredPtr m_onFirst;
    mutable StoredPtr m_onSecond;
};

class FallbackBackend final : public Backend {
public:
    explicit FallbackBackend(std::shared_ptr<Pair> pair) : m_pair(std::move(pair)) {}

    [[nodiscard]] std::string name() const override { return current().name(); }
    [[nodiscard]] std::string description() const override { return current().description(); }
    [[nodiscard]] std::string remark() const override {
        const std::lock_guard lock(m_pair->mutex);
        return m_pair->remark;
    }
    void profileInto(Profile* profile) override {
        if (m_pair->first) m_pair->first->profileInto(profile);
        m_pair->second->profileInto(profile);
    }

    [[nodiscard]] Result<StoredPtr> store(TensorPtr tensor) override {
        StoredPtr onFirst;
        if (!m_pair->firstIsOut) {
            Result<StoredPtr> stored = m_pair->first->store(tensor);
            if (stored) {
                onFirst = std::move(*stored);
            } else if (!isDeviceFailure(stored.error())) {
                return stored;
            }
        }
        ATTN_TRY(StoredPtr onSecond, m_pair->second->store(std::move(tensor)));
        return std::make_shared<FallbackValue>(m_pair, std::move(onFirst), std::move(onSecond));
    }

    [[nodiscard]] Status run(std::span<const Step> steps, std::vector<StoredPtr>& slots,
                             const CancelToken& cancel) override {
        if (!m_pair->firstIsOut) {
            Status status = runOn(*m_pair->first, &FallbackValue::onFirst, steps, slots, cancel);
            if (status) {
                const std::lock_guard lock(m_pair->mutex);
                m_pair->remark.clear();
                m_answeredBySecond = false;
                return {};
            }
            if (!isDeviceFailure(status.error())) return status;
            m_pair->say(status.error());
            if (status.error().code != ErrorCode::Limit) m_pair->firstIsOut = true;
        }
        m_answeredBySecond = true;
        return runOn(*m_pair->second, &FallbackValue::onSecond, steps, slots, cancel);
    }

private:
    [[nodiscard]] const Backend& current() const {
        return m_pair->firstIsOut || m_answeredBySecond ? *m_pair->second : *m_pair->first;
    }

    /// Runs on one of the two: what the steps read is brought there, what they make is wrapped.
    [[nodiscard]] Status runOn(Backend& backend, Result<StoredPtr> (FallbackValue::*there)() const,
                               std::span<const Step> steps, std::vector<StoredPtr>& slots, const CancelToken& cancel) {
        std::vector<StoredPtr> own(slots.size());
        std::vector<bool> made(slots.size(), false);
        for (const Step& step : steps) {
            for (const std::size_t input : step.inputs) {
                if (made[input] || own[input] != nullptr) continue;
                ATTN_TRY(own[input], (static_cast<const FallbackValue&>(*slots[input]).*there)());
            }
            made[step.output] = true;
        }
        ATTN_CHECK(backend.run(steps, own, cancel));
        const bool first = &backend == m_pair->first.get();
        for (const Step& step : steps) {
            StoredPtr& value = own[step.output];
            if (value == nullptr) continue;  // it was transient
            slots[step.output] =
                std::make_shared<FallbackValue>(m_pair, first ? value : nullptr, first ? nullptr : value);
        }
        return {};
    }

    std::shared_ptr<Pair> m_pair;
    std::atomic<bool> m_answeredBySecond = false;
};

}  // namespace

bool isDeviceFailure(const Error& error) {
    return error.code == ErrorCode::Device || error.code == ErrorCode::DeviceLost || error.code == ErrorCode::Limit;
}

std::shared_ptr<Backend> makeFallbackBackend(std::shared_ptr<Backend> first, std::shared_ptr<Backend> second,
                                             std::string remark) {
    auto pair = std::make_shared<Pair>();
    pair->firstIsOut = first == nullptr;
    pair->first = std::move(first);
    pair->second = std::move(second);
    pair->remark = std::move(remark);
    return std::make_shared<FallbackBackend>(std::move(pair));
}

}  // namespace attnscope
