#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QToolButton;

namespace attnscope {

/// A message across the window that blocks nothing: it stays until it is closed or something newer replaces it.
class MessageBanner : public QFrame {
    Q_OBJECT
public:
    explicit MessageBanner(QWidget* parent = nullptr);

    /// Something went wrong; `text` says what, where and what was expected.
    void showError(const QString& text) { showText(text, false); }
    /// Something was done.
    void showNotice(const QString& text) { showText(text, true); }
    [[nodiscard]] QString text() const;

private:
    void showText(const QString& text, bool notice);

    QLabel* m_text;
    QToolButton* m_close;
};

}  // namespace attnscope
