#include "formats/hdf5_file.h"

#include "base/text.h"
#include "formats/hdf5_dataset.h"
#include "formats/hdf5_reason.h"
#include "formats/hdf5_text.h"

#include <hdf5_hl.h>
#include <algorithm>

namespace attnscope {

namespace {

/// Names of layers and weights hold a few groups inside each other, one for each nested model.
constexpr std::size_t mostLevels = 64;
constexpr std::size_t longestPath = 4096;

std::mutex& hdf5Mutex() {
    static std::mutex mutex;
    return mutex;
}

herr_t keepInnermost(unsigned number, const H5E_error2_t* entry, void* reason) {
    if (number == 0 && entry->desc != nullptr) *static_cast<std::string*>(reason) = entry->desc;
    return 0;
}

herr_t noteReason(hid_t /*stack*/, void* reason) {
    *static_cast<std::string*>(reason) = hdf5Reason();
    return 0;
}

constexpr std::size_t mostNames = 65536;

herr_t keepName(hid_t /*group*/, const char* name, const H5L_info_t* /*info*/, void* names) {
    auto& found = *static_cast<std::vector<std::string>*>(names);
    if (found.size() == mostNames) return 1;
    found.emplace_back(name);
    return 0;
}

std::string_view linkKind(H5L_type_t type) {
    switch (type) {
        case H5L_TYPE_SOFT:
            return "a soft link";
        case H5L_TYPE_EXTERNAL:
            return "a link to another file";
        default:
            return "a user-defined link";
    }
}

std::string below(const std::string& parent, std::string_view name) {
    return (parent == "/" ? parent : parent + "/") + std::string(name);
}

/// Follows all parts but the last, each of which must be a hard link; the last is checked but not opened.
struct Walk {
    GroupHandle group;  ///< what the last part is in; none if that is the start itself
    std::string name;   ///< the last part
    std::string path;   ///< the whole path, for messages
};

Status checkLink(hid_t group, const std::string& name, const std::string& path) {
    const htri_t exists = H5Lexists(group, name.c_str(), H5P_DEFAULT);
    if (exists < 0) return fail(ErrorCode::Format, path + ": damaged" + hdf5Reason());
    if (exists == 0) return fail(ErrorCode::NotFound, path + ": not in the file");
    H5L_info_t info{};
    if (H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) < 0)
        return fail(ErrorCode::Format, path + ": damaged" + hdf5Reason());
    if (info.type != H5L_TYPE_HARD) {
        return fail(ErrorCode::Unsupported, path + ": is " + std::string(linkKind(info.type)) +
                                                ", which is not followed; the data itself was expected");
    }
    return {};
}

Result<Walk> walk(hid_t start, const std::string& startPath, std::string_view path) {
    const auto beyond = [&](const std::string& found, std::size_t limit) {
        return fail(ErrorCode::Limit, startPath + ": a name of " + found + ", limit " + std::to_string(limit) + ": " +
                                          std::string(path.substr(0, 60)) + "…");
    };
    const auto levels = static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
    if (levels > mostLevels) return beyond(std::to_string(levels) + " levels", mostLevels);
    if (path.size() > longestPath) return beyond(std::to_string(path.size()) + " bytes", longestPath);
    Walk result{GroupHandle(), {}, startPath};
    hid_t at = start;
    for (std::string& part : split(path, '/')) {
        if (part.empty()) continue;
        if (part == "." || part == "..")
            return fail(ErrorCode::Format, startPath + ": the name '" + std::string(path) + "' is not a plain path");
        if (!result.name.empty()) {
            GroupHandle next(H5Gopen2(at, result.name.c_str(), H5P_DEFAULT));
            if (!next) return fail(ErrorCode::Format, result.path + ": a group was expected" + hdf5Reason());
            result.group = std::move(next);
            at = result.group.id();
        }
        result.name = std::move(part);
        result.path = below(result.path, result.name);
        ATTN_CHECK(checkLink(at, result.name, result.path));
    }
    if (result.name.empty()) return fail(ErrorCode::Format, startPath + ": an empty name");
    return result;
}

}  // namespace

std::string hdf5Reason() {
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keepInnermost, &reason);
    return reason.empty() ? reason : " (" + reason + ")";
}

Hdf5Session::Hdf5Session() : m_lock(hdf5Mutex()) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    // Once is enough, and the second time these fail without harm.
    H5Lunregister(H5L_TYPE_EXTERNAL);
    H5PLset_loading_state(0);
    H5Eclear2(H5E_DEFAULT);
}

bool hasHdf5Signature(std::string_view bytes) {
    constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
    for (std::size_t at = 0; at < bytes.size(); at = at == 0 ? 512 : at * 2)
        if (bytes.substr(at).starts_with(signature)) return true;
    return false;
}

bool Hdf5Group::has(const std::string& name) const {
    return H5Lexists(m_handle.id(), name.c_str(), H5P_DEFAULT) > 0;
}

