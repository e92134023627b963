#include "views/view_states.h"
#include "views/view_table.h"

#include <QDir>
#include <QtTest>

namespace attnscope {
namespace {

/// A state of the window that views must look right in.
struct Case {
    const char* name;
    ViewState (*make)();
};

ViewState edited(const std::string& model, int line, std::set<std::int64_t> masked) {
    return test::sampleState(model, test::review(line), masked);
}

const std::vector<Case> cases{
    {"short",
     [] {
         return test::handMadeState({.words = {"a", "gorgeous", "witty", "film"}});
     }},
    {"padded", [] { return test::handMadeState({.words = test::someWords(58), .padding = 12, .maskIsWhatIf = true}); }},
    {"one", [] { return test::handMadeState({.words = {"yes"}}); }},
    {"long", [] { return test::handMadeState({.words = test::someWords(2000)}); }},
    {"scripts",
     [] {
         return test::handMadeState({.words = {"电影", "非常", "精彩", "الفيلم", "رائع", "جدا", "🎬",
                                               "👩‍👩‍👧", "日本語", "שלום", "naïve", "क्षत्रिय"},
                                     .masked = {3}});
     }},
    {"all_masked",
     [] {
         return test::handMadeState({.words = test::someWords(8), .masked = {0, 1, 2, 3, 4, 5, 6, 7}});
     }},
    {"matrix",
     [] { return test::handMadeState({.words = test::someWords(70), .features = 128, .matrixWeights = true}); }},
    {"matrix_edited",
     [] {
         return test::handMadeState({.words = test::someWords(70),
                                     .features = 128,
                                     .matrixWeights = true,
                                     .maskIsWhatIf = true,
                                     .masked = {3, 4, 5, 40}});
     }},
    {"heads", [] { return test::handMadeState({.words = test::someWords(24), .padding = 4, .heads = 4}); }},
    {"heads_chosen",
     [] {
         ViewState state = test::handMadeState({.words = test::someWords(24), .padding = 4, .heads = 4, .masked = {9}});
         state.display.slice = {{"h", 1}, {"i", 12}};
         return state;
     }},
    {"review", [] { return edited("sentiment/attention.h5", 1, {}); }},
    {"review_edited",
     [] {
         return edited("sentiment/attention.h5", 1, {49, 48, 40});
     }},
    {"layer_edited",
     [] {
         return edited("sentiment/attention_layer.h5", 0, {0, 1, 2, 3, 4, 5, 6, 7, 8});
     }},
    {"recording", [] { return test::sampleState("vibration/model.h5", test::recording()); }},
    {"recording_edited",
     [] {
         return test::sampleState("vibration/model.h5", test::recording(), {60, 61, 62, 63, 64});
     }},
};

}  // namespace

/// Pictures of every view in every state, for people to look at: in the folder that ATTNSCOPE_PICTURES names, or else
/// beside the test. What must hold of all of them is that something is seen on them.
class TestViewPictures : public QObject {
    Q_OBJECT

private slots:
    void everyViewShowsEveryState_data() {
        QTest::addColumn<int>("view");
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("dark");
        for (int view = 0; view < static_cast<int>(viewTable().size()); ++view) {
            for (int state = 0; state < static_cast<int>(cases.size()); ++state) {
                for (const bool dark : {false, true}) {
                    QTest::addRow("%s_%s_%s", viewTable()[static_cast<std::size_t>(view)].id,
                                  cases[static_cast<std::size_t>(state)].name, dark ? "dark" : "light")
                        << view << state << dark;
                }
            }
        }
    }

    void everyViewShowsEveryState() {
        QFETCH(int, view);
        QFETCH(int, state);
        QFETCH(bool, dark);
        const std::unique_ptr<View> widget(viewTable()[static_cast<std::size_t>(view)].make(nullptr));
        test::present(*widget, {900, 600}, dark);
        ViewState shown = cases[static_cast<std::size_t>(state)].make();
        shown.display.dark = dark;
        widget->setState(shown);
        QCoreApplication::processEvents();
        const QImage picture = widget->grab().toImage();
        const QDir folder(qEnvironmentVariable("ATTNSCOPE_PICTURES", QStringLiteral("view_pictures")));
        QVERIFY(folder.mkpath(QStringLiteral(".")));
        QVERIFY(picture.save(folder.filePath(QString::fromUtf8(QTest::currentDataTag()) + QStringLiteral(".png"))));
        std::set<QRgb> colors;
        for (int y = 0; y < picture.height(); y += 3) {
            for (int x = 0; x < picture.width(); x += 3) colors.insert(picture.pixel(x, y));
        }
        QVERIFY2(colors.size() > 16, "nothing to be seen");
    }
};

}  // namespace attnscope

QTEST_MAIN(attnscope::TestViewPictures)
#include "test_view_pictures.moc"
