#include "workspace/workspace.h"

namespace attnscope {

void Workspace::maskTimesteps(const std::vector<std::int64_t>& timesteps, bool masked) {
    const SiteRecord* site = modelSite();
    if (site == nullptr || !site->mask) return;
    const RecordedValue& mask = site->values[*site->mask];
    const float wanted = masked ? 0.0F : 1.0F;
    EditState after = m_state;
    for (const std::int64_t timestep : timesteps) {
        if (timestep < 0 || timestep >= static_cast<std::int64_t>(mask.tensor->size())) continue;
        if ((*mask.tensor)[static_cast<std::size_t>(timestep)] == wanted)
            after.edits.unset(mask.graphName, {timestep});
        else
            after.edits.set(mask.graphName, {timestep}, wanted);
    }
    if (after.edits == m_state.edits) return;
    const QString what =
        timesteps.size() == 1 ? tr("timestep %1").arg(timesteps.front()) : tr("%1 timesteps").arg(timesteps.size());
    const QString text = (masked ? tr("Mask %1") : tr("Unmask %1")).arg(what);
    push(text, (masked ? "mask " : "unmask ") + mask.graphName, std::move(after));
}

void Workspace::setElement(const std::string& value, const std::vector<std::int64_t>& index, float number) {
    EditState after = m_state;
    after.edits.set(value, index, number);
    if (after.edits == m_state.edits) return;
    std::string key = value;
    for (const std::int64_t place : index) key += "," + std::to_string(place);
    push(tr("Set %1").arg(QString::fromStdString(value)), key, std::move(after));
}

bool Workspace::isPinnedUniform() const {
    const SiteRecord* site = modelSite();
    const ValueEdit* edit = site != nullptr ? m_state.edits.find(site->weightsValue().graphName) : nullptr;
    return edit != nullptr && edit->uniform;
}

void Workspace::pinUniform(bool pinned) {
    const SiteRecord* site = modelSite();
    if (site == nullptr) return;
    EditState after = m_state;
    after.edits.pinUniform(site->weightsValue().graphName, pinned);
    if (after.edits == m_state.edits) return;
    push(pinned ? tr("Pin weights to uniform") : tr("Let weights go"), {}, std::move(after));
}

void Workspace::resetEdits() {
    if (editCount() == 0) return;
    push(tr("Reset"), {}, {m_state.inputs, {}, m_state.choices, {}});
}

/// The edits that mean the same for any text: those of weights and parameters, and pins.
Edits Workspace::withoutTextEdits() const {
    Edits kept;
    for (const auto& [name, edit] : m_state.edits.values()) {
        if (edit.uniform) kept.pinUniform(name, true);
        const auto role = m_roles.find(name);
        if (role == m_roles.end() || (role->second != ValueRole::Weight && role->second != ValueRole::Parameter)) continue;
        for (const auto& [index, number] : edit.elements) kept.set(name, index, number);
    }
    return kept;
}

}  // namespace attnscope
