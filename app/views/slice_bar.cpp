#include "views/slice_bar.h"

#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

namespace attnscope {
namespace {

QString titleOf(SliceKind kind) {
    switch (kind) {
        case SliceKind::Query:
            return SliceBar::tr("Query");
        case SliceKind::Head:
            return SliceBar::tr("Head");
        case SliceKind::Outer:
            return SliceBar::tr("Outer timestep");
    }
    return {};
}

QString meanOf(const SliceAxis& axis) {
    switch (axis.kind) {
        case SliceKind::Query:
            return SliceBar::tr("mean over %1 queries").arg(axis.extent);
        case SliceKind::Head:
            return SliceBar::tr("mean over %1 heads").arg(axis.extent);
        case SliceKind::Outer:
            return SliceBar::tr("mean over %1").arg(axis.extent);
    }
    return {};
}

}  // namespace

SliceBar::SliceBar(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("sliceBar"));
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(2 * Theme::unit, Theme::unit, 2 * Theme::unit, 0);
    m_row->setSpacing(Theme::unit);
    m_row->addStretch(1);
    hide();
}

void SliceBar::setState(const ViewState& state, const std::string& shownWhole) {
    std::vector<Choice> choices;
    const SiteRecord* site = state.whatIfSite();
    for (const SliceAxis& axis : site != nullptr ? sliceAxes(*site) : std::vector<SliceAxis>()) {
        if (axis.letter == shownWhole) continue;
        const Sequence* queries = axis.kind == SliceKind::Query ? state.whatIf->querySequenceFor(*site) : nullptr;
        Choice choice{axis, {}};
        const std::vector<std::string> labels = timestepLabels(queries, static_cast<std::size_t>(axis.extent));
        for (std::size_t place = 0; place < labels.size(); ++place) {
            const std::string number = std::to_string(place);
            choice.places.push_back(labels[place] == number ? number : number + "  " + labels[place]);
        }
        choices.push_back(std::move(choice));
    }
    m_slice = state.display.slice;
    if (choices != m_choices) {
        m_choices = std::move(choices);
        rebuild();
    }
    for (std::size_t index = 0; index < m_boxes.size(); ++index) {
        const QSignalBlocker quiet(m_boxes[index]);
        const auto place = chosenPlace(m_choices[index].axis, m_slice);
        m_boxes[index]->setCurrentIndex(place ? static_cast<int>(*place) + 1 : 0);
    }
    setVisible(!m_boxes.empty());
}

void SliceBar::rebuild() {
    m_boxes.clear();
    while (QLayoutItem* item = m_row->takeAt(0)) {
        // It may be the box whose choice led here.
        if (item->widget() != nullptr) item->widget()->deleteLater();
        if (item->widget() != nullptr) item->widget()->hide();
        delete item;
    }
    for (std::size_t index = 0; index < m_choices.size(); ++index) {
        const Choice& choice = m_choices[index];
        auto* label = new QLabel(titleOf(choice.axis.kind));
        label->setObjectName(QStringLiteral("muted"));
        auto* box = new QComboBox;
        box->setObjectName(QStringLiteral("slice_") + QString::fromStdString(choice.axis.letter));
        box->setAccessibleName(label->text());
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(20);
        box->setMaxVisibleItems(24);
        box->addItem(meanOf(choice.axis));
        for (const std::string& place : choice.places) box->addItem(figures::displayText(place));
        connect(box, &QComboBox::currentIndexChanged, this, [this, index](int row) { choose(index, row); });
        label->setBuddy(box);
        m_row->addWidget(label);
        m_row->addWidget(box);
        m_row->addSpacing(Theme::unit);
        m_boxes.push_back(box);
    }
    m_row->addStretch(1);
}

void SliceBar::choose(std::size_t choice, int row) {
    SiteSlice slice = m_slice;
    slice.erase(m_choices[choice].axis.letter);
    if (row > 0) slice[m_choices[choice].axis.letter] = row - 1;
    emit sliceRequested(slice);
}

}  // namespace attnscope
