#include "cli/command_line.h"
#include "window/run_window.h"

#include <QApplication>

#include <cstdio>

namespace {

using namespace attnscope;

void describe() {
    QCoreApplication::setOrganizationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ATTNSCOPE_VERSION));
}

/// On X11 and Wayland Qt aborts without a display; elsewhere, and where another platform is asked for, it knows best.
bool hasDisplay([[maybe_unused]] const QStringList& arguments) {
#ifdef Q_OS_LINUX
    const auto isSet = [](const char* variable) { return !qEnvironmentVariableIsEmpty(variable); };
    return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM") ||
           arguments.contains(QStringLiteral("-platform"));
#else
    return true;
#endif
}

}  // namespace

int main(int argc, char* argv[]) {
    QStringList arguments;
    for (int index = 1; index < argc; ++index) arguments << QString::fromLocal8Bit(argv[index]);
    if (isCommand(arguments)) {
        // Figures are painted without a display: a script's machine often has none.
        qputenv("QT_QPA_PLATFORM", "offscreen");
        // Standard error is for our one line; what Qt has to say about the desktop is no concern of a script.
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
        const QGuiApplication application(argc, argv);
        describe();
        return runCommandLine(arguments);
    }
    if (!hasDisplay(arguments)) {
        std::fputs("attnscope: there is no display to open a window on; attnscope info, inspect and export need none\n",
                   stderr);
        return 1;
    }
    const QApplication application(argc, argv);
    describe();
    // What Qt itself understands (-platform, -style …) it has taken out by now.
    return runWindow(QCoreApplication::arguments().mid(1));
}
