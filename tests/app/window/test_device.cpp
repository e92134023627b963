#include "eval/fallback_backend.h"
#include "eval/vulkan_backend.h"
#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "panels/message_banner.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"
#include "theme/theme.h"
#include "views/heatmap_canvas.h"
#include "window/device_menu.h"
#include "window/main_window.h"
#include "window/profile_dialog.h"
#include "window/verify_dialog.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace attnscope {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/sentiment/";

/// The machine's devices under the validation layers; each that is opened goes wrong as the next faults say.
struct WatchedDevices {
    std::vector<vulkan::DeviceFaults> faults;
    std::size_t opened = 0;
    std::vector<std::shared_ptr<vulkan::Device>> devices;
};

/// As openBackend() does it, but the device is kept for its messages.
Result<std::shared_ptr<Backend>> openWatched(WatchedDevices& watched, const DeviceChoice& choice) {
    vulkan::DeviceOptions options = test::vulkanOptions();
    if (watched.opened < watched.faults.size()) options.faults = watched.faults[watched.opened];
    ++watched.opened;
    if (choice.kind != DeviceChoice::Kind::Vulkan) return openBackend(choice, options);
    options.wish.index = choice.index;
    ATTN_TRY(std::shared_ptr<vulkan::Device> device, vulkan::Device::create(options));
    watched.devices.push_back(device);
    std::shared_ptr<Backend> backend = makeVulkanBackend(std::move(device));
    ATTN_CHECK(selfCheck(*backend));
    return makeFallbackBackend(std::move(backend), makeCpuBackend());
}

Devices watchedDevices(const std::shared_ptr<WatchedDevices>& watched, std::size_t readAtOnce) {
    Devices devices;
    devices.open = [watched](const DeviceChoice& choice) { return openWatched(*watched, choice); };
    devices.readAtOnce = readAtOnce;
    return devices;
}

/// By how many levels of a channel two pictures of one size differ at the most.
int largestDifference(const QImage& found, const QImage& expected) {
    int largest = 0;
    for (int y = 0; y < found.height(); ++y) {
        for (int x = 0; x < found.width(); ++x) {
            const QColor a = expected.pixelColor(x, y);
            const QColor b = found.pixelColor(x, y);
            largest = std::max(
                {largest, std::abs(a.red() - b.red()), std::abs(a.green() - b.green()), std::abs(a.blue() - b.blue())});
        }
    }
    return largest;
}

}  // namespace

/// What computes, chosen and watched in the window as a person does it. Needs a Vulkan device, a software one will do.
class TestDevice : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void theChooserListsEveryDevice();
    void changingTheDeviceKeepsEverything();
    void theChoiceIsRemembered();
    void aDeviceThatIsGoneIsNoObstacle();
    void verifyingSaysWhereTheDifferenceIsLargest();
    void onTheCpuThereIsNothingToVerify();
    void anEditTakesTheVerificationAway();
    void anEditedFormulaIsWhatIsVerifiedAndTimed();
    void aDeviceThatFailsIsABannerAndCanBeTriedAgain();
    void aDeviceThatCannotBeOpenedLeavesTheOldOne();
    void timesPerOperationAreShown();
    void largeMapsArePaintedWhereTheirNumbersLie();
    void pointingAtALargeMapReadsItsNumbers();
    void viewsOfEveryNumberWaitForThem();
    void aLostDeviceLosesNoPicture();
    void aClickedCellIsOfferedForEditing();
    void pictures();

private:
    void makeWindow(QSettings* settings = nullptr, std::size_t readAtOnce = Inspector::usualReadAtOnce);
    void closeWindow();
    void openSample(const std::string& model = "attention.h5");
    void chooseVulkan();
    void showView(int place) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + place), Qt::ControlModifier);
    }
    [[nodiscard]] QAction* deviceAction(const QString& text);
    [[nodiscard]] bool isIdle() const { return m_workspace->activity().what.isEmpty(); }
    [[nodiscard]] HeatmapCanvas& heatmap() { return *m_window->currentView()->findChild<HeatmapCanvas*>(); }
    [[nodiscard]] QImage mapPicture();
    void keep(QWidget& widget, const QString& name);

    std::shared_ptr<WatchedDevices> m_watched;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

