#pragma once

#include <QString>
#include <QWidget>

class QHBoxLayout;
class QLabel;

class QAction;

namespace attnscope {

/// What stands where a view would be while there is nothing to see: what to do next, and buttons that do it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);

    void setMessage(const QString& title, const QString& text, const QList<QAction*>& actions);
    [[nodiscard]] QString title() const;

private:
    QLabel* m_title;
    QLabel* m_text;
    QHBoxLayout* m_buttons;
};

}  // namespace attnscope
