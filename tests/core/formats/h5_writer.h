#pragma once

#include <hdf5.h>

#include <string>
#include <vector>

namespace attnscope::test {

/// How strings are written.
enum class Strings { Variable, Fixed, FixedSpacePadded, FixedList };

/// Writes little HDF5 files that look like Keras models, with one thing or another changed. Its calls throw
/// std::runtime_error where the library fails.
class H5Writer {
public:
    explicit H5Writer(const std::string& path, hsize_t userBlock = 0);
    ~H5Writer();
    H5Writer(const H5Writer&) = delete;
    H5Writer& operator=(const H5Writer&) = delete;

    void group(const std::string& path);
    /// A group of datasets of one number each, its links kept as files of HDF5 1.8 and later keep many: packed densely.
    void largeGroup(const std::string& path, int links);
    void text(const std::string& object, const std::string& name, const std::string& value,
              Strings how = Strings::Variable);
    void texts(const std::string& object, const std::string& name, const std::vector<std::string>& values,
               Strings how = Strings::Variable);
    /// An empty list as h5py writes it: float64 of shape (0,).
    void emptyList(const std::string& object, const std::string& name);

    /// A dataset of `extents` in the file's type `type`, counting up from 0; `creation` may ask for chunks and filters.
    void numbers(const std::string& path, const std::vector<hsize_t>& extents, hid_t type = H5T_IEEE_F32LE,
                 hid_t creation = H5P_DEFAULT);
    /// The same, all zeros, stored in full.
    void zeros(const std::string& path, const std::vector<hsize_t>& extents, hid_t creation);
    /// The same, but nothing is written into it.
    void unwritten(const std::string& path, const std::vector<hsize_t>& extents, hid_t type,
                   hid_t creation = H5P_DEFAULT);

    [[nodiscard]] hid_t id() const { return m_file; }

private:
    hid_t m_file;
};

/// A Sequential model of one Dense layer, 3 → 2, whose weights are still to be written: model_config, versions, groups
/// and weight_names, all strings written as `how`.
void writeDenseModel(H5Writer& file, Strings how = Strings::Variable);

}  // namespace attnscope::test
