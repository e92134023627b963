#include "workspace/workspace.h"

#include <algorithm>
#include <utility>

namespace attnscope {

void Workspace::forgetRecords(std::optional<Error> why) {
    m_worker.cancel(JobKind::Inspect);
    m_inspectProblem = std::move(why);
    m_records = {};
    emit recordsChanged();
}

/// What is on show, as the engine is asked for it; nothing while something is missing.
std::optional<InspectRequest> Workspace::request() const {
    const auto missing = [](const std::optional<InputSource>& source) { return !source.has_value(); };
    if (!hasModel() || std::ranges::any_of(m_state.inputs, missing)) return std::nullopt;
    InspectRequest request{opened(), {}, m_state.edits, m_state.formulas};
    for (const std::optional<InputSource>& source : m_state.inputs) request.inputs.push_back(*source);
    return request;
}

void Workspace::inspect() {
    forgetVerification();
    const std::optional<InspectRequest> wanted = request();
    if (!wanted) {
        forgetRecords({});
        return;
    }
    m_worker.submit(
        JobKind::Inspect, tr("Evaluating"),
        [request = *wanted](Engine& engine, const CancelToken& cancel) { return engine.inspect(request, cancel); },
        [this](Result<Inspected>&& inspected) { acceptInspected(std::move(inspected)); });
}

void Workspace::acceptInspected(Result<Inspected> inspected) {
    if (!inspected) {
        forgetRecords(inspected.error());
        emit problem(*m_inspectProblem);
        return;
    }
    m_records = *std::move(inspected);
    m_inspectProblem.reset();
    for (const SiteRecord& site : m_records.model->sites) {
        for (const RecordedValue& value : site.values) m_roles[value.graphName] = value.role;
    }
    showWhatComputed(*m_records.whatIf);
    const bool wanted = !m_wantedSite.empty() && m_records.model->findSite(m_wantedSite) != nullptr;
    const bool known = !wanted && m_records.model->findSite(m_site) != nullptr;
    if (wanted)
        m_site = std::exchange(m_wantedSite, {});
    else if (!known)
        m_site = m_records.model->sites.empty() ? std::string() : m_records.model->sites.front().name;
    emit recordsChanged();
    if (!known) emit siteChanged();
}

void Workspace::restartPredictions() {
    m_worker.cancel(JobKind::Predict);
    m_predicted = 0;
    for (std::size_t row = 0; row < m_list.size(); ++row) {
        if (!m_list[row].prediction) continue;
        m_list[row].prediction.reset();
        emit predictionChanged(static_cast<int>(row));
    }
    predictNext();
}

void Workspace::predictNext() {
    if (!hasModel() || m_activeInput >= m_state.inputs.size()) return;
    const ModelInput& active = opened().model->inputs()[m_activeInput];
    // With one input, what does not fit says why; with several it may be meant for another one.
    const auto isDone = [&](const ListedSource& listed) {
        return listed.prediction.has_value() || (m_state.inputs.size() > 1 && !fits(listed.source, active));
    };
    while (m_predicted < m_list.size() && isDone(m_list[m_predicted])) ++m_predicted;
    if (m_predicted >= m_list.size()) return;
    InspectRequest request{opened(), {}, {}, {}};
    for (std::size_t index = 0; index < m_state.inputs.size(); ++index) {
        if (index == m_activeInput)
            request.inputs.push_back(m_list[m_predicted].source);
        else if (m_state.inputs[index])
            request.inputs.push_back(*m_state.inputs[index]);
        else
            return;
    }
    m_worker.submit(
        JobKind::Predict, tr("Predicting the list"),
        [request](Engine& engine, const CancelToken& cancel) { return engine.predict(request, cancel); },
        [this, row = m_predicted](Result<std::vector<Prediction>>&& prediction) {
            m_list[row].prediction = std::move(prediction);
            emit predictionChanged(static_cast<int>(row));
            predictNext();
        });
}

void Workspace::cancel() {
    const bool evaluating = m_worker.isBusy(JobKind::Inspect);
    // A device that is being opened computes in the end, whatever becomes of the rest.
    for (std::size_t kind = 0; kind < jobKinds; ++kind) {
        if (static_cast<JobKind>(kind) != JobKind::OpenDevice) m_worker.cancel(static_cast<JobKind>(kind));
    }
    m_unrecognized.clear();
    m_heldSequences.reset();
    if (evaluating)
        forgetRecords(
            Error{ErrorCode::Cancelled, tr("Stopped. Choose the text again to evaluate it.").toStdString(), {}});
}

}  // namespace attnscope
