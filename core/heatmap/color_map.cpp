#include "heatmap/color_map.h"

#include "heatmap/color_tables.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace attnscope {
namespace {

Rgb unpacked(std::uint32_t color) {
    return {static_cast<std::uint8_t>(color >> 16 & 0xffU), static_cast<std::uint8_t>(color >> 8 & 0xffU),
            static_cast<std::uint8_t>(color & 0xffU)};
}

ColorMap made(std::string name, ColorMapKind kind, const std::array<std::uint32_t, 256>& table,
              std::uint32_t notANumber, std::uint32_t masked) {
    ColorMap map{std::move(name), kind, {}, unpacked(notANumber), unpacked(masked)};
    std::transform(table.begin(), table.end(), map.entries.begin(), unpacked);
    return map;
}

std::uint8_t between(std::uint8_t from, std::uint8_t to, float fraction) {
    const auto a = static_cast<float>(from);
    return static_cast<std::uint8_t>(std::lround(a + (static_cast<float>(to) - a) * fraction));
}

float linearLight(std::uint8_t channel) {
    const float c = static_cast<float>(channel) / 255.0F;
    return c <= 0.04045F ? c / 12.92F : std::pow((c + 0.055F) / 1.055F, 2.4F);
}

}  // namespace

Rgb ColorMap::colorAt(float t) const {
    if (std::isnan(t)) return notANumber;
    const float position = std::clamp(t, 0.0F, 1.0F) * 255.0F;
    const auto index = std::min(static_cast<std::size_t>(position), std::size_t{254});
    const float fraction = position - static_cast<float>(index);
    const Rgb low = entries[index];
    const Rgb high = entries[index + 1];
    return {between(low.red, high.red, fraction), between(low.green, high.green, fraction),
            between(low.blue, high.blue, fraction)};
}

std::span<const ColorMap> colorMaps() {
    using enum ColorMapKind;
    static const std::vector<ColorMap> maps = {
        made("viridis", Sequential, tables::viridis, 0xff3d8b, 0x9aa0a6),
        made("cividis", Sequential, tables::cividis, 0xff3d8b, 0xb9c3d6),
        made("magma", Sequential, tables::magma, 0x00c49a, 0x8d9a9a),
        made("grey", Sequential, tables::grey, 0xff3d8b, 0xb3a58c),
        made("ink", Sequential, tables::ink, 0xff3d8b, 0xb8b4ae),
        made("ink-dark", Sequential, tables::inkDark, 0xff3d8b, 0x6e6a64),
        made("blue-orange", Diverging, tables::blueOrange, 0xc800c8, 0x9aa0a6),
        made("blue-orange-dark", Diverging, tables::blueOrangeDark, 0xc800c8, 0x6e6a64),
    };
    return maps;
}

const ColorMap* findColorMap(std::string_view name) {
    const auto maps = colorMaps();
    const auto found = std::find_if(maps.begin(), maps.end(), [&](const ColorMap& map) { return map.name == name; });
    return found == maps.end() ? nullptr : &*found;
}

float relativeLuminance(Rgb color) {
    return 0.2126F * linearLight(color.red) + 0.7152F * linearLight(color.green) + 0.0722F * linearLight(color.blue);
}

float lightness(Rgb color) {
    const float y = relativeLuminance(color);
    return y > 216.0F / 24389.0F ? 116.0F * std::cbrt(y) - 16.0F : y * 24389.0F / 27.0F;
}

float contrastRatio(Rgb a, Rgb b) {
    const auto [darker, lighter] = std::minmax({relativeLuminance(a), relativeLuminance(b)});
    return (lighter + 0.05F) / (darker + 0.05F);
}

Rgb legibleOn(Rgb background, Rgb dark, Rgb light) {
    return contrastRatio(background, dark) >= contrastRatio(background, light) ? dark : light;
}

}  // namespace attnscope
