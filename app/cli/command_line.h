#pragma once

#include <QStringList>

namespace attnscope {

/// True if the arguments (without the program's name) name a command rather than files to open in the window.
[[nodiscard]] bool isCommand(const QStringList& arguments);

/// Runs the command that the arguments begin with and returns the exit status: 0; 1 with one line on standard error; 2 for
/// wrong usage. Needs isCommand(arguments), and a QGuiApplication for the fonts of figures.
[[nodiscard]] int runCommandLine(const QStringList& arguments);

}  // namespace attnscope
