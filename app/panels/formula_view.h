#pragma once

#include "formula/formula.h"
#include "panels/formula_typeset.h"

#include <QString>
#include <QWidget>

#include <map>
#include <optional>
#include <string>

namespace attnscope {

/// A formula as mathematics. Names that have a value can be clicked, or reached with the arrow keys and chosen with
/// Return.
class FormulaView : public QWidget {
    Q_OBJECT
public:
    explicit FormulaView(QWidget* parent = nullptr);

    /// Shows a formula; `titles` has what the tool tip of each name that can be clicked says.
    void setFormula(const Formula& formula, std::map<std::string, QString, std::less<>> titles);
    void clear();
    /// Marks the value that is looked at; empty for none.
    void setChosen(const std::string& name);
    [[nodiscard]] const std::string& chosen() const { return m_chosen; }

    /// Where a name stands, the first time that it does; null if it cannot be clicked. For tests.
    [[nodiscard]] QRectF areaOf(std::string_view name) const;

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void valueChosen(const QString& name);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] const TypesetFormula& laidOut(int width) const;
    [[nodiscard]] int linkAt(QPointF position) const;
    void choose(int link);
    void moveFocus(int step);

    std::optional<Formula> m_formula;
    std::map<std::string, QString, std::less<>> m_titles;
    std::string m_chosen;
    int m_hovered = -1;
    int m_focused = 0;
    mutable TypesetFormula m_laid;
    mutable int m_laidWidth = -1;
};

}  // namespace attnscope
