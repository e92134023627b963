#version 460
#extension GL_GOOGLE_include_directive : require
// Windows over time of x [batch, time, features]; kinds in the order of PoolKind (core/ops/convolution.h).
#include "kernel.glsl"
#include "math.glsl"

layout(constant_id = 1) const uint KIND = 0;
const uint MAXIMUM = 0;

layout(push_constant) uniform Push {
    uint count;  // of elements of the output
    uint time;
    uint features;
    uint steps;
    uint width;
    uint stride;
    uint before;  // timesteps of padding in front
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint feature = i % features;
    uint step = i / features % steps;
    uint batch = i / features / steps;
    // The window reaches over both edges; only timesteps that exist count.
    uint start = step * stride;
    uint first = start > before ? start - before : 0;
    uint last = min(start + width > before ? start + width - before : 0, time);
    float y0 = KIND == MAXIMUM ? -infinity : 0.0;
    for (uint t = first; t < last; ++t) {
        float value = x[(batch * time + t) * features + feature];
        y0 = KIND == MAXIMUM ? maximumOf(y0, value) : y0 + value;
    }
    y[i] = KIND == MAXIMUM ? y0 : y0 / float(last - first);
}
