#version 460
#extension GL_GOOGLE_include_directive : require
// Elementwise operations, one or several in a chain, over inputs that are broadcast to one shape.
#include "kernel.glsl"
#define FIRST_CONSTANT 3
#define OUTPUT_BINDING 5
#include "chain.glsl"

const uint MAX_AXES = 4;

layout(constant_id = 1) const uint AXES = 1;
layout(constant_id = 2) const uint INPUTS = 1;

layout(push_constant) uniform Push {
    uint count;  // of elements
    uint first;  // of them, in the outputs
    uint extents[MAX_AXES - 1];  // of all axes but the outermost
    int strides[MAX_INPUTS * MAX_AXES];
    int offsets[MAX_INPUTS];
};
layout(set = 0, binding = 0) readonly buffer Input0 { float input0[]; };
layout(set = 0, binding = 1) readonly buffer Input1 { float input1[]; };
layout(set = 0, binding = 2) readonly buffer Input2 { float input2[]; };
layout(set = 0, binding = 3) readonly buffer Input3 { float input3[]; };
layout(set = 0, binding = 4) readonly buffer Input4 { float input4[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint steps[MAX_AXES];
    uint rest = i;
    for (uint axis = AXES - 1; axis > 0; --axis) {
        uint quotient = rest / extents[axis - 1];
        steps[axis] = rest - quotient * extents[axis - 1];
        rest = quotient;
    }
    steps[0] = rest;
    int places[MAX_INPUTS];
    for (uint n = 0; n < INPUTS; ++n) {
        places[n] = offsets[n];
        for (uint axis = 0; axis < AXES; ++axis) places[n] += int(steps[axis]) * strides[n * MAX_AXES + axis];
    }
    numbers[0] = input0[places[0]];
    if (INPUTS > 1) numbers[1] = input1[places[1]];
    if (INPUTS > 2) numbers[2] = input2[places[2]];
    if (INPUTS > 3) numbers[3] = input3[places[3]];
    if (INPUTS > 4) numbers[4] = input4[places[4]];
    runChain(first + i);
}
