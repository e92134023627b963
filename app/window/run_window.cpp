#include "window/run_window.h"

#include "eval/backend.h"
#include "figure/view_export.h"
#include "theme/theme.h"
#include "window/main_window.h"

#include <QApplication>
#include <QSettings>

#include <cstdio>

namespace attnscope {

int runWindow(const QStringList& arguments) {
    std::vector<std::string> files;
    std::string architecture;
    for (auto next = arguments.begin(); next != arguments.end(); ++next) {
        const QString& argument = *next;
        if (argument == QLatin1String("--architecture") && next + 1 != arguments.end()) {
            architecture = (++next)->toStdString();
            continue;
        }
        if (argument.startsWith(QLatin1Char('-'))) {
            std::fprintf(stderr,
                         "attnscope: unknown option %s\nusage: attnscope [MODEL] [TEXTS] [--architecture FILE.json]; "
                         "see attnscope --help\n",
                         qPrintable(argument));
            return 2;
        }
        files.push_back(argument.toStdString());
    }
    applyFont();
    QSettings settings;
    Workspace workspace(makeCpuBackend());
    const ViewExporter exporter = [](SiteView view, const ViewState& state, const std::string& model,
                                     const std::string& path) { return exportView(view, state, model, path); };
    MainWindow window(workspace, {viewTable(), exporter, &settings});
    window.show();
    workspace.openFiles(files, architecture);
    return QApplication::exec();
}

}  // namespace attnscope
