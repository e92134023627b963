#version 460
#extension GL_GOOGLE_include_directive : require
// Paints the cells of a matrix as pixels, by the conventions of core/heatmap/raster.h. Each pixel has a team of TEAM
// invocations, a power of two, which share its cells.
#include "kernel.glsl"
#include "math.glsl"
#include "accumulate.glsl"

layout(constant_id = 1) const uint TEAM = 1;
layout(constant_id = 2) const uint AGGREGATION = 0;

const uint LARGEST = 0;   // the largest value
const uint FARTHEST = 1;  // the one farthest from the middle
const uint AVERAGE = 2;

layout(push_constant) uniform Push {
    uint width;
    uint height;
    uint firstElement;
    uint rowStride;
    uint columnStride;
    float scale;         // a power of two: what values are multiplied by, so that the range's extent is near 1
    float low;           // the range's
    float scaledLow;
    float scaledExtent;  // 0 for a range of a single value
    float middle;        // the range's
    float share;         // a power of two that keeps the sum of a pixel's cells from overflowing
    uint notANumberColor;
};

layout(set = 0, binding = 0) readonly buffer Matrix { float matrix[]; };
layout(set = 0, binding = 1) readonly buffer Colors { uint colors[]; };
// The cells [x, y) that a pixel stands for along an axis: of the columns of pixels, then of their rows.
layout(set = 0, binding = 2) readonly buffer Spans { uvec2 spans[]; };
layout(set = 0, binding = 3) writeonly buffer Pixels { uint pixels[]; };

// What a team found so far.
struct Found {
    vec2 number;  // LARGEST, FARTHEST: the value and its rank; AVERAGE: the sum and what rounding took from it
    uint cell;    // the value's, counted row by row within the pixel
};

Found nothing() {
    return Found(AGGREGATION == AVERAGE ? vec2(0.0) : vec2(0.0, -infinity), 0xffffffffu);
}

// The better of two, which does not depend on their order: NaN, then the higher rank, then the earlier cell.
Found better(Found a, Found b) {
    if (AGGREGATION == AVERAGE) return Found(sumOf(a.number, b.number), 0u);
    if (isNotANumber(a.number.x)) return a;
    if (isNotANumber(b.number.x)) return b;
    bool second = b.number.y > a.number.y || (b.number.y == a.number.y && b.cell < a.cell);
    return second ? b : a;
}

Found with(Found soFar, uint row, uint column, uint cell) {
    float value = matrix[firstElement + row * rowStride + column * columnStride];
    if (AGGREGATION == AVERAGE) return Found(sumOf(soFar.number, vec2(value * share, 0.0)), 0u);
    return better(soFar, Found(vec2(value, AGGREGATION == FARTHEST ? abs(value - middle) : value), cell));
}

Found foundByMember(uvec2 rows, uvec2 columns, uint member) {
    Found found = nothing();
    uint wide = columns.y - columns.x;
    if (TEAM == 1) {
        for (uint row = rows.x; row < rows.y; ++row)
            for (uint column = columns.x; column < columns.y; ++column)
                found = with(found, row, column, (row - rows.x) * wide + (column - columns.x));
    } else {
        uint cells = (rows.y - rows.x) * wide;
        for (uint cell = member; cell < cells; cell += TEAM)
            found = with(found, rows.x + cell / wide, columns.x + cell % wide, cell);
    }
    return found;
}

shared vec2 numbers[gl_WorkGroupSize.x];
shared uint cellsOf[gl_WorkGroupSize.x];

// What the first member of a team then has is what all of them found.
Found foundByTeam(Found mine, uint member) {
    if (TEAM == 1) return mine;
    uint local = gl_LocalInvocationID.x;
    numbers[local] = mine.number;
    cellsOf[local] = mine.cell;
    barrier();
    for (uint reach = TEAM / 2u; reach > 0u; reach /= 2u) {
        if (member < reach) {
            mine = better(mine, Found(numbers[local + reach], cellsOf[local + reach]));
            numbers[local] = mine.number;
            cellsOf[local] = mine.cell;
        }
        barrier();
    }
    return mine;
}

// A number of up to 24 bits in two parts of 12, so that products of parts are exact.
vec2 halves(float x) {
    float high = uintBitsToFloat(floatBitsToUint(x) & 0xfffff000u);
    return vec2(high, x - high);
}

// The mean as it comes from a sum in double precision: the remainder of the division counts too.
float meanOf(vec2 sum, float count) {
    precise float quotient = sum.x / count;
    vec2 q = halves(quotient);
    vec2 n = halves(count);
    precise float rest = sum.x - q.x * n.x;
    rest = rest - q.x * n.y;
    rest = rest - q.y * n.x;
    rest = rest - q.y * n.y;
    rest = rest + sum.y;
    precise float mean = quotient + rest / count;
    return isNotANumber(mean) ? quotient : mean;  // an infinite quotient leaves no remainder
}

float normalized(float value) {
    if (scaledExtent == 0.0) return value < low ? 0.0 : (value > low ? 1.0 : 0.5);
    precise float t = (value * scale - scaledLow) / scaledExtent;
    return t;
}

uint colorAt(float t) {
    if (isNotANumber(t)) return notANumberColor;
    float position = clamp(t, 0.0, 1.0) * 255.0;
    uint entry = min(uint(position), 254u);
    float fraction = position - float(entry);
    uint color = 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        float a = float(bitfieldExtract(colors[entry], shift, 8));
        float b = float(bitfieldExtract(colors[entry + 1u], shift, 8));
        color |= uint(floor(a + (b - a) * fraction + 0.5)) << shift;
    }
    return color;
}

void main() {
    uint pixel = linearGroup() * (gl_WorkGroupSize.x / TEAM) + gl_LocalInvocationID.x / TEAM;
    uint member = gl_LocalInvocationID.x % TEAM;
    bool inside = pixel < width * height;
    uvec2 columns = inside ? spans[pixel % width] : uvec2(0u);
    uvec2 rows = inside ? spans[width + pixel / width] : uvec2(0u);
    bool empty = columns.x >= columns.y || rows.x >= rows.y;
    Found mine = nothing();
    if (!empty) mine = foundByMember(rows, columns, member);
    Found all = foundByTeam(mine, member);
    if (!inside || member != 0u) return;
    if (empty) {
        pixels[pixel] = 0u;
        return;
    }
    float count = float(rows.y - rows.x) * float(columns.y - columns.x);
    float value = AGGREGATION == AVERAGE ? meanOf(all.number, count * share) : all.number.x;
    pixels[pixel] = colorAt(normalized(value));
}
