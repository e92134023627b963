#include "panels/layers_panel.h"

#include "panels/formula_menu.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include <filesystem>

namespace attnscope {
namespace {

constexpr int rowHeight = 24;
constexpr int inset = 9;  ///< with the style's own 3 pixels in line with the panel's title

/// Marks sites with ◉ and layers that cannot be evaluated with their colour; shapes and numbers are secondary.
class LayerDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        if ((option.state & QStyle::State_Selected) != 0)
            painter->fillRect(option.rect, Theme::of(option.palette).accentSoft);
        QStyleOptionViewItem cell = option;
        cell.state &= ~QStyle::State_Selected;
        if (index.column() == LayersModel::NameColumn) cell.rect.setLeft(cell.rect.left() + inset);
        if (index.column() == LayersModel::ParametersColumn) cell.rect.setRight(cell.rect.right() - inset);
        QStyledItemDelegate::paint(painter, cell, index);
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return {QStyledItemDelegate::sizeHint(option, index).width() + inset, rowHeight};
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        const Theme& theme = Theme::of(option->palette);
        const QModelIndex layer = index.siblingAtColumn(LayersModel::NameColumn);
        QColor color = index.column() == LayersModel::NameColumn ? theme.text : theme.muted;
        if (!layer.data(LayersModel::ProblemRole).toString().isEmpty()) color = theme.error;
        if (index.column() == LayersModel::NameColumn) {
            const bool site = layer.data(LayersModel::IsSiteRole).toBool();
            option->text.prepend(site ? QStringLiteral("◉ ") : QString());
            if (site) option->font.setWeight(QFont::DemiBold);
        } else {
            option->font = tabularFont(option->font);
        }
        option->palette.setColor(QPalette::Text, color);
        option->palette.setColor(QPalette::HighlightedText, color);
    }
};

}  // namespace

LayersPanel::LayersPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_model(new QLabel(this)), m_view(new QTreeView(this)) {
    m_model->setObjectName(QStringLiteral("muted"));
    m_view->setObjectName(QStringLiteral("layers"));
    m_view->setAccessibleName(tr("Layers of the model"));
    m_view->setModel(&m_layers);
    m_view->setItemDelegate(new LayerDelegate(m_view));
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setTextElideMode(Qt::ElideRight);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setMinimumSectionSize(4 * Theme::unit);
    m_view->header()->setSectionResizeMode(LayersModel::NameColumn, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(LayersModel::ShapeColumn, QHeaderView::ResizeToContents);
    m_view->header()->setSectionResizeMode(LayersModel::ParametersColumn, QHeaderView::ResizeToContents);

    auto* layout = panelLayout(this);
    layout->addLayout(panelHeader(titleLabel(tr("MODEL")), m_model));
    layout->addWidget(m_view, 1);

    connect(&workspace, &Workspace::modelChanged, this, &LayersPanel::showModel);
    connect(&workspace, &Workspace::siteChanged, this, &LayersPanel::showSite);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayersPanel::chooseLayer);
    connect(m_view, &QTreeView::customContextMenuRequested, this, &LayersPanel::showMenu);
    showModel();
}

void LayersPanel::showModel() {
    m_layers.setLayers(m_workspace.layers());
    m_view->expandAll();
    bool nested = false;
    for (const LayerSummary& layer : m_workspace.layers()) nested = nested || layer.depth > 0;
    m_view->setRootIsDecorated(nested);
    m_view->setIndentation(nested ? 2 * Theme::unit : 0);
    if (m_workspace.hasModel()) {
        const OpenedModel& opened = m_workspace.opened();
        const QString file = QString::fromStdString(std::filesystem::path(opened.path).filename().string());
        m_model->setText(m_model->fontMetrics().elidedText(file, Qt::ElideMiddle, 22 * Theme::unit));
        m_model->setToolTip(tr("%1\n%2, %3 parameters")
                                .arg(QString::fromStdString(opened.path),
                                     QString::fromStdString(opened.model->format()),
                                     QLocale().toString(static_cast<qlonglong>(opened.model->parameterCount()))));
    } else {
        m_model->clear();
    }
    showSite();
}

void LayersPanel::showSite() {
    const SiteRecord* site = m_workspace.viewState().modelSite();
    const QModelIndex index = m_layers.indexOf(site != nullptr ? site->layer : m_workspace.site());
    if (index.isValid() && m_view->currentIndex().siblingAtColumn(0) != index) m_view->setCurrentIndex(index);
}

void LayersPanel::chooseLayer(const QModelIndex& index) {
    if (!index.isValid()) return;
    emit layerChosen(QString::fromStdString(m_layers.layer(index).name));
    if (!m_layers.layer(index).isSite) return;
    const std::string& layer = m_layers.layer(index).name;
    const SiteRecord* current = m_workspace.viewState().modelSite();
    if (current != nullptr && current->layer == layer) return;
    std::string site = layer;
    if (m_workspace.modelRecord()) {
        for (const SiteRecord& candidate : m_workspace.modelRecord()->sites) {
            if (candidate.layer != layer) continue;
            site = candidate.name;
            break;
        }
    }
    m_workspace.setSite(site);
}

/// A layer that is a site, or that cannot be evaluated as it is, can be read by another formula.
void LayersPanel::showMenu(const QPoint& position) {
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid()) return;
    const LayerSummary& layer = m_layers.layer(index);
    if (!layer.isSite && layer.problem.empty() && !layer.added) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("layerMenu"));
    fillFormulaMenu(*menu->addMenu(tr("&Read by formula")), m_workspace, layer.name);
    connect(menu->addAction(layer.isSite ? tr("&Edit formula…") : tr("&Write a formula…")), &QAction::triggered, this,
            [this, name = QString::fromStdString(layer.name)] { emit formulaRequested(name); });
    if (layer.added)
        connect(menu->addAction(tr("Re&move this layer")), &QAction::triggered, &m_workspace,
                [this, name = layer.name] { m_workspace.removeLayer(name); });
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

}  // namespace attnscope
