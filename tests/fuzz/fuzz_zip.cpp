#include "formats/keras_documents.h"
#include "formats/npz_weights.h"
#include "fuzzing.h"

#include <set>

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

constexpr std::uint64_t most = std::uint64_t{1} << 22U;  // bytes of one member: what is larger only takes time

}  // namespace

// A zip archive: its members, what is text in an archive of Keras, and the arrays that numpy keeps in one. The weights
// of Keras's archives are HDF5 and not for this process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = textOf(data, size);
    const Result<ZipArchive> zip = ZipArchive::open(bytes);
    if (!sound(zip)) return 0;
    std::set<std::string_view> names;
    for (const ZipMember& member : zip->members()) {
        require(names.insert(member.name).second, "names are there once");
        require(!member.name.starts_with('/') && !member.name.starts_with("../") && !member.name.ends_with("/.."),
                "no name leads out");
        require(member.name.find("/../") == std::string::npos, "no name leads out in its middle");
        const Result<std::string> content = zip->read(member.name, most);
        if (sound(content)) require(content->size() == member.bytes, "a member is as long as the directory says");
    }
    const Result<Archive> documents = readKerasDocuments(*zip, most);
    if (sound(documents)) require(documents->config.is_object(), "a config is an object");
    ReadBudget budget(size);
    const Result<Archive> arrays = readNpzWeights({"m.npz", bytes}, budget);
    if (sound(arrays)) requireSound(*arrays);
    return 0;
}
