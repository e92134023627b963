#include "panels/element_editor.h"

#include "panels/panel_parts.h"
#include "theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <cmath>

namespace attnscope {
namespace {

QString indexText(const std::vector<std::int64_t>& index) {
    QStringList places;
    for (const std::int64_t place : index) places << QString::number(place);
    return places.join(QStringLiteral(", "));
}

}  // namespace

ElementEditor::ElementEditor(QWidget* parent)
    : QWidget(parent),
      m_name(new QLabel),
      m_index(new QLineEdit),
      m_equals(new QLabel),
      m_number(new QLineEdit),
      m_problem(new QLabel) {
    m_index->setObjectName(QStringLiteral("elementIndex"));
    m_index->setAccessibleName(tr("Index"));
    m_number->setObjectName(QStringLiteral("elementNumber"));
    m_number->setAccessibleName(tr("Number"));
    m_number->setToolTip(tr("Type a number and press Enter to set this element by hand"));
    m_problem->setObjectName(QStringLiteral("elementProblem"));
    for (QLabel* label : {m_name, m_problem}) label->setTextFormat(Qt::PlainText);  // names come from a file
    wrapText(*m_problem);
    m_problem->hide();
    for (QLineEdit* edit : {m_index, m_number}) edit->setFont(tabularFont(font()));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Theme::unit / 2);
    row->addWidget(m_name);
    row->addWidget(m_index, 1);
    row->addWidget(m_equals);
    row->addWidget(m_number, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, Theme::unit / 2, 0, 0);
    layout->setSpacing(Theme::unit / 2);
    layout->addLayout(row);
    layout->addWidget(m_problem);
    connect(m_index, &QLineEdit::textEdited, this, &ElementEditor::showNumber);
    connect(m_number, &QLineEdit::returnPressed, this, &ElementEditor::enterNumber);
}

void ElementEditor::setValue(const RecordedValue& value, const std::optional<std::vector<std::int64_t>>& index) {
    const bool other = value.graphName != m_value.graphName;
    const bool outer = !value.axes.empty() && value.axes.front() == "outer";
    m_value = value;
    m_shape = outer ? value.tensor.shape().from(1) : value.tensor.shape();
    m_name->setText(QString::fromStdString(value.name) + (m_shape.rank() > 0 ? QStringLiteral(" [") : QString()));
    m_equals->setText(m_shape.rank() > 0 ? QStringLiteral("] =") : QStringLiteral("="));
    m_index->setVisible(m_shape.rank() > 0);
    m_index->setToolTip(tr("The element's index, one number for each axis of %1; fewer set a whole row")
                            .arg(QString::fromStdString(m_shape.text())));
    if (index) {
        m_index->setText(indexText(outer ? std::vector(index->begin() + 1, index->end()) : *index));
    } else if (other) {
        m_index->setText(indexText(std::vector<std::int64_t>(m_shape.rank(), 0)));
    }
    if (other || index || !m_number->isModified()) showNumber();
}

/// Nothing where what is typed is no index into the value.
std::optional<std::vector<std::int64_t>> ElementEditor::index() const {
    std::vector<std::int64_t> index;
    if (m_shape.rank() == 0 || m_index->text().trimmed().isEmpty()) return index;
    for (const QString& part : m_index->text().split(QLatin1Char(','))) {
        bool isNumber = false;
        const qlonglong place = part.trimmed().toLongLong(&isNumber);
        if (!isNumber || index.size() >= m_shape.rank() || place < 0 || place >= m_shape[index.size()])
            return std::nullopt;
        index.push_back(place);
    }
    return index;
}

/// The number that is there now: nothing for a whole row, or for numbers that lie on a device.
void ElementEditor::showNumber() {
    showProblem({});
    m_number->clear();
    m_number->setModified(false);
    const auto place = index();
    if (!place || place->size() != m_shape.rank() || !m_value.tensor.inMemory()) return;
    const std::vector<std::int64_t> strides = m_shape.strides();
    std::int64_t flat = 0;
    for (std::size_t axis = 0; axis < place->size(); ++axis) flat += (*place)[axis] * strides[axis];
    if (m_value.tensor->size() == 0) return;
    m_number->setText(QString::number(static_cast<double>((*m_value.tensor)[static_cast<std::size_t>(flat)]), 'g', 7));
}

void ElementEditor::enterNumber() {
    const auto place = index();
    if (!place) {
        const QString shape = QString::fromStdString(m_shape.text());
        showProblem(tr("“%1” is no index into %2 %3, as 3 or 3, 12 would be")
                        .arg(m_index->text(), QString::fromStdString(m_value.name), shape));
        return;
    }
    bool isNumber = false;
    const float number = m_number->text().trimmed().toFloat(&isNumber);
    if (!isNumber || !std::isfinite(number)) {
        showProblem(tr("“%1” is no number, as 0.5 or 1e-3 would be").arg(m_number->text()));
        return;
    }
    showProblem({});
    m_number->setModified(false);
    emit numberEntered(QString::fromStdString(m_value.graphName), *place, number);
}

void ElementEditor::showProblem(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

}  // namespace attnscope