Result<bool> Hdf5Group::hasGroup(const std::string& name) const {
    const std::string path = below(m_path, name);
    ATTN_CHECK(checkLink(m_handle.id(), name, path));
    const Hdf5Handle<H5Oclose> object(H5Oopen(m_handle.id(), name.c_str(), H5P_DEFAULT));
    if (!object) return fail(ErrorCode::Format, path + ": damaged" + hdf5Reason());
    return H5Iget_type(object.id()) == H5I_GROUP;
}

Result<std::vector<std::string>> Hdf5Group::names() const {
    std::vector<std::string> found;
    hsize_t next = 0;
    const herr_t outcome = H5Literate(m_handle.id(), H5_INDEX_NAME, H5_ITER_INC, &next, keepName, &found);
    if (outcome < 0) return fail(ErrorCode::Format, m_path + ": damaged" + hdf5Reason());
    if (outcome > 0)
        return fail(ErrorCode::Limit, m_path + ": needs more than " + std::to_string(mostNames) + " entries");
    return found;
}

bool Hdf5Group::hasAttribute(const std::string& name) const {
    return H5Aexists(m_handle.id(), name.c_str()) > 0;
}

Result<Hdf5Group> Hdf5Group::group(std::string_view path) const {
    ATTN_TRY(const Walk place, walk(m_handle.id(), m_path, path));
    GroupHandle opened(H5Gopen2(place.group ? place.group.id() : m_handle.id(), place.name.c_str(), H5P_DEFAULT));
    if (!opened) return fail(ErrorCode::Format, place.path + ": a group was expected" + hdf5Reason());
    return Hdf5Group(std::move(opened), place.path, m_image);
}

Result<Tensor> Hdf5Group::tensor(std::string_view path, ReadBudget& budget) const {
    ATTN_TRY(const Walk place, walk(m_handle.id(), m_path, path));
    DatasetHandle opened(H5Dopen2(place.group ? place.group.id() : m_handle.id(), place.name.c_str(), H5P_DEFAULT));
    if (!opened) return fail(ErrorCode::Format, place.path + ": a dataset was expected" + hdf5Reason());
    Result<Tensor> numbers = readDataset(opened.id(), m_image, budget);
    if (!numbers) return failWithin(place.path, std::move(numbers).error());
    return numbers;
}

Result<std::string> Hdf5Group::text(const std::string& attribute) const {
    Result<std::vector<std::string>> strings = readStrings(m_handle.id(), attribute, m_image);
    const std::string place = "attribute " + attribute + " of " + m_path;
    if (!strings) return failWithin(place, std::move(strings).error());
    if (strings->size() != 1)
        return fail(ErrorCode::Format,
                    place + ": " + std::to_string(strings->size()) + " strings found, one was expected");
    return std::move(strings->front());
}

Result<std::vector<std::string>> Hdf5Group::texts(const std::string& attribute) const {
    std::vector<std::string> names{attribute};
    if (!hasAttribute(attribute)) {
        // Above 64,512 bytes Keras splits the list (tf_keras saving/legacy/hdf5_format.py,
        // save_attributes_to_hdf5_group).
        names.clear();
        while (hasAttribute(attribute + std::to_string(names.size())))
            names.push_back(attribute + std::to_string(names.size()));
        if (names.empty()) return fail(ErrorCode::Format, m_path + ": has no attribute " + attribute);
    }
    std::vector<std::string> all;
    for (const std::string& name : names) {
        Result<std::vector<std::string>> part = readStrings(m_handle.id(), name, m_image);
        if (!part) return failWithin("attribute " + name + " of " + m_path, std::move(part).error());
        all.insert(all.end(), std::make_move_iterator(part->begin()), std::make_move_iterator(part->end()));
    }
    return all;
}

Result<Hdf5File> Hdf5File::open(std::string_view bytes) {
    if (!hasHdf5Signature(bytes))
        return fail(ErrorCode::Format, "is not an HDF5 file; a model saved by Keras as .h5 was expected");
    std::string reason;  // noted when it comes up: the high-level library tidies up before it returns
    H5Eset_auto2(H5E_DEFAULT, noteReason, &reason);
    // Opened for reading, the library writes nothing into the bytes, nor does it copy or release them.
    FileHandle handle(H5LTopen_file_image(const_cast<char*>(bytes.data()), bytes.size(),
                                          H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE));
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    if (!handle) return fail(ErrorCode::Format, "is a truncated or damaged HDF5 file" + reason);
    return Hdf5File(std::move(handle), bytes);
}

Result<Hdf5Group> Hdf5File::root() const {
    GroupHandle opened(H5Gopen2(m_handle.id(), "/", H5P_DEFAULT));
    if (!opened) return fail(ErrorCode::Format, "is a damaged HDF5 file" + hdf5Reason());
    return Hdf5Group(std::move(opened), "/", m_image);
}

}  // namespace attnscope
