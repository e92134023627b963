#include "views/column_canvas.h"
#include "views/text_canvas.h"
#include "views/view_gestures.h"
#include "views/view_table.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

#include <algorithm>
#include <array>

namespace attnscope {

using namespace test;

/// What holds of every view.
class TestViews : public QObject {
    Q_OBJECT

private slots:
    void viewsStandInTheOrderOfTheirTabs();
    void withoutRecordsEveryViewSaysWhatToDo();
    void switchingStatesNeverShowsTheOldOne();
    void choosingARangeAsksForIt();
    void headsAndQueriesAreChosenInEveryView();
    void longSequencesAreEditedAndPointedAt_data();
    void longSequencesAreEditedAndPointedAt();
};

void TestViews::viewsStandInTheOrderOfTheirTabs() {
    QStringList ids;
    for (const ViewRow& row : viewTable()) ids << QString::fromUtf8(row.id);
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("text heatmap stages output mask"));
}

void TestViews::withoutRecordsEveryViewSaysWhatToDo() {
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        present(*view, {600, 400});
        for (const ViewState& state : {ViewState{}, fourWords(), ViewState{}}) {
            view->setState(state);
            QCoreApplication::processEvents();
            const bool empty = state.model == nullptr;
            const auto labels = view->findChildren<QLabel*>();
            const bool note = std::ranges::any_of(labels, [](const QLabel* label) {
                return label->isVisible() && label->text().startsWith(QStringLiteral("Open a model"));
            });
            QVERIFY2(note == empty, row.id);
        }
    }
}

void TestViews::switchingStatesNeverShowsTheOldOne() {
    // From many timesteps to few, pointed at and zoomed in between: nothing may reach beyond the new record.
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        present(*view, {600, 400});
        view->setState(handMadeState({.words = someWords(70), .features = 20, .matrixWeights = true}));
        for (auto* canvas : view->findChildren<ColumnCanvas*>()) {
            pointAt(*canvas, canvas->plotRect().bottomRight() - QPoint(2, 2));
            wheel(*canvas, canvas->plotRect().bottomRight() - QPoint(2, 2), 480);
        }
        view->setState(fourWords());
        for (auto* canvas : view->findChildren<ColumnCanvas*>()) {
            QVERIFY(!canvas->pointedCell());
            QVERIFY(canvas->viewport().isFitted());
        }
        view->setState(handMadeState({.timesteps = 30}));
        view->grab();
    }
}

void TestViews::choosingARangeAsksForIt() {
    for (const char* id : {"text", "heatmap"}) {
        const auto row = std::ranges::find_if(viewTable(), [&](const ViewRow& r) { return std::string(r.id) == id; });
        const std::unique_ptr<View> view(row->make(nullptr));
        present(*view, {600, 400});
        ViewState state = fourWords();
        view->setState(state);
        std::vector<DisplayOptions> asked;
        connect(view.get(), &View::displayRequested, view.get(),
                [&](const DisplayOptions& display) { asked.push_back(display); });
        auto* map = view->findChild<QComboBox*>(QStringLiteral("colorMap"));
        map->setCurrentText(QStringLiteral("magma"));
        emit map->activated(map->currentIndex());
        QCOMPARE(asked.size(), std::size_t{1});
        QCOMPARE(asked[0].colorMap, std::string("magma"));
        auto* range = view->findChild<QComboBox*>(QStringLiteral("rangeMode"));
        emit range->activated(static_cast<int>(RangeMode::Attainable));
        QCOMPARE(asked.size(), std::size_t{2});
        QVERIFY(asked[1].range == RangeMode::Attainable);
    }
}

void TestViews::headsAndQueriesAreChosenInEveryView() {
    ViewState state = handMadeState({.words = someWords(9), .heads = 3});
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        present(*view, {900, 600});
        view->setState(state);
        QSignalSpy asked(view.get(), &View::displayRequested);
        auto* heads = view->findChild<QComboBox*>(QStringLiteral("slice_h"));
        auto* queries = view->findChild<QComboBox*>(QStringLiteral("slice_i"));
        QVERIFY2(heads != nullptr && heads->isVisible(), row.id);
        QCOMPARE(heads->count(), 4);
        QCOMPARE(heads->currentText(), QStringLiteral("mean over 3 heads"));
        // The heatmap shows all queries anyway.
        QCOMPARE(queries == nullptr, row.exported == SiteView::Heatmap);
        if (queries != nullptr) QCOMPARE(queries->itemText(2), QStringLiteral("1  quite"));
        QTest::keyClick(heads, Qt::Key_Down);
        QCOMPARE(asked.size(), 1);
        QVERIFY(asked.front().front().value<DisplayOptions>().slice == (SiteSlice{{"h", 0}}));
        // A site with nothing to choose has no bar.
        view->setState(fourWords());
        QVERIFY(view->findChild<QWidget*>(QStringLiteral("sliceBar"))->isHidden());
    }
}

void TestViews::longSequencesAreEditedAndPointedAt_data() {
    QTest::addColumn<int>("view");
    QTest::addColumn<int>("tokens");
    int place = 0;
    for (const ViewRow& row : viewTable()) {
        for (const int tokens : {500, 5000}) QTest::addRow("%s, %d tokens", row.id, tokens) << place << tokens;
        ++place;
    }
}

/// Prints what a person waits for: ten times the tokens should not take much more than ten times as long.
void TestViews::longSequencesAreEditedAndPointedAt() {
    QFETCH(const int, view);
    QFETCH(const int, tokens);
    const auto words = someWords(static_cast<std::size_t>(tokens));
    const std::array states{handMadeState({.words = words, .masked = {1}}),
                            handMadeState({.words = words, .masked = {1, 2}})};
    const std::unique_ptr<View> shown(viewTable()[static_cast<std::size_t>(view)].make(nullptr));
    present(*shown, {900, 600});
    shown->setState(states[0]);
    shown->grab();
    const auto columns = shown->findChildren<ColumnCanvas*>();
    const auto texts = shown->findChildren<TextCanvas*>();
    QSignalSpy pointed(shown.get(), &View::elementPointedAt);
    // As a person dragging over the tokens makes them.
    QBENCHMARK_ONCE {
        for (int move = 0; move < 8; ++move) {
            if (move % 4 == 0) shown->setState(states[static_cast<std::size_t>(1 - move / 4)]);
            for (auto* canvas : columns) pointAt(*canvas, canvas->plotRect().topLeft() + QPoint(10 + 7 * move, 12));
            for (auto* canvas : texts) pointAt(*canvas, QPoint(30 + 9 * move, 40));
            shown->repaint();
        }
    }
    for (const auto* canvas : columns) QVERIFY(canvas->pointedCell());
    QVERIFY(!columns.isEmpty() || !pointed.isEmpty());
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestViews)
#include "test_views.moc"
