#include "cli/command_line.h"
#include "window/run_window.h"

#include <QApplication>

namespace {

using namespace attnscope;

void describe() {
    QCoreApplication::setOrganizationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ATTNSCOPE_VERSION));
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
    const QApplication application(argc, argv);
    describe();
    // What Qt itself understands (-platform, -style …) it has taken out by now.
    return runWindow(QCoreApplication::arguments().mid(1));
}
