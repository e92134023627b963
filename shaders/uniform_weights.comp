#version 460
#extension GL_GOOGLE_include_directive : require
// 1 / (open timesteps) where the mask is open, 0 elsewhere. A row is the attended axis with all axes behind it.
#include "kernel.glsl"
#include "math.glsl"
#include "accumulate.glsl"
#include "team.glsl"

layout(constant_id = 4) const bool MASKED = false;

layout(push_constant) uniform Push {
    uint rows;
    uint steps;          // of the attended axis
    uint inner;          // elements behind it
    uint rowsPerBatch;
};
layout(set = 0, binding = 0) readonly buffer Mask { float mask[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    if (nothingToDo(rows)) return;
    uint row = teamRow();
    uint firstMask = row / rowsPerBatch * steps;
    uint end = row < rows ? steps : 0;

    vec2 open = nothingYet(SUM);
    for (uint t = teamMember(); t < end; t += TEAM)
        if (!MASKED || mask[firstMask + t] != 0.0) open = with(SUM, open, 1.0);
    float weight = 1.0 / resultOf(SUM, teamMerged(SUM, open), steps);

    for (uint i = teamMember(); i < end * inner; i += TEAM) {
        bool isOpen = !MASKED || mask[firstMask + i / inner] != 0.0;
        y[row * steps * inner + i] = isOpen ? weight : 0.0;
    }
}
