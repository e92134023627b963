#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// A batch of matrix products [m, k] × [k, n] → [m, n], either operand read transposed. A workgroup makes one tile of a
// product: it walks along k with a slab of either operand in shared memory, and each invocation keeps its part of the
// tile in registers. The next slab is on its way from memory while the current one is multiplied.
#include "kernel.glsl"
#include "batch.glsl"

layout(constant_id = 1) const uint TILE_M = 64;   // rows and columns of a tile
layout(constant_id = 2) const uint TILE_N = 64;
layout(constant_id = 3) const uint TILE_K = 16;   // depth of a slab
layout(constant_id = 4) const uint QUADS_M = 1;   // an invocation's part: this many times four rows …
layout(constant_id = 5) const uint QUADS_N = 1;   // … and four columns
layout(constant_id = 6) const bool TRANSPOSE_A = false;
layout(constant_id = 7) const bool TRANSPOSE_B = false;

const uint THREADS_M = TILE_M / (4 * QUADS_M);
const uint THREADS_N = TILE_N / (4 * QUADS_N);
const uint THREADS = THREADS_M * THREADS_N;
const uint LOADS_A = TILE_M * TILE_K / THREADS;
const uint LOADS_B = TILE_N * TILE_K / THREADS;
// One vec4 more than a row holds, so that a column of a slab does not lie in one bank.
const uint PITCH_A = TILE_M / 4 + 1;
const uint PITCH_B = TILE_N / 4 + 1;

layout(push_constant) uniform Push {
    uint m;
    uint n;
    uint k;
    uint tilesM;
    uint tilesN;
    uint entries;
    Batch batch;
};
layout(set = 0, binding = 0) readonly buffer A { float a[]; };
layout(set = 0, binding = 1) readonly buffer B { float b[]; };
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };

shared vec4 slabA[TILE_K * PITCH_A];  // [k, rows]
shared vec4 slabB[TILE_K * PITCH_B];  // [k, columns]

// Row (or column) and k of the i-th element that this invocation brings; neighbours bring neighbours in memory.
uvec2 broughtA(uint i) {
    uint e = i * THREADS + gl_LocalInvocationID.x;
    return TRANSPOSE_A ? uvec2(e % TILE_M, e / TILE_M) : uvec2(e / TILE_K, e % TILE_K);
}
uvec2 broughtB(uint i) {
    uint e = i * THREADS + gl_LocalInvocationID.x;
    return TRANSPOSE_B ? uvec2(e / TILE_K, e % TILE_K) : uvec2(e % TILE_N, e / TILE_N);
}

void main() {
    uint group = linearGroup();
    uint columnTile = group % tilesN;
    group /= tilesN;
    uint rowTile = group % tilesM;
    uint entry = group / tilesM;
    if (entry >= entries) return;  // the whole workgroup
    uvec2 places = batchPlaces(batch, entry);
    uint firstRow = rowTile * TILE_M;
    uint firstColumn = columnTile * TILE_N;

    float nextA[LOADS_A];
    float nextB[LOADS_B];
    vec4 sums[QUADS_M * 4 * QUADS_N];
    [[unroll]] for (uint i = 0; i < QUADS_M * 4 * QUADS_N; ++i) sums[i] = vec4(0.0);
    uint threadM = gl_LocalInvocationID.x / THREADS_N;
    uint threadN = gl_LocalInvocationID.x % THREADS_N;

    // One round more than there are slabs: each brings the next slab and multiplies the one before.
    uint slabs = (k + TILE_K - 1) / TILE_K;
    for (uint slab = 0; slab <= slabs; ++slab) {
        uint depth = slab * TILE_K;
        if (slab < slabs) {
            [[unroll]] for (uint i = 0; i < LOADS_A; ++i) {
                uvec2 at = broughtA(i) + uvec2(firstRow, depth);
                nextA[i] = 0.0;
                if (at.x < m && at.y < k) nextA[i] = a[places.x + (TRANSPOSE_A ? at.y * m + at.x : at.x * k + at.y)];
            }
            [[unroll]] for (uint i = 0; i < LOADS_B; ++i) {
                uvec2 at = broughtB(i) + uvec2(firstColumn, depth);
                nextB[i] = 0.0;
                if (at.x < n && at.y < k) nextB[i] = b[places.y + (TRANSPOSE_B ? at.x * k + at.y : at.y * n + at.x)];
            }
        }
        if (slab > 0) {
            [[unroll]] for (uint depthInSlab = 0; depthInSlab < TILE_K; ++depthInSlab) {
                vec4 columns[QUADS_N];
                [[unroll]] for (uint q = 0; q < QUADS_N; ++q)
                    columns[q] = slabB[depthInSlab * PITCH_B + q * THREADS_N + threadN];
                [[unroll]] for (uint p = 0; p < QUADS_M; ++p) {
                    vec4 rows = slabA[depthInSlab * PITCH_A + p * THREADS_M + threadM];
                    [[unroll]] for (uint row = 0; row < 4; ++row)
                        [[unroll]] for (uint q = 0; q < QUADS_N; ++q)
                            sums[(p * 4 + row) * QUADS_N + q] += rows[row] * columns[q];
                }
            }
        }
        barrier();
        if (slab < slabs) {
            [[unroll]] for (uint i = 0; i < LOADS_A; ++i) {
                uvec2 at = broughtA(i);
                slabA[at.y * PITCH_A + at.x / 4][at.x % 4] = nextA[i];
            }
            [[unroll]] for (uint i = 0; i < LOADS_B; ++i) {
                uvec2 at = broughtB(i);
                slabB[at.y * PITCH_B + at.x / 4][at.x % 4] = nextB[i];
            }
        }
        barrier();
    }

    [[unroll]] for (uint p = 0; p < QUADS_M; ++p)
        [[unroll]] for (uint row = 0; row < 4; ++row) {
            uint atRow = firstRow + (p * THREADS_M + threadM) * 4 + row;
            [[unroll]] for (uint q = 0; q < QUADS_N; ++q)
                [[unroll]] for (uint column = 0; column < 4; ++column) {
                    uint atColumn = firstColumn + (q * THREADS_N + threadN) * 4 + column;
                    if (atRow < m && atColumn < n)
                        y[(entry * m + atRow) * n + atColumn] = sums[(p * 4 + row) * QUADS_N + q][column];
                }
        }
}
