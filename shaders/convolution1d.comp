#version 460
#extension GL_GOOGLE_include_directive : require
// 1-D convolution as a matrix product: a row is a window [taps·in] at a step of a sequence, a column is a feature out. A
// workgroup computes a tile of a group's features, each invocation 4×4 numbers of it; the windows are read where they
// lie, nothing is unrolled in memory.
#include "kernel.glsl"

layout(push_constant) uniform Push {
    uint rows;      // batch·steps
    uint steps;
    uint time;
    uint in_;       // features of x
    uint out_;      // features of y
    uint groupIn;   // features of x that a group reads
    uint groupOut;  // features of y that a group makes
    uint depth;     // taps·groupIn
    uint stride;
    uint dilation;
    uint tilesAcross;  // of a group
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };            // [batch, time, in]
layout(set = 0, binding = 1) readonly buffer Kernel { float weights[]; };  // [taps, groupIn, out]
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };           // [batch, steps, out]

const uint EACH = 4;
const uint ACROSS = 16;
const uint DOWN = gl_WorkGroupSize.x / ACROSS;
const uint COLUMNS = ACROSS * EACH;
const uint ROWS = DOWN * EACH;
const uint DEPTH = 16;

shared float windowTile[DEPTH][ROWS + 1];
shared float weightTile[DEPTH][COLUMNS];

void main() {
    uint firstRow = linearGroup() * ROWS;
    if (firstRow >= rows) return;
    uint group = gl_WorkGroupID.z / tilesAcross;
    uint firstColumn = gl_WorkGroupID.z % tilesAcross * COLUMNS;
    uint local = gl_LocalInvocationID.x;
    uint down = local / ACROSS;
    uint across = local % ACROSS;

    float sums[EACH][EACH];
    for (uint i = 0; i < EACH; ++i)
        for (uint j = 0; j < EACH; ++j) sums[i][j] = 0.0;

    for (uint firstDepth = 0; firstDepth < depth; firstDepth += DEPTH) {
        for (uint i = local; i < ROWS * DEPTH; i += gl_WorkGroupSize.x) {
            uint row = firstRow + i / DEPTH;
            uint k = firstDepth + i % DEPTH;
            float number = 0.0;
            if (row < rows && k < depth) {
                uint t = row % steps * stride + k / groupIn * dilation;
                number = x[(row / steps * time + t) * in_ + group * groupIn + k % groupIn];
            }
            windowTile[i % DEPTH][i / DEPTH] = number;
        }
        for (uint i = local; i < COLUMNS * DEPTH; i += gl_WorkGroupSize.x) {
            uint column = firstColumn + i % COLUMNS;
            uint k = firstDepth + i / COLUMNS;
            weightTile[i / COLUMNS][i % COLUMNS] =
                column < groupOut && k < depth ? weights[k * out_ + group * groupOut + column] : 0.0;
        }
        barrier();
        for (uint k = 0; k < DEPTH; ++k) {
            float left[EACH];
            float right[EACH];
            for (uint i = 0; i < EACH; ++i) left[i] = windowTile[k][i * DOWN + down];
            for (uint j = 0; j < EACH; ++j) right[j] = weightTile[k][j * ACROSS + across];
            for (uint i = 0; i < EACH; ++i)
                for (uint j = 0; j < EACH; ++j) sums[i][j] += left[i] * right[j];
        }
        barrier();
    }

    for (uint i = 0; i < EACH; ++i) {
        uint row = firstRow + i * DOWN + down;
        for (uint j = 0; j < EACH; ++j) {
            uint column = firstColumn + j * ACROSS + across;
            if (row < rows && column < groupOut) y[row * out_ + group * groupOut + column] = sums[i][j];
        }
    }
}
