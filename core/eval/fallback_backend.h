#pragma once

#include "eval/backend.h"

#include <memory>
#include <string>

namespace attnscope {

/// Whether an error means that a device could not do it, so that another backend may: code Device, DeviceLost or Limit.
[[nodiscard]] bool isDeviceFailure(const Error& error);

/// Runs on `first`; where that fails as a device, `second` answers and remark() says why. Without memory for one run
/// the next one is tried on `first` again; after any other failure `second` stays. Values that went with a lost device
/// are reported with code DeviceLost once, and can then be computed anew. `first` may be nullptr, with the reason as
/// `remark`.
[[nodiscard]] std::shared_ptr<Backend> makeFallbackBackend(std::shared_ptr<Backend> first,
                                                           std::shared_ptr<Backend> second, std::string remark = {});

}  // namespace attnscope
