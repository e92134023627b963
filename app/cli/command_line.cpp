#include "cli/command_line.h"

#include "cli/command.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cstdio>

namespace attnscope {
namespace {

constexpr int success = 0;
constexpr int failure = 1;
constexpr int wrongUsage = 2;

const std::array<Command, 5>& commands() {
    static const std::array<Command, 5> table{infoCommand(), inspectCommand(), exportCommand(), formulasCommand(),
                                              devicesCommand()};
    return table;
}

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString overview() {
    QString text = QStringLiteral("attnscope looks inside attention layers.\n\nUsage:\n  attnscope [MODEL] [TEXTS] [--device D]");
    text = text.leftJustified(text.size() + 24) + QStringLiteral("open the window\n");
    for (const Command& command : commands()) {
        const QString usage = QStringLiteral("  attnscope %1 %2").arg(qt(command.name), qt(command.arguments));
        text += usage.leftJustified(64) + qt(command.summary) + QLatin1Char('\n');
    }
    return text + QStringLiteral("\n'attnscope COMMAND --help' lists a command's options.\n");
}

int report(const Error& error) {
    const std::string line = error.text();
    std::fprintf(stderr, "attnscope: %s\n", line.c_str());
    return failure;
}

QString usage(const Command& command) {
    QString text = QStringLiteral("attnscope ") + qt(command.name);
    if (!command.arguments.empty()) text += QLatin1Char(' ') + qt(command.arguments) + QStringLiteral(" [options]");
    return text;
}

int misuse(const QString& problem, const Command& command) {
    std::fprintf(stderr, "attnscope: %s\nusage: %s; see attnscope %s --help\n", qUtf8Printable(problem),
                 qUtf8Printable(usage(command)), command.name.data());
    return wrongUsage;
}

/// An option that is given twice where only one can count; empty if there is none.
QString repeatedOption(const QCommandLineParser& parser) {
    static const QStringList repeatable{QStringLiteral("text"), QStringLiteral("texts"), QStringLiteral("ids"),
                                        QStringLiteral("input"), QStringLiteral("set"), QStringLiteral("mask"),
                                        QStringLiteral("pin"), QStringLiteral("layer-formula"),
                                        QStringLiteral("new-layer"), QStringLiteral("extent")};
    const QStringList given = parser.optionNames();
    const auto found = std::ranges::find_if(
        given, [&](const QString& name) { return given.count(name) > 1 && !repeatable.contains(name); });
    return found == given.end() ? QString() : *found;
}

QString expectedPlaces(const Command& command) {
    if (command.optional > 0) return QStringLiteral("at most one %1").arg(qt(command.arguments));
    return command.positional == 0 ? QStringLiteral("nothing") : QStringLiteral("one MODEL");
}

int runCommand(const Command& command, const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(qt(command.summary));
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsCompactedShortOptions);
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show these lines."));
    parser.addOption(help);
    command.addOptions(parser);
    // The parser takes the first argument for the program's name.
    if (!parser.parse(QStringList{QStringLiteral("attnscope ") + qt(command.name)} + arguments))
        return misuse(parser.errorText(), command);
    if (parser.isSet(help)) {
        // Qt's own first line shows the program's path and no subcommand.
        const QString text = parser.helpText();
        std::fputs(qUtf8Printable(QStringLiteral("Usage: %1\n").arg(usage(command)) +
                                  text.mid(text.indexOf(QLatin1Char('\n')) + 1)),
                   stdout);
        return success;
    }
    const QStringList positional = parser.positionalArguments();
    const auto count = static_cast<std::size_t>(positional.size());
    if (count < command.positional || count > command.positional + command.optional)
        return misuse(QStringLiteral("%1 expected besides the options, %2 found").arg(expectedPlaces(command))
                          .arg(positional.isEmpty() ? QStringLiteral("none") : positional.join(QStringLiteral(", "))),
                      command);
    if (const QString repeated = repeatedOption(parser); !repeated.isEmpty())
        return misuse(QStringLiteral("option %1 is given twice").arg(repeated), command);
    const Status status = command.run(parser, positional);
    return status ? success : report(status.error());
}

}  // namespace

bool isCommand(const QStringList& arguments) {
    if (arguments.isEmpty()) return false;
    const std::string first = arguments.first().toStdString();
    return first == "--help" || first == "-h" || first == "--version" ||
           std::ranges::find(commands(), first, &Command::name) != commands().end();
}

int runCommandLine(const QStringList& arguments) {
    const std::string first = arguments.first().toStdString();
    if (first == "--version") {
        std::printf("attnscope %s\n", qPrintable(QCoreApplication::applicationVersion()));
        return success;
    }
    const auto command = std::ranges::find(commands(), first, &Command::name);
    if (command == commands().end()) {
        std::fputs(qUtf8Printable(overview()), stdout);
        return success;
    }
    return runCommand(*command, arguments.mid(1));
}

Status print(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written) return fail(ErrorCode::Io, "standard output: cannot be written");
    return {};
}

}  // namespace attnscope
