#include "formats/keras_hdf5.h"
#include "fuzzing.h"

#include <unistd.h>
#include <string>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define ATTNSCOPE_ADDRESS_SANITIZED
#endif
#endif

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

#ifdef ATTNSCOPE_ADDRESS_SANITIZED
/// Whether one of the first frames of the stack that begins at `from` is libhdf5's: it crashed itself, or handed what
/// it should not to memcpy or free.
bool beginsInHdf5(std::string_view report, std::size_t from) {
    constexpr int frames = 3;
    std::string_view stack = report.substr(from);
    for (int frame = 0; frame < frames; ++frame) {
        const std::size_t at = stack.find("    #" + std::to_string(frame) + " ");
        if (at == std::string_view::npos) return false;
        stack.remove_prefix(at);
        if (stack.substr(0, stack.find('\n')).find("libhdf5") != std::string_view::npos) return true;
    }
    return false;
}

/// libhdf5 1.10.8 crashes on some damaged files by itself, which is what the reader's process is for. Only what is not
/// its fault alone is a finding: our own code, and memory of ours that it was told to use beyond its end.
void forgiveHdf5(const char* text) {
    const std::string_view report(text);
    const std::size_t allocated = report.find("allocated by thread");
    const bool ourMemory = allocated != std::string_view::npos && !beginsInHdf5(report, allocated);
    if (beginsInHdf5(report, 0) && !ourMemory) _exit(0);
}
#endif

}  // namespace

#ifdef ATTNSCOPE_ADDRESS_SANITIZED
/// What libhdf5 forgets to free is not ours either, and neither is how much it asks for.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libhdf5";
}
extern "C" const char* __lsan_default_options() {
    return "print_suppressions=0";  // a report holds only so much
}
extern "C" const char* __asan_default_options() {
    return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}
#endif

// A model file of HDF5. A run ends well where libhdf5 takes the process down.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
#ifdef ATTNSCOPE_ADDRESS_SANITIZED
    __asan_set_error_report_callback(forgiveHdf5);
#endif
    ReadBudget budget(size);
    const Result<Archive> archive = readKerasHdf5({"m.h5", textOf(data, size)}, budget);
    if (sound(archive)) requireSound(*archive);
    return 0;
}
