#include "views/column_canvas.h"
#include "views/text_canvas.h"
#include "views/view_gestures.h"
#include "views/view_table.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

#include <algorithm>

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
    void fiveThousandTokensStayFluid();
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

void TestViews::fiveThousandTokensStayFluid() {
    const auto words = someWords(5000);
    const std::vector<ViewState> states{handMadeState({.words = words, .masked = {1}}),
                                        handMadeState({.words = words, .masked = {1, 2}})};
    for (const ViewRow& row : viewTable()) {
        const std::unique_ptr<View> view(row.make(nullptr));
        present(*view, {900, 600});
        view->setState(states[0]);
        view->grab();
        // Edits and pointing, as a person dragging over the text makes them.
        QElapsedTimer timer;
        timer.start();
        constexpr int edits = 4;
        for (int i = 0; i < edits; ++i) {
            view->setState(states[static_cast<std::size_t>((i + 1) % 2)]);
            view->repaint();
        }
        const qint64 perEdit = timer.elapsed() / edits;
        timer.restart();
        constexpr int moves = 20;
        for (int i = 0; i < moves; ++i) {
            for (auto* canvas : view->findChildren<ColumnCanvas*>())
                pointAt(*canvas, canvas->plotRect().topLeft() + QPoint(10 + 7 * i, 12));
            for (auto* canvas : view->findChildren<TextCanvas*>()) pointAt(*canvas, QPoint(30 + 9 * i, 40));
            view->repaint();
        }
        const qint64 perMove = timer.elapsed() / moves;
        qInfo() << row.id << perEdit << "ms per edit," << perMove << "ms per move";
        // Far above what it takes (printed above), so that a busy machine does not fail it, and far below quadratic.
        QVERIFY2(perEdit < 1500, row.id);
        QVERIFY2(perMove < 200, row.id);
    }
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestViews)
#include "test_views.moc"
