#version 460
#extension GL_GOOGLE_include_directive : require
// y = kind(x), element by element.
#include "kernel.glsl"
#include "math.glsl"
#include "unary.glsl"

layout(constant_id = 1) const uint KIND = 0;

layout(push_constant) uniform Push {
    uint count;
    float alpha;
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = linearIndex();
    if (i < count) y[i] = unaryOf(KIND, alpha, x[i]);
}
