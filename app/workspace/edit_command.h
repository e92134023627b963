#pragma once

#include "workspace/workspace.h"

#include <QUndoCommand>

namespace attnscope {

/// One step of undo: the state before and after. Steps of one gesture on the same thing become one.
class EditCommand : public QUndoCommand {
public:
    /// An empty `mergeKey` never merges.
    EditCommand(Workspace& workspace, const QString& text, std::string mergeKey, std::uint64_t gesture,
                EditState after);

    void undo() override { m_workspace.apply(m_before); }
    void redo() override { m_workspace.apply(m_after); }
    [[nodiscard]] int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    Workspace& m_workspace;
    std::string m_mergeKey;
    std::uint64_t m_gesture;
    EditState m_before;
    EditState m_after;
};

}  // namespace attnscope
