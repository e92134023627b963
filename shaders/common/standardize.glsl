// (x − mean) / √(variance + ε) of each row.
#include "kernel.glsl"
#include "math.glsl"
#include "accumulate.glsl"
#include "team.glsl"

layout(push_constant) uniform Push {
    uint rows;
    uint elements;  // of a row
    float epsilon;
};
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };

void main() {
    if (nothingToDo(rows)) return;
    uint row = teamRow();
    uint first = row * elements;
    uint end = row < rows ? elements : 0;
    // Everything is counted from the row's first number: where numbers are large and lie close together their distances
    // are exact, while a float32 mean would be too coarse.
    float origin = end > 0 ? x[first] : 0.0;

    vec2 sum = nothingYet(SUM);
    for (uint i = teamMember(); i < end; i += TEAM) sum = with(SUM, sum, x[first + i] - origin);
    float mean = resultOf(MEAN, teamMerged(SUM, sum), elements);

    vec2 squares = nothingYet(SUM);
    for (uint i = teamMember(); i < end; i += TEAM) {
        float distance = (x[first + i] - origin) - mean;
        squares = with(SUM, squares, distance * distance);
    }
    float variance = resultOf(MEAN, teamMerged(SUM, squares), elements);

    float deviation = sqrt(variance + epsilon);
    for (uint i = teamMember(); i < end; i += TEAM) y[first + i] = ((x[first + i] - origin) - mean) / deviation;
}
