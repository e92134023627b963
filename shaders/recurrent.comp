#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// A recurrent scan, one workgroup for each sequence from its first timestep to its last; see core/ops/recurrent.h. The
// sources of the cells are cited at the CPU kernel, core/ops/recurrent.cpp.
#include "kernel.glsl"
#include "math.glsl"
#include "unary.glsl"

layout(constant_id = 1) const uint CELL = 0;  // in the order of Cell, as are its names here
layout(constant_id = 2) const uint ACTIVATION = 0;
layout(constant_id = 3) const uint RECURRENT_ACTIVATION = 0;
layout(constant_id = 4) const uint UNITS = 1;
layout(constant_id = 5) const bool BACKWARDS = false;
layout(constant_id = 6) const bool BIASED = false;
layout(constant_id = 7) const bool MASKED = false;
layout(constant_id = 8) const bool STARTED = false;
layout(constant_id = 9) const bool EMITS_CELL_STATE = false;
layout(constant_id = 10) const bool SHARED = true;  // the state fits into shared memory
layout(constant_id = 11) const bool HELD = false;   // an invocation for each column, which stays in its registers

const uint LSTM = 1u;
const uint GRU = 2u;
const uint GRU_RESET_AFTER = 3u;
const uint WIDTH = UNITS * (CELL == LSTM ? 4u : (CELL >= GRU ? 3u : 1u));  // all gates
const uint QUADS = (UNITS + 3) / 4;
// What the state holds: h, then the LSTM's c or the GRU's r·h, then the gates. The first two end in zeros, up to a
// multiple of 4.
const uint SECOND = QUADS * 4;
const uint GATES = 2 * SECOND;
const uint STATE = GATES + (WIDTH + 3) / 4 * 4;

layout(push_constant) uniform Push {
    uint batch;
    uint time;
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };                  // [batch, time, WIDTH]
layout(set = 0, binding = 1) readonly buffer Recurrent { float recurrent[]; };  // [UNITS, WIDTH]
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };            // [WIDTH]
layout(set = 0, binding = 3) readonly buffer Mask { float mask[]; };            // [batch, time]
layout(set = 0, binding = 4) readonly buffer H { float startH[]; };             // [batch, UNITS]
layout(set = 0, binding = 5) readonly buffer C { float startC[]; };             // [batch, UNITS]
layout(set = 0, binding = 6) coherent buffer Scratch { vec4 scratch[]; };       // [batch, STATE / 4] unless SHARED
layout(set = 0, binding = 7) writeonly buffer Y { float y[]; };                 // [batch, time, UNITS]

shared vec4 state[SHARED ? STATE / 4 : 1u];
vec4 held[HELD ? QUADS : 1u];

// Four numbers of the state at once; `place` is a multiple of 4.
vec4 quad(uint place) {
    return SHARED ? state[place / 4] : scratch[(linearGroup() * STATE + place) / 4];
}
float get(uint place) {
    return SHARED ? state[place / 4][place % 4] : scratch[(linearGroup() * STATE + place) / 4][place % 4];
}
void put(uint place, float number) {
    if (SHARED) {
        state[place / 4][place % 4] = number;
    } else {
        scratch[(linearGroup() * STATE + place) / 4][place % 4] = number;
    }
}
float gate(uint index, uint unit) {
    return get(GATES + index * UNITS + unit);
}
void settle() {
    if (!SHARED) memoryBarrierBuffer();
    barrier();
}

// Four numbers of a column of the recurrent kernel, zeros beyond its end.
vec4 kernelQuad(uint index, uint column) {
    vec4 numbers = vec4(0.0);
    for (uint part = 0; part < 4; ++part)
        if (index * 4 + part < UNITS) numbers[part] = recurrent[(index * 4 + part) * WIDTH + column];
    return numbers;
}

// Σ over k of the state from `first` on times the recurrent kernel's column; four sums, so that no addition waits for the
// one before it.
float product(uint first, uint column) {
    vec4 sums = vec4(0.0);
    if (HELD) {
        [[unroll]] for (uint i = 0; i < QUADS; ++i) sums += quad(first + i * 4) * held[i];
    } else {
        for (uint i = 0; i < QUADS; ++i) sums += quad(first + i * 4) * kernelQuad(i, column);
    }
    return (sums.x + sums.y) + (sums.z + sums.w);
}

