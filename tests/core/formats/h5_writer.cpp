#include "h5_writer.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace attnscope::test {

namespace {

template <typename T>
T checked(T result) {
    if (result < 0) throw std::runtime_error("libhdf5 refused to write a test's file");
    return result;
}

}  // namespace

H5Writer::H5Writer(const std::string& path, hsize_t userBlock) : m_file(-1) {
    const hid_t creation = checked(H5Pcreate(H5P_FILE_CREATE));
    checked(H5Pset_userblock(creation, userBlock));
    m_file = checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT));
    H5Pclose(creation);
}

H5Writer::~H5Writer() {
    H5Fclose(m_file);
}

void H5Writer::group(const std::string& path) {
    H5Gclose(checked(H5Gcreate2(m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
}

void H5Writer::largeGroup(const std::string& path, int links) {
    const hid_t creation = checked(H5Pcreate(H5P_GROUP_CREATE));
    checked(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED));
    H5Gclose(checked(H5Gcreate2(m_file, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT)));
    H5Pclose(creation);
    for (int link = 0; link < links; ++link) numbers(path + "/" + std::to_string(link), {1});
}

void H5Writer::text(const std::string& object, const std::string& name, const std::string& value, Strings how) {
    if (how == Strings::FixedList) return texts(object, name, {value}, Strings::Fixed);
    const hid_t type = checked(H5Tcopy(H5T_C_S1));
    checked(H5Tset_cset(type, H5T_CSET_UTF8));
    const hid_t space = checked(H5Screate(H5S_SCALAR));
    const bool variable = how == Strings::Variable;
    checked(H5Tset_size(type, variable ? H5T_VARIABLE : value.size() + 3));
    if (how == Strings::FixedSpacePadded) checked(H5Tset_strpad(type, H5T_STR_SPACEPAD));
    std::string padded = value;
    padded.resize(value.size() + 3, how == Strings::FixedSpacePadded ? ' ' : '\0');
    const char* pointer = value.c_str();
    const hid_t attribute = checked(
        H5Acreate_by_name(m_file, object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    checked(H5Awrite(attribute, type, variable ? static_cast<const void*>(&pointer) : padded.data()));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

void H5Writer::texts(const std::string& object, const std::string& name, const std::vector<std::string>& values,
                     Strings how) {
    const hid_t type = checked(H5Tcopy(H5T_C_S1));
    const hsize_t count = values.size();
    const hid_t space = checked(H5Screate_simple(1, &count, nullptr));
    std::size_t longest = 1;
    for (const std::string& value : values) longest = std::max(longest, value.size());
    const bool variable = how == Strings::Variable;
    checked(H5Tset_size(type, variable ? H5T_VARIABLE : longest));
    checked(H5Tset_strpad(type, how == Strings::FixedSpacePadded ? H5T_STR_SPACEPAD : H5T_STR_NULLPAD));
    std::vector<const char*> pointers;
    std::string padded;
    for (const std::string& value : values) {
        pointers.push_back(value.c_str());
        padded += value + std::string(longest - value.size(), how == Strings::FixedSpacePadded ? ' ' : '\0');
    }
    const hid_t attribute = checked(
        H5Acreate_by_name(m_file, object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    checked(H5Awrite(attribute, type, variable ? static_cast<const void*>(pointers.data()) : padded.data()));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

void H5Writer::emptyList(const std::string& object, const std::string& name) {
    const hsize_t none = 0;
    const hid_t space = checked(H5Screate_simple(1, &none, nullptr));
    H5Aclose(checked(H5Acreate_by_name(m_file, object.c_str(), name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                       H5P_DEFAULT, H5P_DEFAULT)));
    H5Sclose(space);
}

void H5Writer::unwritten(const std::string& path, const std::vector<hsize_t>& extents, hid_t type, hid_t creation) {
    const hid_t links = checked(H5Pcreate(H5P_LINK_CREATE));
    checked(H5Pset_create_intermediate_group(links, 1));
    const hid_t space = checked(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    H5Dclose(checked(H5Dcreate2(m_file, path.c_str(), type, space, links, creation, H5P_DEFAULT)));
    H5Sclose(space);
    H5Pclose(links);
}

void H5Writer::numbers(const std::string& path, const std::vector<hsize_t>& extents, hid_t type, hid_t creation) {
    unwritten(path, extents, type, creation);
    std::size_t count = 1;
    for (const hsize_t extent : extents) count *= extent;
    std::vector<float> values(count);
    for (std::size_t index = 0; index < count; ++index) values[index] = static_cast<float>(index);
    const hid_t dataset = checked(H5Dopen2(m_file, path.c_str(), H5P_DEFAULT));
    checked(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    H5Dclose(dataset);
}

void H5Writer::zeros(const std::string& path, const std::vector<hsize_t>& extents, hid_t creation) {
    checked(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY));
    checked(H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC));
    unwritten(path, extents, H5T_IEEE_F32LE, creation);
}

void writeDenseModel(H5Writer& file, Strings how) {
    file.text("/", "model_config",
              R"({"class_name": "Sequential", "config": {"name": "réseau", "layers": [{"class_name": "Dense", "config":
                  {"name": "dense", "units": 2, "batch_input_shape": [null, 3]}}]}})",
              how);
    file.text("/", "keras_version", "2.15.0", how);
    file.group("/model_weights");
    file.group("/model_weights/dense");
    file.texts("/model_weights", "layer_names", {"dense"}, how);
    file.texts("/model_weights/dense", "weight_names", {"dense/kernel:0", "dense/bias:0"}, how);
}

}  // namespace attnscope::test
