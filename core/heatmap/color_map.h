#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace attnscope {

/// An opaque sRGB colour, 8 bits a channel.
struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;

    bool operator==(const Rgb&) const = default;
};

enum class ColorMapKind {
    Sequential,  ///< from little to much
    Diverging,   ///< away from a neutral middle, for differences and signed values
};

/// A perceptually ordered scale of colours; lightness runs one way (from the middle outwards if diverging).
struct ColorMap {
    std::string name;
    ColorMapKind kind = ColorMapKind::Sequential;
    std::array<Rgb, 256> entries;
    Rgb notANumber;  ///< for NaN; no colour of the scale comes near it
    Rgb masked;      ///< for cells that the model was told not to see

    /// The colour at `t` in 0..1: entry t·255, linearly between its neighbours and rounded, channel by channel in sRGB.
    /// What lies outside takes the colour of its end; NaN has its own.
    [[nodiscard]] Rgb colorAt(float t) const;
};

/// All colour maps, the default one (viridis) first.
[[nodiscard]] std::span<const ColorMap> colorMaps();

/// The colour map of that name, or nullptr.
[[nodiscard]] const ColorMap* findColorMap(std::string_view name);

/// Relative luminance, 0 for black to 1 for white (WCAG 2.1).
[[nodiscard]] float relativeLuminance(Rgb color);

/// CIE L*, 0 for black to 100 for white: equal steps look equally large.
[[nodiscard]] float lightness(Rgb color);

/// How well two colours are told apart as text and background, 1 to 21 (WCAG 2.1; 4.5 is asked of text).
[[nodiscard]] float contrastRatio(Rgb a, Rgb b);

/// The colour of the two that reads better on `background`.
[[nodiscard]] Rgb legibleOn(Rgb background, Rgb dark, Rgb light);

}  // namespace attnscope