// The gates that need nothing but x and h, each with its activation. The candidate of a GRU comes later; what its reset
// gate scales in GRU_RESET_AFTER is left here.
void computeGates(uint xRow) {
    const uint last = CELL == GRU ? 2u * UNITS : WIDTH;
    for (uint column = gl_LocalInvocationID.x; column < last; column += gl_WorkGroupSize.x) {
        float fromX = x[xRow + column];
        float number = product(0, column);
        if (BIASED) number += bias[column];
        uint index = column / UNITS;
        if (CELL == GRU_RESET_AFTER && index == 2u) {
            put(GATES + column, number);
            continue;
        }
        number += fromX;
        bool candidate = CELL == LSTM ? index == 2u : CELL < LSTM;
        number = candidate ? unaryOf(ACTIVATION, 1.0, number) : unaryOf(RECURRENT_ACTIVATION, 1.0, number);
        put(GATES + column, number);
    }
    settle();
}

// h = z·h₋₁ + (1 − z)·ĥ
void mixGru(uint xRow) {
    // By column of the kernel, for an invocation may hold its own.
    for (uint column = gl_LocalInvocationID.x; column < WIDTH; column += gl_WorkGroupSize.x) {
        if (column < 2u * UNITS) continue;
        uint unit = column - 2u * UNITS;
        float inner = CELL == GRU ? product(SECOND, column) : gate(1, unit) * gate(2, unit);
        float candidate = unaryOf(ACTIVATION, 1.0, x[xRow + column] + inner);
        float z = gate(0, unit);
        put(unit, z * get(unit) + (1.0 - z) * candidate);
    }
}

void advance(uint xRow) {
    const uint local = gl_LocalInvocationID.x;
    const uint size = gl_WorkGroupSize.x;
    computeGates(xRow);
    if (CELL < LSTM) {
        for (uint unit = local; unit < UNITS; unit += size) put(unit, gate(0, unit));
    } else if (CELL == LSTM) {
        for (uint unit = local; unit < UNITS; unit += size) {
            float c = gate(1, unit) * get(SECOND + unit) + gate(0, unit) * gate(2, unit);
            put(SECOND + unit, c);
            put(unit, unaryOf(ACTIVATION, 1.0, c) * gate(3, unit));
        }
    } else {
        if (CELL == GRU) {
            for (uint unit = local; unit < UNITS; unit += size) put(SECOND + unit, gate(1, unit) * get(unit));
            settle();
        }
        mixGru(xRow);
    }
    settle();
}

void main() {
    uint row = linearGroup();
    if (row >= batch) return;
    for (uint unit = gl_LocalInvocationID.x; unit < SECOND; unit += gl_WorkGroupSize.x) {
        bool given = STARTED && unit < UNITS;
        put(unit, given ? startH[row * UNITS + unit] : 0.0);
        put(SECOND + unit, given && CELL == LSTM ? startC[row * UNITS + unit] : 0.0);
    }
    if (HELD && gl_LocalInvocationID.x < WIDTH)
        for (uint i = 0; i < QUADS; ++i) held[i] = kernelQuad(i, gl_LocalInvocationID.x);
    settle();
    bool advanced = false;
    for (uint step = 0; step < time; ++step) {
        uint t = row * time + (BACKWARDS ? time - 1 - step : step);
        // A masked timestep keeps the state and repeats what was emitted, zeros at the start.
        if (!MASKED || mask[t] != 0.0) {
            advance(t * WIDTH);
            advanced = true;
        }
        for (uint unit = gl_LocalInvocationID.x; unit < UNITS; unit += gl_WorkGroupSize.x) {
            float emitted = EMITS_CELL_STATE ? get(SECOND + unit) : (advanced ? get(unit) : 0.0);
            y[(row * time + step) * UNITS + unit] = emitted;
        }
    }
}
