#pragma once

#include <hdf5.h>

#include <utility>

namespace attnscope {

/// Owns an HDF5 identifier; negative means none. `Close` is the library's function for its kind.
template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
public:
    explicit Hdf5Handle(hid_t id = H5I_INVALID_HID) : m_id(id) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : m_id(std::exchange(other.m_id, H5I_INVALID_HID)) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(m_id, other.m_id);
        return *this;
    }
    Hdf5Handle(const Hdf5Handle&) = delete;
    Hdf5Handle& operator=(const Hdf5Handle&) = delete;
    ~Hdf5Handle() {
        if (m_id >= 0) Close(m_id);
    }

    [[nodiscard]] hid_t id() const { return m_id; }
    explicit operator bool() const { return m_id >= 0; }

private:
    hid_t m_id;
};

using FileHandle = Hdf5Handle<H5Fclose>;
using GroupHandle = Hdf5Handle<H5Gclose>;
using DatasetHandle = Hdf5Handle<H5Dclose>;
using AttributeHandle = Hdf5Handle<H5Aclose>;
using TypeHandle = Hdf5Handle<H5Tclose>;
using SpaceHandle = Hdf5Handle<H5Sclose>;
using PropertyHandle = Hdf5Handle<H5Pclose>;

}  // namespace attnscope
