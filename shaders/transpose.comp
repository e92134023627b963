#version 460
#extension GL_GOOGLE_include_directive : require
// Copies matrices whose columns lie contiguous in the source and whose rows lie contiguous in the target. A workgroup
// moves a tile through shared memory, so that both sides are accessed along what is contiguous.
// Operands of the walk over the matrices: source, target.
#include "kernel.glsl"
#define OPERANDS 2
#define MORE_PUSH \
    uint rows; \
    uint columns; \
    uint sourceStep;  /* from column to column */ \
    uint targetStep;  /* from row to row */
#include "axes.glsl"

layout(set = 0, binding = 0) readonly buffer Source { float source[]; };
layout(set = 0, binding = 1) writeonly buffer Target { float target[]; };

const uint TILE = 32;
const uint LINES = gl_WorkGroupSize.x / TILE;  // written or read at a time
shared float tile[TILE][TILE + 1];  // one more, so that the elements of a column lie in different banks

void main() {
    uint across = (columns + TILE - 1) / TILE;
    uint tiles = across * ((rows + TILE - 1) / TILE);
    uint matrix = linearGroup() / tiles;
    if (matrix >= count) return;
    uint place = linearGroup() % tiles;
    uint firstRow = place / across * TILE;
    uint firstColumn = place % across * TILE;
    uint lane = gl_LocalInvocationID.x % TILE;
    uint line = gl_LocalInvocationID.x / TILE;
    int places[OPERANDS] = placesOf(matrix);

    for (uint column = line; column < TILE; column += LINES)
        if (firstRow + lane < rows && firstColumn + column < columns)
            tile[column][lane] = source[places[0] + (firstColumn + column) * sourceStep + firstRow + lane];
    barrier();
    for (uint row = line; row < TILE; row += LINES)
        if (firstRow + row < rows && firstColumn + lane < columns)
            target[places[1] + (firstRow + row) * targetStep + firstColumn + lane] = tile[lane][row];
}
