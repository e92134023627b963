#pragma once

#include "base/result.h"
#include "formats/hdf5_handle.h"
#include "formats/read_budget.h"
#include "tensor/tensor.h"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// The part of HDF5 that a model file needs, read with suspicion: only hard links, plain numbers and strings, the three
/// common filters, and nothing larger than the file can hold. Nothing outside the file is ever opened.
namespace attnscope {

/// Held while anything of this header is used, because libhdf5 is not thread-safe. Takes away the library's printing of
/// errors, its external links and its plugins.
class Hdf5Session {
public:
    Hdf5Session();

private:
    std::unique_lock<std::mutex> m_lock;
};

/// Whether the bytes have the signature at one of the places where it may stand: the start, or behind a user block of
/// 512 bytes, doubled any number of times (HDF5 file format, II.A).
[[nodiscard]] bool hasHdf5Signature(std::string_view bytes);

/// A group of an open file.
class Hdf5Group {
public:
    /// The names joined to a path inside the file, for messages: "/model_weights/lstm".
    [[nodiscard]] const std::string& path() const { return m_path; }

    [[nodiscard]] bool has(const std::string& name) const;
    [[nodiscard]] bool hasAttribute(const std::string& name) const;

    /// What is directly inside, in the order of the names; links other than hard are refused when they are followed.
    /// Errors: code Limit for more than 65,536.
    [[nodiscard]] Result<std::vector<std::string>> names() const;
    /// Whether what has this name is a group. Errors: what group() refuses.
    [[nodiscard]] Result<bool> hasGroup(const std::string& name) const;

    /// The group under a path that may have several parts. Errors: code NotFound; Unsupported for links other than
    /// hard.
    [[nodiscard]] Result<Hdf5Group> group(std::string_view path) const;

    /// The numbers of a dataset, as float32. Errors name the path: what the dataset has that is refused, or its size
    /// and the limit; nothing is allocated before the size is known to be sound.
    [[nodiscard]] Result<Tensor> tensor(std::string_view path, ReadBudget& budget) const;

    /// A string attribute: fixed or variable length, scalar or a list of one.
    [[nodiscard]] Result<std::string> text(const std::string& attribute) const;

    /// A list of strings, which may be split over `attribute0`, `attribute1`, … An empty list may have any type.
    [[nodiscard]] Result<std::vector<std::string>> texts(const std::string& attribute) const;

private:
    friend class Hdf5File;
    Hdf5Group(GroupHandle handle, std::string path, std::string_view image)
        : m_handle(std::move(handle)), m_path(std::move(path)), m_image(image) {}

    GroupHandle m_handle;
    std::string m_path;
    std::string_view m_image;  ///< the whole file
};

/// A file open for reading, from its bytes in memory: the library opens no file.
class Hdf5File {
public:
    /// The bytes must outlive the file. Errors: code Format, with the library's reason, for what is not a whole HDF5
    /// file.
    [[nodiscard]] static Result<Hdf5File> open(std::string_view bytes);

    [[nodiscard]] Result<Hdf5Group> root() const;

private:
    Hdf5File(FileHandle handle, std::string_view image) : m_handle(std::move(handle)), m_image(image) {}

    FileHandle m_handle;
    std::string_view m_image;
};

}  // namespace attnscope
