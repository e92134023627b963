#version 460
#extension GL_GOOGLE_include_directive : require
// Sets elements of every batch entry to numbers. The table holds blocks that do not overlap, three words each: how many
// elements all earlier blocks have together, the block's first element, its number.
#include "kernel.glsl"

layout(push_constant) uniform Push {
    uint count;     // elements to set in all entries together
    uint perEntry;  // in each
    uint entry;     // elements of an entry
    uint blocks;
};
layout(set = 0, binding = 0) readonly buffer Table { uint table[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint batch = i / perEntry;
    uint place = i - batch * perEntry;
    // The last block that begins at or before `place`.
    uint low = 0;
    uint high = blocks;
    while (high - low > 1) {
        uint middle = (low + high) / 2;
        if (table[middle * 3] <= place) low = middle; else high = middle;
    }
    uint element = table[low * 3 + 1] + place - table[low * 3];
    y[batch * entry + element] = uintBitsToFloat(table[low * 3 + 2]);
}
