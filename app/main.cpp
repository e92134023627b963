#include "cli/command_line.h"
#include "figure/view_export.h"
#include "theme/theme.h"
#include "window/main_window.h"
#include "workspace/workspace.h"

#include <QApplication>
#include <QSettings>

#include <cstdio>

namespace {

using namespace attnscope;

void describe() {
    QCoreApplication::setOrganizationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationName(QStringLiteral("attnscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ATTNSCOPE_VERSION));
}

int runWindow(const QStringList& arguments) {
    std::vector<std::string> paths;
    for (const QString& argument : arguments) paths.push_back(argument.toStdString());
    applyFont();
    QSettings settings;
    Workspace workspace(makeCpuBackend());
    const auto exporter = [](SiteView view, const ViewState& state, const std::string& model, const std::string& path) {
        return exportView(view, state, model, path);
    };
    MainWindow window(workspace, {viewTable(), exporter, &settings});
    window.show();
    if (!paths.empty()) workspace.openFiles(paths);
    return QApplication::exec();
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
    const QStringList files = QCoreApplication::arguments().mid(1);
    for (const QString& file : files) {
        if (!file.startsWith(QLatin1Char('-'))) continue;
        std::fprintf(stderr, "attnscope: unknown option %s\nusage: attnscope [MODEL] [TEXTS]; see attnscope --help\n",
                     qPrintable(file));
        return 2;
    }
    return runWindow(files);
}
