#include "window/device_menu.h"

#include "workspace/workspace.h"

#include <QActionGroup>
#include <QSettings>

#include <algorithm>

namespace attnscope {
namespace {

const QString choiceKey = QStringLiteral("device/choice");
const QString nameKey = QStringLiteral("device/name");

}  // namespace

DeviceMenu::DeviceMenu(Workspace& workspace, QSettings* settings, QWidget* parent)
    : QMenu(tr("&Device"), parent), m_workspace(workspace), m_settings(settings), m_group(new QActionGroup(this)) {
    setObjectName(QStringLiteral("deviceMenu"));
    setToolTipsVisible(true);
    connect(&workspace, &Workspace::deviceChanged, this, &DeviceMenu::showState);
    connect(this, &QMenu::aboutToShow, &workspace, &Workspace::listDevices);
    showState();
}

ChosenDevice DeviceMenu::remembered(const QSettings& settings) {
    const auto choice = parseDeviceChoice(settings.value(choiceKey).toString().toStdString());
    if (!choice) return {};
    return {*choice, settings.value(nameKey).toString().toStdString()};
}

/// What is chosen may change while the menu is open; it is filled anew only when the devices are others.
void DeviceMenu::showState() {
    const DeviceState& state = m_workspace.deviceState();
    QString devices = QString::fromStdString(state.whyNoneFound);
    for (const vulkan::DeviceInfo& device : state.found)
        devices += QString::fromStdString(device.name) + QLatin1Char('\n');
    if (m_rows.empty() || devices != m_filledWith) fill();
    m_filledWith = devices;
    const auto isChosen = [&](const auto& row) {
        const ChosenDevice& chosen = state.chosen;
        return row.second.choice == chosen.choice &&
               (chosen.deviceName.empty() || row.second.deviceName == chosen.deviceName);
    };
    // What was chosen may be no row: the best Vulkan device, or one that is elsewhere now. Then it is the one it opened.
    const bool isListed = std::ranges::any_of(m_rows, isChosen);
    for (const auto& row : m_rows)
        row.first->setChecked(isListed ? isChosen(row) : state.opened.name == deviceChoiceText(row.second.choice));
}

void DeviceMenu::fill() {
    const DeviceState& state = m_workspace.deviceState();
    m_rows.clear();
    clear();
    add(tr("&Automatic"), tr("A GPU where there is one, else the CPU"), {});
    add(tr("&CPU"), tr("The processor; the reference that everything is compared with"),
        {{DeviceChoice::Kind::Cpu, {}}, {}});
    addSeparator();
    for (const vulkan::DeviceInfo& device : state.found) {
        QString text = QString::fromStdString(device.name);
        text.replace(QLatin1Char('&'), QStringLiteral("&&"));
        const std::string_view type = vulkan::typeName(device.type);
        text += tr(" — %1, vulkan:%2")
                    .arg(QLatin1String(type.data(), static_cast<qsizetype>(type.size())))
                    .arg(device.index);
        const std::string& tip = device.unusable.empty() ? device.driver : device.unusable;
        add(text, QString::fromStdString(tip), {{DeviceChoice::Kind::Vulkan, device.index}, device.name});
        m_rows.back().first->setEnabled(device.unusable.empty());
    }
    if (!state.found.empty()) return;
    const QString why =
        state.whyNoneFound.empty() ? tr("No Vulkan device") : QString::fromStdString(state.whyNoneFound);
    addAction(why)->setEnabled(false);
}

void DeviceMenu::add(const QString& text, const QString& tip, const ChosenDevice& device) {
    QAction* action = addAction(text);
    action->setToolTip(tip);
    action->setCheckable(true);
    m_group->addAction(action);
    m_rows.emplace_back(action, device);
    connect(action, &QAction::triggered, this, [this, device] { choose(device); });
}

void DeviceMenu::choose(const ChosenDevice& device) {
    if (m_settings != nullptr) {
        m_settings->setValue(choiceKey, QString::fromStdString(deviceChoiceText(device.choice)));
        m_settings->setValue(nameKey, QString::fromStdString(device.deviceName));
    }
    m_workspace.useDevice(device);
}

}  // namespace attnscope
