#pragma once

#include <QFrame>
#include <QList>
#include <QString>

class QAction;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace attnscope {

/// A message across the window that blocks nothing: it stays until it is closed or something newer replaces it.
class MessageBanner : public QFrame {
    Q_OBJECT
public:
    explicit MessageBanner(QWidget* parent = nullptr);

    /// Something went wrong; `text` says what, where and what was expected.
    void showError(const QString& text) { showText(text, Kind::Error, {}); }
    /// Something is not as it was asked for, and what can be done about it.
    void showWarning(const QString& text, const QList<QAction*>& actions) { showText(text, Kind::Warning, actions); }
    /// Something was done.
    void showNotice(const QString& text) { showText(text, Kind::Notice, {}); }
    [[nodiscard]] QString text() const;
    [[nodiscard]] bool isWarning() const { return isVisibleTo(parentWidget()) && m_kind == Kind::Warning; }

private:
    enum class Kind { Error, Warning, Notice };
    void showText(const QString& text, Kind kind, const QList<QAction*>& actions);

    Kind m_kind = Kind::Error;
    QHBoxLayout* m_row;
    QList<QToolButton*> m_actions;
    QLabel* m_text;
    QToolButton* m_close;
};

}  // namespace attnscope
