#version 460
#extension GL_GOOGLE_include_directive : require
// 1-D convolution where a group makes few features (a depthwise one makes one), too few for the tiles of
// convolution1d.comp: every invocation sums up one number.
#include "kernel.glsl"

layout(push_constant) uniform Push {
    uint count;  // of elements of the output
    uint steps;
    uint time;
    uint in_;       // features of x
    uint out_;      // features of y
    uint groupIn;   // features of x that a group reads
    uint groupOut;  // features of y that a group makes
    uint taps;
    uint stride;
    uint dilation;
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };            // [batch, time, in]
layout(set = 0, binding = 1) readonly buffer Kernel { float weights[]; };  // [taps, groupIn, out]
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };           // [batch, steps, out]

void main() {
    uint i = linearIndex();
    if (i >= count) return;
    uint feature = i % out_;
    uint row = i / out_;
    uint first = (row / steps * time + row % steps * stride) * in_ + feature / groupOut * groupIn;
    float sum = 0.0;
    for (uint tap = 0; tap < taps; ++tap)
        for (uint k = 0; k < groupIn; ++k)
            sum += x[first + tap * dilation * in_ + k] * weights[(tap * groupIn + k) * out_ + feature];
    y[i] = sum;
}
