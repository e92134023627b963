#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace attnscope {

/// A compute shader of shaders/, compiled to SPIR-V and embedded in the program.
struct Shader {
    std::string_view kernel;  ///< the stem of its file
    std::span<const std::uint32_t> words;
};

/// The SPIR-V of a kernel; empty if there is no such file.
[[nodiscard]] std::span<const std::uint32_t> findShader(std::string_view kernel);

[[nodiscard]] std::span<const Shader> allShaders();

}  // namespace attnscope
