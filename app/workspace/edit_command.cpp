#include "workspace/edit_command.h"

namespace attnscope {

EditCommand::EditCommand(Workspace& workspace, const QString& text, std::string mergeKey,
                         std::uint64_t gesture, EditState after)
    : QUndoCommand(text),
      m_workspace(workspace),
      m_mergeKey(std::move(mergeKey)),
      m_gesture(gesture),
      m_before(workspace.m_state),
      m_after(std::move(after)) {}

bool EditCommand::mergeWith(const QUndoCommand* other) {
    const auto& next = static_cast<const EditCommand&>(*other);  // the only class with this id
    if (m_mergeKey.empty() || m_mergeKey != next.m_mergeKey || m_gesture != next.m_gesture) return false;
    m_after = next.m_after;
    setText(next.text());
    setObsolete(m_after.edits == m_before.edits && m_after.choices == m_before.choices &&
                m_after.formulas == m_before.formulas);
    return true;
}

}  // namespace attnscope
