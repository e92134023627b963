#version 460
#extension GL_GOOGLE_include_directive : require
// Copies element by element, reading and writing by strides.
#include "kernel.glsl"
#define OPERANDS 2
#include "axes.glsl"

layout(set = 0, binding = 0) readonly buffer Source { float source[]; };
layout(set = 0, binding = 1) writeonly buffer Target { float target[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    int places[OPERANDS] = placesOf(i);
    target[places[1]] = source[places[0]];
}
