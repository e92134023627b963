#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// A batch of products of a matrix and a vector, y[row] = Σ_k matrix[row, k] · vector[k]: bound by how fast the matrix comes
// from memory, so neighbouring invocations read neighbouring elements. TEAM invocations share one row (the matrix lies
// row by row), or one invocation of TEAM has every row and the others its other parts of k (it lies column by column).
#include "kernel.glsl"
#include "batch.glsl"

layout(constant_id = 1) const uint TEAM = 32;      // invocations that share a sum; a power of two
layout(constant_id = 2) const bool COLUMNS = false;  // the matrix is [k, rows] in memory, not [rows, k]
layout(constant_id = 3) const uint SUMS = 8;       // of a workgroup: its size / TEAM

layout(push_constant) uniform Push {
    uint rows;
    uint k;
    uint groupsPerEntry;
    uint entries;
    Batch batch;  // a: the matrices, b: the vectors
};
layout(set = 0, binding = 0) readonly buffer A { float matrix[]; };
layout(set = 0, binding = 1) readonly buffer B { float vector[]; };
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };

shared float parts[TEAM * SUMS];

void main() {
    uint group = linearGroup();
    uint entry = group / groupsPerEntry;
    if (entry >= entries) return;  // the whole workgroup
    uvec2 places = batchPlaces(batch, entry);
    uint local = gl_LocalInvocationID.x;
    uint member = COLUMNS ? local / SUMS : local % TEAM;
    uint which = COLUMNS ? local % SUMS : local / TEAM;
    uint row = group % groupsPerEntry * SUMS + which;

    // Four sums of their own, so that four loads are on their way at a time.
    vec4 sums = vec4(0.0);
    if (row < rows) {
        uint start = places.x + (COLUMNS ? row : row * k);
        uint stride = COLUMNS ? rows : 1;
        uint i = member;
        for (; i + 3 * TEAM < k; i += 4 * TEAM)
            [[unroll]] for (uint j = 0; j < 4; ++j)
                sums[j] += matrix[start + (i + j * TEAM) * stride] * vector[places.y + i + j * TEAM];
        for (; i < k; i += TEAM) sums[0] += matrix[start + i * stride] * vector[places.y + i];
    }
    parts[which * TEAM + member] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    barrier();
    for (uint apart = TEAM / 2; apart > 0; apart /= 2) {
        if (member < apart) parts[which * TEAM + member] += parts[which * TEAM + member + apart];
        barrier();
    }
    if (member == 0 && row < rows) y[entry * rows + row] = parts[which * TEAM];
}
