#include "window/run_window.h"

#include "eval/backend.h"
#include "figure/view_export.h"
#include "loading/loading.h"
#include "theme/theme.h"
#include "window/device_menu.h"
#include "window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <cstdio>
#include <optional>

namespace attnscope {

namespace {

/// What `attnscope [MODEL] [TEXTS]` is given.
struct WindowArguments {
    std::vector<std::string> files;
    std::string architecture;
    std::optional<ChosenDevice> device;
};

/// Errors are for wrong usage.
Result<WindowArguments> parseArguments(const QStringList& arguments) {
    QCommandLineParser parser;
    const QCommandLineOption device(QStringLiteral("device"), {}, QStringLiteral("auto|cpu|vulkan[:N]"));
    const QCommandLineOption architecture(QStringLiteral("architecture"), {}, QStringLiteral("FILE.json"));
    parser.addOptions({device, architecture});
    // The parser takes the first argument for the program's name.
    if (!parser.parse(QStringList{QStringLiteral("attnscope")} + arguments))
        return fail(ErrorCode::InvalidInput, parser.errorText().toStdString());
    WindowArguments parsed;
    for (const QString& file : parser.positionalArguments()) parsed.files.push_back(file.toStdString());
    parsed.architecture = parser.value(architecture).toStdString();
    if (parser.isSet(device)) {
        ATTN_TRY(const DeviceChoice choice, parseDeviceChoice(parser.value(device).toStdString()));
        parsed.device = ChosenDevice{choice, {}};
    }
    return parsed;
}

}  // namespace

int runWindow(const QStringList& arguments) {
    const Result<WindowArguments> parsed = parseArguments(arguments);
    if (!parsed) {
        std::fprintf(stderr,
                     "attnscope: %s\nusage: attnscope [MODEL] [TEXTS] [--device auto|cpu|vulkan[:N]] [--architecture "
                     "FILE.json]; see attnscope --help\n",
                     parsed.error().message.c_str());
        return 2;
    }
    applyFont();
    QSettings settings;
    Workspace workspace(makeCpuBackend(), nullptr, &settings);
    workspace.useDevice(parsed->device.value_or(DeviceMenu::remembered(settings)));
    const ViewExporter exporter = [](SiteView view, const ViewState& state, const std::string& model,
                                     const std::string& path) { return exportView(view, state, model, path); };
    MainWindow window(workspace, {viewTable(), exporter, &settings});
    window.show();
    workspace.watchFormulas(userFormulaFolder());
    workspace.openFiles(parsed->files, parsed->architecture);
    return QApplication::exec();
}

}  // namespace attnscope
