#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// Elementwise operations, one or several in a chain, over inputs that are broadcast to one shape: each number of the
// results is computed from one number of each input, all of it in registers. The chain is fixed when the pipeline is made:
// once a driver has unrolled the loop over its steps there is no choice left in it. Mirrors core/ops/elementwise_chain.h.
#include "kernel.glsl"
#include "math.glsl"
#include "unary.glsl"
#include "binary.glsl"

const uint MAX_INPUTS = 5;
const uint MAX_STEPS = 8;

layout(constant_id = 3) const uint STEPS = 1;
// A step: its function in 6 bits, three operands in 4 bits each, and in 3 bits which output takes its result: 0 for none.
layout(constant_id = 4) const uint STEP_0 = 0;
layout(constant_id = 5) const uint STEP_1 = 0;
layout(constant_id = 6) const uint STEP_2 = 0;
layout(constant_id = 7) const uint STEP_3 = 0;
layout(constant_id = 8) const uint STEP_4 = 0;
layout(constant_id = 9) const uint STEP_5 = 0;
layout(constant_id = 10) const uint STEP_6 = 0;
layout(constant_id = 11) const uint STEP_7 = 0;
layout(constant_id = 12) const float ALPHA_0 = 1.0;
layout(constant_id = 13) const float ALPHA_1 = 1.0;
layout(constant_id = 14) const float ALPHA_2 = 1.0;
layout(constant_id = 15) const float ALPHA_3 = 1.0;
layout(constant_id = 16) const float ALPHA_4 = 1.0;
layout(constant_id = 17) const float ALPHA_5 = 1.0;
layout(constant_id = 18) const float ALPHA_6 = 1.0;
layout(constant_id = 19) const float ALPHA_7 = 1.0;

layout(set = 0, binding = 5) writeonly buffer Output0 { float output0[]; };
layout(set = 0, binding = 6) writeonly buffer Output1 { float output1[]; };
layout(set = 0, binding = 7) writeonly buffer Output2 { float output2[]; };
layout(set = 0, binding = 8) writeonly buffer Output3 { float output3[]; };

// What there is to compute with: the inputs, then the results of the steps.
float numbers[MAX_INPUTS + MAX_STEPS];

float functionOf(uint code, float alpha, float a, float b, float c) {
    if (code < 32u) return unaryOf(code, alpha, a);
    if (code < 63u) return binaryOf(code - 32u, a, b);
    return a != 0.0 ? b : c;
}

// Computes what belongs to the element `index` of the outputs, from `numbers`' first MAX_INPUTS.
void runChain(uint index) {
    uint words[MAX_STEPS] = uint[](STEP_0, STEP_1, STEP_2, STEP_3, STEP_4, STEP_5, STEP_6, STEP_7);
    float alphas[MAX_STEPS] = float[](ALPHA_0, ALPHA_1, ALPHA_2, ALPHA_3, ALPHA_4, ALPHA_5, ALPHA_6, ALPHA_7);
    [[unroll]] for (uint n = 0; n < STEPS; ++n) {
        uint word = words[n];
        float y = functionOf(word & 63u, alphas[n], numbers[(word >> 6) & 15u], numbers[(word >> 10) & 15u],
                             numbers[(word >> 14) & 15u]);
        numbers[MAX_INPUTS + n] = y;
        switch (word >> 18) {
            case 1u: output0[index] = y; break;
            case 2u: output1[index] = y; break;
            case 3u: output2[index] = y; break;
            case 4u: output3[index] = y; break;
        }
    }
}

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
