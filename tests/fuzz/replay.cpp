#include "fuzzing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// Runs a fuzz target on every file of the folders in the arguments, without libFuzzer: so the corpus is a test of
// ordinary builds, too.
int main(int argc, char* argv[]) {
    std::vector<std::filesystem::path> files;
    for (int index = 1; index < argc; ++index)
        for (const auto& entry : std::filesystem::directory_iterator(argv[index]))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const std::filesystem::path& path : files) {
        std::ifstream file(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        std::printf("%s\n", path.c_str());
        std::fflush(stdout);  // so that the last line names the culprit
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    return files.empty() ? 1 : 0;
}
