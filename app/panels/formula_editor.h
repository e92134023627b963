#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <string>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace attnscope {

class FormulaHighlighter;
class Workspace;

/// Edits the formula of a layer. While the text is a formula it is evaluated: as a what-if beside the formula that the
/// layer has, or as the layer's own where it has none. Where it is none, the place is underlined and the line below
/// says what was expected.
class FormulaEditor : public QWidget {
    Q_OBJECT
public:
    explicit FormulaEditor(Workspace& workspace, QWidget* parent = nullptr);

    /// Starts editing the formula of this layer.
    void edit(const std::string& layer);
    /// Leaves off; what is written stays in effect.
    void close();
    /// The layer that is edited; empty for none.
    [[nodiscard]] const std::string& layer() const { return m_layer; }
    /// What is written, if it is a formula.
    [[nodiscard]] bool isValid() const { return m_valid; }
    [[nodiscard]] std::string source() const;
    /// The line below the text.
    [[nodiscard]] QString message() const;
    [[nodiscard]] QPlainTextEdit& text() { return *m_text; }

signals:
    void keepRequested();
    void closed();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void readText();
    void showProblem(const QString& what);
    void underline(int line, int column);
    void showOutcome();
    void takeOver();
    [[nodiscard]] std::string currentSource() const;
    [[nodiscard]] bool isWritten() const;

    Workspace& m_workspace;
    QLabel* m_title;
    QLabel* m_state;
    QPlainTextEdit* m_text;
    QLabel* m_message;
    QPushButton* m_keep;
    QPushButton* m_revert;
    FormulaHighlighter* m_highlighter;
    std::string m_layer;
    std::uint64_t m_session = 0;
    bool m_valid = false;
    bool m_taking = false;  ///< the text is set by the program
};

}  // namespace attnscope
