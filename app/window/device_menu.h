#pragma once

#include "workspace/devices.h"

#include <QMenu>
#include <QString>

#include <utility>
#include <vector>

class QActionGroup;
class QSettings;

namespace attnscope {

class Workspace;

/// What there is to compute on, as a menu of one choice: automatic, the CPU, every Vulkan device with its name and
/// type. Looks for devices anew whenever it opens, and remembers what is chosen here.
class DeviceMenu : public QMenu {
    Q_OBJECT
public:
    /// Without settings the choice is forgotten with the window.
    DeviceMenu(Workspace& workspace, QSettings* settings, QWidget* parent = nullptr);

    /// What was chosen here last; automatic where nothing was.
    [[nodiscard]] static ChosenDevice remembered(const QSettings& settings);

private:
    void showState();
    void fill();
    void add(const QString& text, const QString& tip, const ChosenDevice& device);
    void choose(const ChosenDevice& device);

    Workspace& m_workspace;
    QSettings* m_settings;
    QActionGroup* m_group;
    std::vector<std::pair<QAction*, ChosenDevice>> m_rows;
    QString m_filledWith;  ///< the devices that the menu lists
};

}  // namespace attnscope
