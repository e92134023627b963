#include "panels/texts_panel.h"

#include "panels/panel_parts.h"
#include "panels/text_delegate.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QRadioButton>
#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {

TextsPanel::TextsPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      m_workspace(workspace),
      m_texts(workspace),
      m_title(titleLabel({})),
      m_count(new QLabel(this)),
      m_inputs(new QWidget(this)),
      m_inputRows(new QVBoxLayout(m_inputs)),
      m_typed(new QLineEdit(this)),
      m_filter(new QLineEdit(this)),
      m_column(new QComboBox(this)),
      m_view(new QListView(this)),
      m_hint(new QLabel(this)) {
    build();
    // After TextsModel's own connection, so that the rows are there.
    connect(&workspace, &Workspace::listChanged, this, &TextsPanel::showList);
    connect(&workspace, &Workspace::inputsChanged, this, &TextsPanel::showInputs);
    connect(&workspace, &Workspace::modelChanged, this, &TextsPanel::showInputs);
    connect(m_typed, &QLineEdit::returnPressed, this, [this] {
        const std::string text = m_typed->text().trimmed().toStdString();
        m_typed->clear();
        if (text.empty()) return;
        m_workspace.typeText(text);
    });
    connect(m_filter, &QLineEdit::textChanged, this, &TextsPanel::setFilter);
    connect(m_column, &QComboBox::activated, this, [this](int column) {
        m_workspace.openSequences({m_workspace.columns().path}, m_column->itemText(column).toStdString());
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (!m_following && current.isValid()) m_workspace.chooseRow(m_filtered.mapToSource(current).row());
    });
    showList();
    showInputs();
}

void TextsPanel::build() {
    m_filtered.setSourceModel(&m_texts);
    m_filtered.setFilterRole(TextsModel::TextRole);
    m_filtered.setFilterCaseSensitivity(Qt::CaseInsensitive);

    m_typed->setObjectName(QStringLiteral("typedText"));
    m_typed->setAccessibleName(tr("Type a text"));
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setPlaceholderText(tr("Filter…"));
    m_filter->setAccessibleName(tr("Filter the list"));
    m_filter->setClearButtonEnabled(true);
    m_column->setObjectName(QStringLiteral("column"));
    m_column->setToolTip(tr("The column that holds the texts"));
    m_column->setSizeAdjustPolicy(
        QComboBox::AdjustToMinimumContentsLengthWithIcon);  // a long name leaves the filter its room
    m_column->setMinimumContentsLength(8);

    m_view->setObjectName(QStringLiteral("texts"));
    m_view->setAccessibleName(tr("Texts"));
    m_view->setModel(&m_filtered);
    m_view->setItemDelegate(new TextDelegate(m_view));
    m_view->setUniformItemSizes(true);
    m_view->setMouseTracking(true);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);

    m_hint->setObjectName(QStringLiteral("muted"));
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setMargin(3 * Theme::unit);
    m_hint->setBackgroundRole(QPalette::Base);
    m_hint->setAutoFillBackground(true);
    m_inputRows->setContentsMargins(12, 0, 12, Theme::unit);
    m_inputRows->setSpacing(Theme::unit / 2);

    auto* typing = new QHBoxLayout;
    typing->setContentsMargins(12, 0, 12, Theme::unit);
    typing->addWidget(m_typed);
    auto* narrowing = new QHBoxLayout;
    narrowing->setContentsMargins(12, 0, 12, Theme::unit);
    narrowing->setSpacing(Theme::unit);
    narrowing->addWidget(m_filter, 3);
    narrowing->addWidget(m_column, 2);

    auto* layout = panelLayout(this);
    layout->addLayout(panelHeader(m_title, m_count));
    layout->addWidget(m_inputs);
    layout->addLayout(typing);
    layout->addLayout(narrowing);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_hint, 1);
}

