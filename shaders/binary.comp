#version 460
#extension GL_GOOGLE_include_directive : require
// y = a kind b with broadcasting; kinds in the order of BinaryKind (core/ops/elementwise.h).
#include "kernel.glsl"
#include "math.glsl"
#define OPERANDS 2
#include "axes.glsl"

layout(constant_id = 2) const uint KIND = 0;

layout(set = 0, binding = 0) readonly buffer A { float a[]; };
layout(set = 0, binding = 1) readonly buffer B { float b[]; };
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };

float truth(bool holds) {
    return holds ? 1.0 : 0.0;
}

float binaryOf(float left, float right) {
    switch (KIND) {
        case 0u: return left + right;
        case 1u: return left - right;
        case 2u: return left * right;
        case 3u: return left / right;
        case 4u: return maximumOf(left, right);
        case 5u: return minimumOf(left, right);
        case 6u: return powerOf(left, right);
        case 7u: return truth(left == right);
        case 8u: return truth(left != right);
        case 9u: return truth(left > right);
        case 10u: return truth(left >= right);
        case 11u: return truth(left < right);
        case 12u: return truth(left <= right);
        case 13u: return truth(left != 0.0 && right != 0.0);
        default: return truth(left != 0.0 || right != 0.0);
    }
}

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    int places[OPERANDS] = placesOf(i);
    y[i] = binaryOf(a[places[0]], b[places[1]]);
}
