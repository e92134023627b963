#version 460
#extension GL_GOOGLE_include_directive : require
// Rows with numbers in front of and behind the input's; a row is the padded axis with all axes behind it.
#include "kernel.glsl"

layout(push_constant) uniform Push {
    uint count;   // of elements of the output
    uint row;     // elements of a row of the output
    uint source;  // elements of a row of the input
    uint before;  // elements in front of them
    float padding;
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint line = i / row;
    uint place = i - line * row;
    bool inside = place >= before && place - before < source;
    y[i] = inside ? x[line * source + place - before] : padding;
}
