#include "cli/command.h"
#include "eval/backend.h"

namespace attnscope {

Command devicesCommand() {
    return {"devices", "list what can compute here", "", 0, [](QCommandLineParser&) {},
            [](const QCommandLineParser&, const QStringList&) -> Status {
                const std::shared_ptr<Backend> backend = makeCpuBackend();
                return print(backend->name() + "  " + backend->description() + "\n");
            }};
}

}  // namespace attnscope