void TestDevice::makeWindow(QSettings* settings, std::size_t readAtOnce) {
    closeWindow();
    m_watched = std::make_shared<WatchedDevices>();
    m_workspace = std::make_unique<Workspace>(makeCpuBackend());
    m_workspace->setDevices(watchedDevices(m_watched, readAtOnce));
    m_window = std::make_unique<MainWindow>(*m_workspace, WindowParts{viewTable(), {}, settings});
    m_window->setTheme(ThemeChoice::Light);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestDevice::init() {
    makeWindow();
}

void TestDevice::cleanup() {
    closeWindow();
}

/// Whatever was done, the validation layers had nothing to say of it.
void TestDevice::closeWindow() {
    m_window.reset();
    m_workspace.reset();
    if (!m_watched) return;
    for (const std::shared_ptr<vulkan::Device>& device : m_watched->devices)
        QVERIFY2(test::validationText(*device).empty(), test::validationText(*device).c_str());
    m_watched.reset();
}

void TestDevice::openSample(const std::string& model) {
    m_workspace->openFiles({samples + model, samples + "reviews.txt"});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && m_window->currentView() != nullptr, 60000);
}

/// The entry whose text holds this, once it is listed.
QAction* TestDevice::deviceAction(const QString& text) {
    auto* menu = m_window->findChild<DeviceMenu*>();
    emit menu->aboutToShow();
    if (!QTest::qWaitFor([&] { return isIdle(); }, 30000)) return nullptr;
    for (QAction* action : menu->actions()) {
        if (action->text().remove(QLatin1Char('&')).contains(text)) return action;
    }
    return nullptr;
}

void TestDevice::chooseVulkan() {
    QAction* vulkan = deviceAction(QStringLiteral("vulkan:0"));
    QVERIFY2(vulkan != nullptr, "these tests need a Vulkan device; lavapipe will do");
    vulkan->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
}

/// The map, once everything has come that painting it asked for.
QImage TestDevice::mapPicture() {
    QImage picture;
    for (bool settled = false; !settled; settled = isIdle()) {
        if (!QTest::qWaitFor([&] { return isIdle(); }, 60000)) return {};
        QCoreApplication::processEvents();
        picture = heatmap().grab(heatmap().mapRect().adjusted(1, 1, -1, -1)).toImage();
    }
    return picture;
}

void TestDevice::keep(QWidget& widget, const QString& name) {
    QTest::qWait(30);
    const QDir folder(qEnvironmentVariable("ATTNSCOPE_PICTURES", QStringLiteral(".")));
    QVERIFY(widget.grab().save(folder.filePath(name + QStringLiteral(".png"))));
}

void TestDevice::theChooserListsEveryDevice() {
    const auto devices = vulkan::listDevices();
    QVERIFY2(devices, devices ? "" : devices.error().text().c_str());
    QVERIFY(deviceAction(QStringLiteral("Automatic"))->isChecked());
    QVERIFY(deviceAction(QStringLiteral("CPU")));
    for (const vulkan::DeviceInfo& device : *devices) {
        const std::string_view type = vulkan::typeName(device.type);
        QAction* action = deviceAction(QString::fromStdString(device.name));
        QVERIFY(action != nullptr);
        QVERIFY(action->text().contains(QString::fromUtf8(type.data(), static_cast<qsizetype>(type.size()))));
        QCOMPARE(action->isEnabled(), device.unusable.empty());
    }
    auto* button = m_window->findChild<QToolButton*>(QStringLiteral("device"));
    QCOMPARE(button->text(), QStringLiteral("CPU"));
    QCOMPARE(button->menu(), m_window->findChild<DeviceMenu*>());
}

