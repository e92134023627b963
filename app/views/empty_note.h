#pragma once

#include <QLabel>

namespace attnscope {

/// What a view says when it has nothing to show: what to do next, in the middle, quietly.
class EmptyNote : public QLabel {
    Q_OBJECT
public:
    explicit EmptyNote(QWidget* parent = nullptr);
};

/// Why a view cannot show a site of this state; empty if there is one.
struct ViewState;
[[nodiscard]] QString whyNoSite(const ViewState& state);

}  // namespace attnscope
