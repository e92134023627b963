#pragma once

#include <QString>
#include <QStringList>

#include <functional>

class QWidget;

namespace attnscope {

[[nodiscard]] QString modelFilter();
[[nodiscard]] QString sequencesFilter();
[[nodiscard]] QString numbersFilter();
[[nodiscard]] QString tokenizerFilter();

/// Asks for existing files; returns at once and calls `opened` with at least one path, unless the person changes their
/// mind.
void askForFiles(QWidget* parent, const QString& title, const QString& filter, bool several,
                 const std::function<void(const QStringList&)>& opened);

/// Asks for the architecture that a file of weights belongs to; returns at once and calls `chosen` with its path,
/// unless the person changes their mind.
void askForArchitecture(QWidget* parent, const QString& weights, const std::function<void(const QString&)>& chosen);

/// Asks where to export to, figures and data by suffix; returns at once.
void askForTarget(QWidget* parent, const QString& title, const QString& suggestion,
                  const std::function<void(const QString&)>& chosen);

}  // namespace attnscope
