#include "vulkan/submission.h"

namespace attnscope::vulkan {
namespace {

constexpr std::uint64_t pollNanoseconds = 2'000'000;

}  // namespace

Submission::Submission(std::unique_ptr<Handles> handles) : m_handles(std::move(handles)) {}
Submission::Submission(Submission&&) noexcept = default;
Submission& Submission::operator=(Submission&&) noexcept = default;

Submission::~Submission() {
    // Whatever it was, there is nobody left to tell: a lost device is done with its buffers too.
    if (m_handles != nullptr) static_cast<void>(wait(CancelToken()));
}

bool Submission::done() const {
    const Result<bool> finished = guarded(m_handles->device->handles(), "compute", [&]() -> Result<bool> {
        return m_handles->device->lost() || m_handles->fence.getStatus() == vk::Result::eSuccess;
    });
    return !finished || *finished;
}

Status Submission::wait(const CancelToken& cancel) {
    Device::Handles& on = m_handles->device->handles();
    return guarded(on, "compute on " + on.info.name, [&]() -> Status {
        while (true) {
            if (on.lost) return fail(ErrorCode::DeviceLost, on.info.name + " was lost");
            const vk::Result result = on.device.waitForFences(*m_handles->fence, VK_TRUE, pollNanoseconds);
            if (result == vk::Result::eSuccess) return {};
            if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
        }
    });
}

std::vector<double> Submission::microsecondsBetweenMarks() const {
    Device::Handles& on = m_handles->device->handles();
    if (m_handles->markCount < 2) return {};
    const auto read = guarded(on, "read times", [&]() -> Result<std::vector<std::uint64_t>> {
        return m_handles->marks
            .getResults<std::uint64_t>(0, m_handles->markCount, m_handles->markCount * sizeof(std::uint64_t),
                                       sizeof(std::uint64_t),
                                       vk::QueryResultFlagBits::e64 | vk::QueryResultFlagBits::eWait)
            .second;
    });
    if (!read) return {};
    const std::vector<std::uint64_t>& ticks = *read;
    const std::uint64_t valid = on.timestampBits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << on.timestampBits) - 1;
    std::vector<double> times;
    for (std::size_t mark = 1; mark < ticks.size(); ++mark)
        times.push_back(static_cast<double>((ticks[mark] - ticks[mark - 1]) & valid) *
                        static_cast<double>(on.timestampPeriod) * 1e-3);
    return times;
}

}  // namespace attnscope::vulkan
