#include "cli/command_line.h"
#include "window/run_window.h"

#include <QApplication>
#include <QGuiApplication>

namespace {

void describe() {
    QCoreApplication::setApplicationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ATTNSCOPE_VERSION));
}

}  // namespace

int main(int argc, char* argv[]) {
    const QStringList arguments = [&] {
        QStringList list;
        for (int index = 1; index < argc; ++index) list << QString::fromLocal8Bit(argv[index]);
        return list;
    }();
    if (attnscope::isCommand(arguments)) {
        // Figures are painted without a display: a script's machine often has none.
        qputenv("QT_QPA_PLATFORM", "offscreen");
        const QGuiApplication application(argc, argv);
        describe();
        return attnscope::runCommandLine(arguments);
    }
    const QApplication application(argc, argv);
    describe();
    return attnscope::runWindow(arguments);
}
