#pragma once

#include "base/result.h"

#include <QCommandLineParser>
#include <QStringList>

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// A subcommand: its own options, and what it does. A row in the table of commands.
struct Command {
    std::string_view name;
    std::string_view summary;
    /// Places of the positional arguments for the usage line: "MODEL INPUT".
    std::string_view arguments;
    std::size_t positional = 1;  ///< how many are required
    std::size_t optional = 0;    ///< how many more there may be
    void (*addOptions)(QCommandLineParser& parser);
    /// Prints to standard output. An error becomes the one line on standard error.
    Status (*run)(const QCommandLineParser& parser, const QStringList& positional);
};

[[nodiscard]] Command infoCommand();
[[nodiscard]] Command inspectCommand();
[[nodiscard]] Command exportCommand();
[[nodiscard]] Command devicesCommand();
[[nodiscard]] Command formulasCommand();

/// Writes UTF-8 to standard output; error of code Io if it cannot be written (a closed pipe, a full disk).
[[nodiscard]] Status print(std::string_view text);

}  // namespace attnscope