void TextsPanel::showList() {
    const bool empty = m_workspace.list().empty();
    m_view->setVisible(!empty);
    m_hint->setVisible(empty);
    m_filter->setEnabled(!empty);
    const TextColumns& columns = m_workspace.columns();
    m_column->clear();
    for (const std::string& column : columns.columns) m_column->addItem(QString::fromStdString(column));
    m_column->setCurrentText(QString::fromStdString(columns.chosen));
    m_column->setVisible(columns.columns.size() > 1);
    followChoice();
    showCount();
}

void TextsPanel::showInputs() {
    showInputRows();
    const bool numbers = m_workspace.hasModel() && m_workspace.activeInput() < m_workspace.inputs().size() &&
                         !m_workspace.opened().model->inputs()[m_workspace.activeInput()].tokenIds;
    m_typed->setEnabled(m_workspace.hasModel() && !numbers);
    m_typed->setPlaceholderText(numbers ? tr("This input takes numbers, not texts")
                                        : tr("Type a text and press Enter"));
    m_title->setText(numbers ? tr("SEQUENCES") : tr("TEXTS"));
    m_hint->setText(numbers                  ? tr("Open a numeric sequence: .npy or .csv (time\u00a0×\u00a0feature).")
                    : m_workspace.hasModel() ? tr("Open texts, or type one above.")
                                             : tr("Open a model, then texts or numeric sequences."));
    followChoice();
}

void TextsPanel::showInputRows() {
    while (QLayoutItem* item = m_inputRows->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    m_inputs->setVisible(m_workspace.inputs().size() > 1);
    if (m_workspace.inputs().size() < 2) return;
    for (std::size_t input = 0; input < m_workspace.inputs().size(); ++input) {
        const auto& source = m_workspace.inputs()[input];
        const QString name = QString::fromStdString(m_workspace.opened().model->inputs()[input].name);
        const QString chosen = source ? QString::fromStdString(source->name) : tr("nothing chosen yet");
        const QFontMetrics metrics(m_inputs->font());
        QString text = metrics.elidedText(name, Qt::ElideMiddle, 14 * Theme::unit) + QStringLiteral(" — ") +
                       metrics.elidedText(chosen, Qt::ElideMiddle, 14 * Theme::unit);
        auto* row = new QRadioButton(text.replace(QLatin1Char('&'), QStringLiteral("&&")), m_inputs);
        row->setChecked(input == m_workspace.activeInput());
        row->setToolTip(tr("%1 — %2\nChoose from the list for this input").arg(name, chosen));
        // Queued: the rows are made anew when the active input changes.
        connect(
            row, &QRadioButton::clicked, this, [this, input] { m_workspace.setActiveInput(input); },
            Qt::QueuedConnection);
        m_inputRows->addWidget(row);
    }
}

void TextsPanel::followChoice() {
    const int row = m_workspace.chosenRow();
    const QModelIndex index = m_filtered.mapFromSource(m_texts.index(row));
    m_following = true;
    if (index.isValid()) {
        m_view->setCurrentIndex(index);
    } else {
        m_view->selectionModel()->clear();
    }
    m_following = false;
}

void TextsPanel::setFilter(const QString& text) {
    m_following = true;  // rows that go must not choose their neighbours
    m_filtered.setFilterFixedString(text);
    m_following = false;
    followChoice();
    showCount();
}

void TextsPanel::showCount() {
    const int all = m_texts.rowCount();
    const int shown = m_filtered.rowCount();
    const auto text = [](int count) { return QLocale().toString(count); };
    m_count->setText(all == 0 ? QString() : shown == all ? text(all) : tr("%1 of %2").arg(text(shown), text(all)));
}

void TextsPanel::step(int by) {
    const int rows = m_filtered.rowCount();
    if (rows == 0) return;
    const QModelIndex current = m_view->currentIndex();
    const int row = current.isValid() ? std::clamp(current.row() + by, 0, rows - 1) : 0;
    m_view->setCurrentIndex(m_filtered.index(row, 0));
}

void TextsPanel::focusTyping() {
    m_typed->setFocus(Qt::ShortcutFocusReason);
    m_typed->selectAll();
}

void TextsPanel::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

}  // namespace attnscope