void TestDevice::changingTheDeviceKeepsEverything() {
    openSample();
    m_workspace->chooseRow(2);
    QTRY_VERIFY(isIdle());
    m_workspace->maskTimesteps({48}, true);
    QTRY_VERIFY(isIdle());
    showView(1);
    QTest::keyClick(&heatmap(), Qt::Key_Plus);
    const glm::mat3 zoomed = heatmap().viewport().matrix();
    const RecordPtr before = m_workspace->whatIfRecord();
    const Edits edits = m_workspace->edits();
    QCOMPARE(edits.count(), std::size_t{1});

    chooseVulkan();
    QCOMPARE(m_workspace->deviceState().opened.name, std::string("vulkan:0"));
    QCOMPARE(m_window->findChild<QToolButton*>(QStringLiteral("device"))->text(), QStringLiteral("VULKAN:0"));
    QVERIFY(deviceAction(QStringLiteral("vulkan:0"))->isChecked());
    QCOMPARE(m_workspace->chosenRow(), 2);
    QCOMPARE(m_workspace->edits(), edits);
    QCOMPARE(m_window->findChild<QTabWidget*>(QStringLiteral("views"))->currentIndex(), 1);
    QVERIFY(heatmap().viewport().matrix() == zoomed);
    const RecordPtr after = m_workspace->whatIfRecord();
    QCOMPARE(after->device, std::string("vulkan:0"));
    for (std::size_t t = 0; t < before->sites[0].perTimestep.size(); ++t)
        QVERIFY(test::isNear(after->sites[0].perTimestep[t], before->sites[0].perTimestep[t]));
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QTRY_VERIFY(isIdle());
    QVERIFY(m_workspace->edits().empty());
    QCOMPARE(m_workspace->chosenRow(), 2);
}

void TestDevice::theChoiceIsRemembered() {
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    makeWindow(&settings);
    QCOMPARE(DeviceMenu::remembered(settings), ChosenDevice());
    chooseVulkan();
    const ChosenDevice remembered = DeviceMenu::remembered(settings);
    QCOMPARE(deviceChoiceText(remembered.choice), std::string("vulkan:0"));
    QCOMPARE(remembered.deviceName, (*vulkan::listDevices())[0].name);
    // The same card in another place is found by its name.
    makeWindow(&settings);
    m_workspace->useDevice({{DeviceChoice::Kind::Vulkan, 7}, remembered.deviceName});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QCOMPARE(m_workspace->deviceState().opened.name, std::string("vulkan:0"));
    QCOMPARE(m_workspace->deviceState().opened.remark, std::string());
    QVERIFY(deviceAction(QStringLiteral("vulkan:0"))->isChecked());
}

void TestDevice::aDeviceThatIsGoneIsNoObstacle() {
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    settings.setValue(QStringLiteral("device/choice"), QStringLiteral("vulkan:1"));
    settings.setValue(QStringLiteral("device/name"), QStringLiteral("A card that was sold"));
    makeWindow(&settings);
    m_workspace->useDevice(DeviceMenu::remembered(settings));
    openSample();
    auto* banner = m_window->findChild<MessageBanner*>();
    QVERIFY(banner->isVisible());
    QVERIFY2(banner->text().contains(QStringLiteral("A card that was sold is not there")), qPrintable(banner->text()));
    QCOMPARE(m_workspace->whatIfRecord()->device, std::string("cpu"));
    QCOMPARE(DeviceMenu::remembered(settings).deviceName, std::string("A card that was sold"));  // it may come back
}

