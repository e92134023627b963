#include "window/dropped.h"

#include <QMimeData>
#include <QUrl>

namespace attnscope {

Dropped readDropped(const QMimeData& data) {
    Dropped dropped;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) dropped.files.push_back(url.toLocalFile().toStdString());
    }
    if (dropped.files.empty() && !data.hasUrls()) dropped.text = data.text().simplified().toStdString();
    return dropped;
}

bool isWelcome(const QMimeData& data) {
    const Dropped dropped = readDropped(data);
    return !dropped.files.empty() || !dropped.text.empty();
}

}  // namespace attnscope
