#include "views/empty_note.h"

#include "figure/view_state.h"

namespace attnscope {

EmptyNote::EmptyNote(QWidget* parent) : QLabel(parent) {
    setAlignment(Qt::AlignCenter);
    setWordWrap(true);
    setForegroundRole(QPalette::PlaceholderText);
    setMargin(32);
}

QString whyNoSite(const ViewState& state) {
    if (!state.model) return QObject::tr("Open a model and a text to see what its attention looked at.");
    if (!state.whatIfSite()) return QObject::tr("This model has no attention layer that attnscope knows.");
    return {};
}

}  // namespace attnscope
