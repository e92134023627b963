#include "sandbox/sandbox.h"

namespace attnscope {

Status enterSandbox(const SandboxLimits& /*limits*/) {
    return {};
}

}  // namespace attnscope
