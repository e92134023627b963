#pragma once

#include "panels/texts_model.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QVBoxLayout;

namespace attnscope {

/// What can be given to the model: a box to type a text into, the list with its predictions, and a filter.
class TextsPanel : public QWidget {
    Q_OBJECT
public:
    explicit TextsPanel(Workspace& workspace, QWidget* parent = nullptr);

    /// Chooses the text `by` rows further down the filtered list.
    void step(int by);
    void focusTyping();
    void focusFilter();
    [[nodiscard]] QListView& view() { return *m_view; }

private:
    void build();
    void showList();
    void showInputs();
    void showInputRows();
    void followChoice();
    void setFilter(const QString& text);
    void showCount();

    Workspace& m_workspace;
    TextsModel m_texts;
    QSortFilterProxyModel m_filtered;
    bool m_following = false;  ///< the selection is being set by the program
    QLabel* m_title;
    QLabel* m_count;
    QWidget* m_inputs;  ///< one row per model input, where there are several
    QVBoxLayout* m_inputRows;
    QLineEdit* m_typed;
    QLineEdit* m_filter;
    QComboBox* m_column;
    QListView* m_view;
    QLabel* m_hint;
};

}  // namespace attnscope
