#version 460
#extension GL_GOOGLE_include_directive : require
// y[i, :] = table[ids[i], :]
#include "kernel.glsl"

layout(push_constant) uniform Push {
    uint count;  // of elements of the output
    uint rows;
    uint width;
};
layout(set = 0, binding = 0) readonly buffer Table { float table[]; };
layout(set = 0, binding = 1) readonly buffer Ids { float ids[]; };
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 3) writeonly buffer Refusal { uint refused; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint place = i / width;
    float id = ids[place];
    if (id >= 0.0 && id < float(rows) && id == floor(id)) {
        y[i] = table[uint(id) * width + i - place * width];
    } else {
        y[i] = 0.0;
        refused = 1u;
    }
}