void TestDevice::verifyingSaysWhereTheDifferenceIsLargest() {
    openSample();
    chooseVulkan();
    QTest::keyClick(m_window.get(), Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
    auto* dialog = m_window->findChild<VerifyDialog*>();
    QVERIFY(dialog->isVisible());
    QVERIFY(!dialog->isModal());
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(m_workspace->verification() && *m_workspace->verification());
    const Verification& verification = **m_workspace->verification();
    QString text;
    for (const QLabel* label : dialog->findChildren<QLabel*>()) text += label->text() + QLatin1Char('\n');
    QVERIFY2(text.contains(QStringLiteral("vulkan:0 and the CPU agree")), qPrintable(text));
    QVERIFY2(text.contains(QString::fromStdString(verification.value)), qPrintable(text));
    auto* status = m_window->findChild<QLabel*>(QStringLiteral("verified"));
    QVERIFY(status->isVisible());
    QVERIFY(status->text().startsWith(QStringLiteral("largest difference")));
}

void TestDevice::onTheCpuThereIsNothingToVerify() {
    openSample();
    QVERIFY(!m_window->actions().verify->isEnabled());
    chooseVulkan();
    QVERIFY(m_window->actions().verify->isEnabled());
}

void TestDevice::anEditTakesTheVerificationAway() {
    openSample();
    chooseVulkan();
    m_window->actions().verify->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(m_workspace->verification());
    m_workspace->maskTimesteps({49}, true);
    QVERIFY(!m_workspace->verification());
    QTRY_VERIFY(!m_window->findChild<QLabel*>(QStringLiteral("verified"))->isVisible());
}

void TestDevice::anEditedFormulaIsWhatIsVerifiedAndTimed() {
    openSample();
    chooseVulkan();
    m_workspace->verify();
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(m_workspace->verification() && *m_workspace->verification());
    const std::size_t values = (*m_workspace->verification())->values;

    m_workspace->editFormula("attention",
                             "weights W[f], b[t]\n"
                             "input x[t,f], mask[t]\n"
                             "s[t] = tanh(sum(f: x[t,f] * W[f]) + b[t])\n"
                             "e[t] = abs(s[t])\n"
                             "u[t] = exp(e[t]) * mask[t]\n"
                             "a[t] = u[t] / (sum(t: u[t]) + 1e-7)\n"
                             "c[f] = sum(t: a[t] * x[t,f])\n"
                             "site score e, weights a, values x, output c\n",
                             1);
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(!m_workspace->formulaProblem());
    m_workspace->verify();
    m_workspace->takeProfile();
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(m_workspace->verification() && *m_workspace->verification());
    QCOMPARE((*m_workspace->verification())->beyond, std::size_t{0});
    QVERIFY((*m_workspace->verification())->values > values);
    QVERIFY(m_workspace->profile() && *m_workspace->profile());
    QVERIFY(std::ranges::any_of((*m_workspace->profile())->profile,
                                [](const StepTime& step) { return step.operation.find("abs") != std::string::npos; }));
}

void TestDevice::aDeviceThatFailsIsABannerAndCanBeTriedAgain() {
    openSample();
    const RecordPtr before = m_workspace->modelRecord();
    auto* banner = m_window->findChild<MessageBanner*>();
    // The first submissions are the self-check's: a device that is lost then is not opened at all.
    for (int number = 1; number <= 8 && !banner->text().contains(QStringLiteral("cpu did")); ++number) {
        m_watched->faults.assign(m_watched->opened + 1, {});
        m_watched->faults.back().submissionThatIsLost = number;
        chooseVulkan();
    }
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(banner->isWarning());
    QVERIFY2(banner->text().contains(QStringLiteral("lost")), qPrintable(banner->text()));
    QVERIFY(banner->text().contains(QStringLiteral("Nothing is lost")));
    QCOMPARE(m_workspace->modelRecord()->device, std::string("cpu"));
    for (std::size_t t = 0; t < before->sites[0].perTimestep.size(); ++t)
        QVERIFY(test::isNear(m_workspace->modelRecord()->sites[0].perTimestep[t], before->sites[0].perTimestep[t]));

    const auto buttons = banner->findChildren<QToolButton*>(QStringLiteral("bannerAction"));
    QCOMPARE(buttons.size(), 2);
    QTest::mouseClick(buttons[0], Qt::LeftButton);  // this time nothing goes wrong
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    QVERIFY(!banner->isVisible());
    QCOMPARE(m_workspace->modelRecord()->device, std::string("vulkan:0"));
}

void TestDevice::aDeviceThatCannotBeOpenedLeavesTheOldOne() {
    openSample();
    m_watched->faults = {{.noPipelines = true}};
    chooseVulkan();
    auto* banner = m_window->findChild<MessageBanner*>();
    QVERIFY(banner->isVisible());
    QVERIFY2(banner->text().contains(QStringLiteral("cpu computes")), qPrintable(banner->text()));
    m_workspace->chooseRow(1);
    QTRY_VERIFY(isIdle());
    QCOMPARE(m_workspace->modelRecord()->device, std::string("cpu"));
}

void TestDevice::timesPerOperationAreShown() {
    openSample();
    chooseVulkan();
    m_window->actions().profile->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
    auto* dialog = m_window->findChild<ProfileDialog*>();
    auto* times = dialog->findChild<QTreeWidget*>(QStringLiteral("times"));
    QVERIFY(dialog->isVisible());
    QVERIFY(times->topLevelItemCount() > 3);
    QVERIFY(!times->findItems(QStringLiteral("lstm"), Qt::MatchContains).isEmpty());
    QCOMPARE((*m_workspace->profile())->device, std::string("vulkan:0"));
}

void TestDevice::largeMapsArePaintedWhereTheirNumbersLie() {
    openSample("attention_layer.h5");
    showView(1);
    const QImage expected = mapPicture();
    makeWindow(nullptr, 0);
    openSample("attention_layer.h5");
    showView(1);
    chooseVulkan();
    QVERIFY(m_workspace->whatIfRecord()->sites[0].weightsValue().tensor.onDevice());
    const QImage found = mapPicture();
    QVERIFY(m_workspace->hasNumbersOnDevice());
    QCOMPARE(found.size(), expected.size());
    const int difference = largestDifference(found, expected);
    QVERIFY2(difference <= 1, qPrintable(QStringLiteral("pixels differ by %1 levels").arg(difference)));
}

void TestDevice::pointingAtALargeMapReadsItsNumbers() {
    // Scores without bounds: nothing but a look at them needs the weights' numbers.
    QTemporaryDir folder;
    const std::string numbers = folder.filePath(QStringLiteral("x.csv")).toStdString();
    {
        std::ofstream file(numbers);
        for (int row = 0; row < 7; ++row) file << row << ",0.5,-1," << row % 3 << ",0.25\n";
    }
    makeWindow(nullptr, 0);
    m_workspace->openFiles({ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/composed_dot_self_attention.h5", numbers});
    QTRY_VERIFY_WITH_TIMEOUT(isIdle() && m_window->currentView() != nullptr, 60000);
    showView(1);  // the text's colours are a mean over the queries, and would read them
    chooseVulkan();
    QTRY_VERIFY(isIdle());
    QVERIFY(!m_workspace->whatIfRecord()->sites[0].weightsValue().tensor.inMemory());
    QTest::mouseMove(&heatmap(), heatmap().mapRect().center() - QPoint(9, 9));
    QTest::mouseMove(&heatmap(), heatmap().mapRect().center());
    QTRY_VERIFY(!m_workspace->hasNumbersOnDevice());
    const auto cell = heatmap().pointedCell();
    QVERIFY(cell);
    const RecordedValue& weights = m_workspace->whatIfRecord()->sites[0].weightsValue();
    const float weight =
        (*weights.tensor)[static_cast<std::size_t>(cell->row * weights.tensor.shape()[1] + cell->column)];
    QTRY_VERIFY2(heatmap().readOut().contains(QStringLiteral("weight ") +
                                              figures::compactNumber(static_cast<double>(weight), 6)),
                 qPrintable(heatmap().readOut()));
}

void TestDevice::viewsOfEveryNumberWaitForThem() {
    makeWindow(nullptr, 0);
    openSample();
    chooseVulkan();
    QVERIFY(m_workspace->hasNumbersOnDevice());
    showView(2);
    QTRY_VERIFY(!m_workspace->hasNumbersOnDevice());
    QTRY_VERIFY(isIdle());
    QVERIFY(m_window->currentView()->findChild<ColumnCanvas*>()->isVisible());
}

void TestDevice::aLostDeviceLosesNoPicture() {
    makeWindow(nullptr, 0);
    openSample("attention_layer.h5");
    showView(1);
    const QImage expected = mapPicture();
    // The device is lost at every submission that there is, from opening it to painting with it.
    int submissions = 1;
    for (int number = 0; number <= submissions; ++number) {
        m_watched->faults.assign(m_watched->opened + 1, {});
        m_watched->faults.back().submissionThatIsLost = number;  // 0: never
        chooseVulkan();
        QTest::keyClick(&heatmap(), Qt::Key_Plus);
        QTest::keyClick(&heatmap(), Qt::Key_0);
        QVERIFY(!mapPicture().isNull());
        m_window->findChild<MessageBanner*>()->hide();  // which took room from the map
        const QImage found = mapPicture();
        const vulkan::Device& device = *m_watched->devices.back();
        QCOMPARE(device.lost(), number > 0);
        if (number == 0) submissions = device.use().submissions;
        QCOMPARE(found.size(), expected.size());
        const int difference = largestDifference(found, expected);
        QVERIFY2(difference <= 1,
                 qPrintable(QStringLiteral("submission %1: pixels differ by %2 levels").arg(number).arg(difference)));
    }
    QVERIFY(submissions > 5);
}

void TestDevice::aClickedCellIsOfferedForEditing() {
    openSample("attention_layer.h5");
    showView(1);
    QTest::mouseClick(&heatmap(), Qt::LeftButton, Qt::NoModifier, heatmap().mapRect().center());
    const auto cell = heatmap().pointedCell();
    QVERIFY(cell);
    auto* number = m_window->findChild<QLineEdit*>(QStringLiteral("elementNumber"));
    QCOMPARE(m_window->findChild<QLineEdit*>(QStringLiteral("elementIndex"))->text(),
             QStringLiteral("%1, %2").arg(cell->row).arg(cell->column));
    number->setFocus();
    number->selectAll();
    QTest::keyClicks(number, QStringLiteral("0.75"));
    QTest::keyClick(number, Qt::Key_Return);
    QTRY_VERIFY(isIdle());
    const RecordedValue& weights = m_workspace->whatIfRecord()->sites[0].weightsValue();
    QCOMPARE((*weights.tensor)[static_cast<std::size_t>(cell->row * weights.tensor.shape()[1] + cell->column)], 0.75F);
}

void TestDevice::pictures() {
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark}) {
        const QString suffix = theme == ThemeChoice::Light ? QString() : QStringLiteral("-dark");
        makeWindow(nullptr, 0);
        m_window->resize(1280, 800);
        m_window->setTheme(theme);
        openSample("attention_layer.h5");
        m_watched->faults = {{}, {.submissionThatIsLost = 4}};
        chooseVulkan();
        showView(1);
        m_window->actions().verify->trigger();
        m_window->actions().profile->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
        keep(*m_window, QStringLiteral("window-device") + suffix);
        keep(*m_window->findChild<VerifyDialog*>(), QStringLiteral("verify") + suffix);
        keep(*m_window->findChild<ProfileDialog*>(), QStringLiteral("profile") + suffix);
        keep(*m_window->findChild<DeviceMenu*>(), QStringLiteral("device-menu") + suffix);
        m_workspace->useDevice(m_workspace->deviceState().chosen);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(), 60000);
        QTRY_VERIFY(m_window->findChild<MessageBanner*>()->isVisible());
        keep(*m_window, QStringLiteral("window-device-lost") + suffix);
    }
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestDevice)
#include "test_device.moc"
