#pragma once

#include "window/window_actions.h"

#include <QList>
#include <QString>

#include <optional>

namespace attnscope {

/// What stands where the views would be: why there is nothing to see, and what to do next.
struct EmptyMessage {
    QString title;
    QString text;
    QList<QAction*> actions;
};

/// The message for the workspace's state; none when there is a site to look at.
[[nodiscard]] std::optional<EmptyMessage> emptyMessage(const Workspace& workspace, const WindowActions& actions);

}  // namespace attnscope
