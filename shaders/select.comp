#version 460
#extension GL_GOOGLE_include_directive : require
// y = condition ≠ 0 ? a : b, all broadcast.
#include "kernel.glsl"
#define OPERANDS 3
#include "axes.glsl"

layout(set = 0, binding = 0) readonly buffer Condition { float condition[]; };
layout(set = 0, binding = 1) readonly buffer A { float a[]; };
layout(set = 0, binding = 2) readonly buffer B { float b[]; };
layout(set = 0, binding = 3) writeonly buffer Y { float y[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    int places[OPERANDS] = placesOf(i);
    y[i] = condition[places[0]] != 0.0 ? a[places[1]] : b[places[2]];
}
