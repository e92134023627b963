#include "options.h"

#include <algorithm>
#include <charconv>

namespace attnscope::bench {
namespace {

Result<std::vector<std::int64_t>> parseExtents(const std::string& option, const std::string& text) {
    std::vector<std::int64_t> list;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        std::int64_t number = 0;
        const auto [next, problem] = std::from_chars(at, end, number);
        if (problem != std::errc() || number < 1) break;
        list.push_back(number);
        if (next == end) return list;
        if (*next != ',') break;
        at = next + 1;
    }
    return fail(ErrorCode::InvalidInput, option + " " + text + ": expected whole numbers above 0, such as 1,8,64");
}

/// For software devices and small machines: two sizes of batch and time, few runs.
void beQuick(Options& options) {
    options.batches = {1, 8};
    options.times = {128, 512};
    options.features = {64};
    options.effort = {5, 0.5, 1024, 256e6};
}

/// Only whether everything runs and gives the right numbers.
void beBrief(Options& options) {
    options.batches = {2};
    options.times = {7};
    options.features = {5};
    options.effort = {1, 0.0, 64, 1 << 20};
    options.validation = true;
}

}  // namespace

const char* const usage = R"(attnscope_bench [options]
Times every operation and attention layer, and prints a Markdown table. Every result is checked against the
processor's before it is timed.

  --device D        cpu, vulkan, vulkan:N or all; may be given several times (default: cpu and vulkan)
  --only TEXT       only cases whose name contains TEXT; may be given several times
  --quick           few small sizes and few runs, for software devices; sizes given later win
  --smoke           one tiny size, one run, under the validation layers: does it work at all?
  --batch 1,8       sizes of the batch
  --time 128,512    timesteps
  --features 64     features
  --patience S      leaves out what one run takes longer than S seconds for even at the device's limits (default: 60)
  --validation      runs Vulkan devices under the validation layers; their messages are failures
)";

std::vector<Extents> Options::extents() const {
    std::vector<Extents> list;
    for (const std::int64_t batch : batches)
        for (const std::int64_t time : times)
            for (const std::int64_t feature : features) list.push_back({batch, time, feature});
    return list;
}

bool Options::wants(const std::string& caseName) const {
    return only.empty() ||
           std::ranges::any_of(only, [&](const std::string& part) { return caseName.find(part) != std::string::npos; });
}

Result<Options> parseOptions(const std::vector<std::string>& arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& option = arguments[i];
        if (option == "--help") {
            options.help = true;
        } else if (option == "--quick") {
            beQuick(options);
        } else if (option == "--smoke") {
            beBrief(options);
        } else if (option == "--validation") {
            options.validation = true;
        } else if (i + 1 == arguments.size()) {
            return fail(ErrorCode::InvalidInput, option + ": no such option, or its value is missing; see --help");
        } else if (const std::string& value = arguments[++i]; option == "--device") {
            options.devices.push_back(value);
        } else if (option == "--only") {
            options.only.push_back(value);
        } else if (option == "--batch") {
            ATTN_TRY(options.batches, parseExtents(option, value));
        } else if (option == "--time") {
            ATTN_TRY(options.times, parseExtents(option, value));
        } else if (option == "--features") {
            ATTN_TRY(options.features, parseExtents(option, value));
        } else if (option == "--patience") {
            ATTN_TRY(const std::vector<std::int64_t> seconds, parseExtents(option, value));
            options.patience = static_cast<double>(seconds.front());
        } else {
            return fail(ErrorCode::InvalidInput, option + ": no such option; see --help");
        }
    }
    if (options.devices.empty()) options.devices = {"cpu", "vulkan"};
    return options;
}

}  // namespace attnscope::bench
