#pragma once

#include <array>
#include <cstdint>

/// The raw tables behind colorMaps(), 0xRRGGBB from the low end to the high end.
namespace attnscope::tables {

extern const std::array<std::uint32_t, 256> viridis;
extern const std::array<std::uint32_t, 256> cividis;
extern const std::array<std::uint32_t, 256> magma;
extern const std::array<std::uint32_t, 256> grey;
extern const std::array<std::uint32_t, 256> ink;
extern const std::array<std::uint32_t, 256> inkDark;
extern const std::array<std::uint32_t, 256> blueOrange;
extern const std::array<std::uint32_t, 256> blueOrangeDark;

}  // namespace attnscope::tables
