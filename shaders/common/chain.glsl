// A chain of elementwise operations: each number of the result is computed from one number of each input, all of it in
// registers. The chain is fixed when the pipeline is made (specialisation constants from FIRST_CONSTANT on): once a driver
// has unrolled the loop over its steps there is no choice left in it. Mirrors core/ops/elementwise_chain.h, which makes
// the constants.
// Define FIRST_CONSTANT before, and OUTPUT_BINDING, from where on the outputs are bound.
#extension GL_EXT_control_flow_attributes : require
#include "math.glsl"
#include "unary.glsl"
#include "binary.glsl"

const uint MAX_INPUTS = 5;
const uint MAX_STEPS = 8;

layout(constant_id = FIRST_CONSTANT) const uint STEPS = 1;
// A step: its function in 6 bits, three operands in 4 bits each, and in 3 bits which output takes its result: 0 for none.
layout(constant_id = FIRST_CONSTANT + 1) const uint STEP_0 = 0;
layout(constant_id = FIRST_CONSTANT + 2) const uint STEP_1 = 0;
layout(constant_id = FIRST_CONSTANT + 3) const uint STEP_2 = 0;
layout(constant_id = FIRST_CONSTANT + 4) const uint STEP_3 = 0;
layout(constant_id = FIRST_CONSTANT + 5) const uint STEP_4 = 0;
layout(constant_id = FIRST_CONSTANT + 6) const uint STEP_5 = 0;
layout(constant_id = FIRST_CONSTANT + 7) const uint STEP_6 = 0;
layout(constant_id = FIRST_CONSTANT + 8) const uint STEP_7 = 0;
layout(constant_id = FIRST_CONSTANT + 9) const float ALPHA_0 = 1.0;
layout(constant_id = FIRST_CONSTANT + 10) const float ALPHA_1 = 1.0;
layout(constant_id = FIRST_CONSTANT + 11) const float ALPHA_2 = 1.0;
layout(constant_id = FIRST_CONSTANT + 12) const float ALPHA_3 = 1.0;
layout(constant_id = FIRST_CONSTANT + 13) const float ALPHA_4 = 1.0;
layout(constant_id = FIRST_CONSTANT + 14) const float ALPHA_5 = 1.0;
layout(constant_id = FIRST_CONSTANT + 15) const float ALPHA_6 = 1.0;
layout(constant_id = FIRST_CONSTANT + 16) const float ALPHA_7 = 1.0;

layout(set = 0, binding = OUTPUT_BINDING) writeonly buffer Output0 { float output0[]; };
layout(set = 0, binding = OUTPUT_BINDING + 1) writeonly buffer Output1 { float output1[]; };
layout(set = 0, binding = OUTPUT_BINDING + 2) writeonly buffer Output2 { float output2[]; };
layout(set = 0, binding = OUTPUT_BINDING + 3) writeonly buffer Output3 { float output3[]; };

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
