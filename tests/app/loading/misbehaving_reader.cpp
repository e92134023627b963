#include "formats/archive_stream.h"
#include "sandbox/sandbox.h"

#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

// A reader that does what the name of the file says, whatever is in it.

namespace {

using namespace attnscope;

void writeOut(std::string_view bytes) {
    if (::write(STDOUT_FILENO, bytes.data(), bytes.size()) < 0) std::_Exit(1);
}

void sendHalfAnArchive() {
    std::string whole;
    Archive archive{"Keras HDF5", "keras", "2.15.0", {}, {}, {}};
    archive.groups.push_back({"dense", {{"kernel", share(Tensor(Shape{100, 100})), true}}});
    sendArchive([&whole](std::string_view bytes) { whole += bytes; }, archive);
    writeOut(std::string_view(whole).substr(0, whole.size() / 2));
}

void spin() {
    if (!enterSandbox({std::uint64_t{1} << 30U, 1})) std::_Exit(1);
    volatile bool on = true;
    while (on) {
    }
}

void goOnForever() {
    for (std::uint64_t mebibytes = 1;; mebibytes = 3) {
        sendProgress(writeOut, mebibytes << 20U);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace

int main(int /*argc*/, char* argv[]) {
    const std::string name = argv[1];
    if (name == "crash.h5") std::raise(SIGSEGV);
    if (name == "abort.h5") std::abort();
    if (name == "spin.h5") spin();
    if (name == "silent.h5") ::pause();
    if (name == "slow.h5") goOnForever();
    if (name == "half.h5") sendHalfAnArchive();
    if (name == "nonsense.h5") writeOut("HTTP/1.1 200 OK");
    return name == "status.h5" ? 3 : 0;
}
