#include "workspace/workspace.h"

#include <algorithm>

namespace attnscope {

void Workspace::useDevice(const ChosenDevice& device) {
    m_device.chosen = device;
    m_device.opened.remark.clear();
    emit deviceChanged();
    m_worker.submit(
        JobKind::OpenDevice, tr("Opening the device"),
        [device, devices = m_devices](Engine& engine, const CancelToken&) { return engine.useDevice(device, devices); },
        [this](Result<OpenedDevice>&& opened) {
            if (opened)
                m_opened = *std::move(opened);
            else
                m_opened.remark = opened.error().text() + "; " + m_opened.name + " computes";
            m_device.opened = m_opened;
            emit deviceChanged();
            if (opened && hasModel()) inspect();
        });
}

/// The record says what answered: where a device failed, another one.
void Workspace::showWhatComputed(const Record& record) {
    const auto remark = std::ranges::find(record.findings, "device", &Finding::code);
    OpenedDevice opened = m_opened;
    if (record.device != m_opened.name) opened.name = opened.description = record.device;
    if (remark != record.findings.end()) opened.remark = remark->message;
    if (opened == m_device.opened) return;
    m_device.opened = std::move(opened);
    emit deviceChanged();
}

void Workspace::listDevices() {
    m_worker.submit(
        JobKind::ListDevices, tr("Looking for devices"),
        [list = m_devices.list](Engine&, const CancelToken&) { return list(); },
        [this](Result<std::vector<vulkan::DeviceInfo>>&& found) {
            m_device.whyNoneFound = found ? std::string() : found.error().text();
            m_device.found = found ? *std::move(found) : std::vector<vulkan::DeviceInfo>();
            emit deviceChanged();
        });
}

bool Workspace::canVerify() const {
    return m_device.opened.name != "cpu" && m_records.whatIf != nullptr;
}

void Workspace::verify() {
    const std::optional<InspectRequest> wanted = request();
    if (!wanted || !canVerify()) return;
    m_verification.reset();
    m_worker.submit(
        JobKind::Verify, tr("Verifying"),
        [request = *wanted](Engine& engine, const CancelToken& cancel) { return engine.verify(request, cancel); },
        [this](Result<Verification>&& verification) {
            m_verification = std::move(verification);
            emit verificationChanged();
        });
    emit verificationChanged();
}

void Workspace::cancelVerification() {
    m_worker.cancel(JobKind::Verify);
    emit verificationChanged();
}

void Workspace::forgetVerification() {
    if (!m_verification && !isVerifying()) return;
    m_verification.reset();
    cancelVerification();
}

void Workspace::takeProfile() {
    const std::optional<InspectRequest> wanted = request();
    if (!wanted) return;
    m_profile.reset();
    m_worker.submit(
        JobKind::TakeProfile, tr("Taking times"),
        [request = *wanted](Engine& engine, const CancelToken& cancel) { return engine.profile(request, cancel); },
        [this](Result<Profiled>&& profile) {
            m_profile = std::move(profile);
            emit profileChanged();
        });
    emit profileChanged();
}

std::vector<LazyTensor> Workspace::numbersOnDevice() const {
    std::vector<LazyTensor> left;
    for (const RecordPtr& record : {m_records.model, m_records.whatIf}) {
        const SiteRecord* site = record ? record->findSite(m_site) : nullptr;
        if (site == nullptr) continue;
        for (const RecordedValue& value : site->values) {
            if (!value.tensor.inMemory()) left.push_back(value.tensor);
        }
    }
    return left;
}

bool Workspace::hasNumbersOnDevice() const {
    return !numbersOnDevice().empty();
}

void Workspace::readNumbers() {
    if (m_worker.isBusy(JobKind::ReadNumbers)) return;
    m_worker.submit(
        JobKind::ReadNumbers, tr("Reading numbers"),
        [left = numbersOnDevice()](Engine&, const CancelToken& cancel) -> Status {
            for (const LazyTensor& tensor : left) {
                if (cancel.cancelled()) return fail(ErrorCode::Cancelled, "cancelled");
                static_cast<void>(tensor.read());
            }
            return {};
        },
        [this](const Status& status) {
            if (status)
                emit numbersRead();
            else
                emit problem(status.error());
        });
}

void Workspace::paintMap(const MapRequest& request, std::function<void(const MapPicture&)> show) {
    m_worker.submit(
        JobKind::Paint, tr("Painting"),
        [request](Engine&, const CancelToken& cancel) { return attnscope::paintMap(request, cancel); },
        [this, show = std::move(show)](const Result<MapPicture>& picture) {
            if (picture)
                show(*picture);
            else if (picture.error().code != ErrorCode::Cancelled)
                emit problem(picture.error());
        });
}

}  // namespace attnscope
