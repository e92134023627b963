#pragma once

#include "inspect/record.h"

#include <QWidget>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

class QLabel;
class QLineEdit;

namespace attnscope {

/// One element of a site's value, `W[3, 12] = 0.5`, to be set by hand. An index shorter than the value's rank stands
/// for everything below it, as on the command line.
class ElementEditor : public QWidget {
    Q_OBJECT
public:
    explicit ElementEditor(QWidget* parent = nullptr);

    /// Edits an element of this value; without an index the one edited last stays, if the value has it.
    void setValue(const RecordedValue& value, const std::optional<std::vector<std::int64_t>>& index = {});
    /// The value's graph name; empty before there is one.
    [[nodiscard]] const std::string& valueName() const { return m_value.graphName; }

signals:
    void numberEntered(const QString& valueName, const std::vector<std::int64_t>& index, float number);

private:
    [[nodiscard]] std::optional<std::vector<std::int64_t>> index() const;
    void showNumber();
    void enterNumber();
    void showProblem(const QString& problem);

    RecordedValue m_value;
    Shape m_shape;  ///< of what an index is into: without an axis of outer timesteps
    QLabel* m_name;
    QLineEdit* m_index;
    QLabel* m_equals;
    QLineEdit* m_number;
    QLabel* m_problem;
};

}  // namespace attnscope
