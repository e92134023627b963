// Reduces each row to one number; kinds in the order of ReduceKind (core/ops/reduce.h). The rows are walked over by the
// axes that stay, the elements of a row by those that go. Where there are few rows of many elements each is cut into
// chunks, which are reduced as rows of their own and merged afterwards.
#include "kernel.glsl"
#include "math.glsl"
#define OPERANDS 1
#define MORE_PUSH \
    uint elements;  /* of a row */ \
    uint chunks;    /* of a row */ \
    uint elementExtents[MAX_AXES]; \
    int elementStrides[MAX_AXES];
#include "axes.glsl"
#include "accumulate.glsl"
#include "team.glsl"

layout(constant_id = 4) const uint ELEMENT_AXES = 1;
layout(constant_id = 5) const uint KIND = 0;
layout(constant_id = 6) const uint STAGE = 0;

const uint WHOLE = 0;
const uint CHUNKS = 1;
const uint MERGE = 2;

layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 2) buffer Parts { vec2 parts[]; };  // [chunks, count], of CHUNKS for MERGE

int elementPlace(uint element) {
    int place = 0;
    for (uint axis = ELEMENT_AXES; axis-- > 0;) {
        uint step = element;
        if (axis > 0) {
            element /= elementExtents[axis];
            step -= element * elementExtents[axis];
        }
        place += int(step) * elementStrides[axis];
    }
    return place;
}

// What a member carries of a row's elements from `first` to before `end`.
vec2 reducedElements(uint row, uint first, uint end) {
    vec2 mine = nothingYet(KIND);
    int place = placesOf(row)[0];
    for (uint element = first + teamMember(); element < end; element += TEAM)
        mine = with(KIND, mine, x[place + elementPlace(element)]);
    return mine;
}

void main() {
    uint rows = STAGE == CHUNKS ? count * chunks : count;
    if (nothingToDo(rows)) return;
    uint row = teamRow();
    vec2 mine = nothingYet(KIND);
    if (row < rows) {
        if (STAGE == WHOLE) mine = reducedElements(row, 0, elements);
        if (STAGE == CHUNKS) {
            uint size = (elements + chunks - 1) / chunks;
            uint first = row / count * size;
            mine = reducedElements(row % count, first, min(first + size, elements));
        }
        if (STAGE == MERGE)
            for (uint chunk = teamMember(); chunk < chunks; chunk += TEAM)
                mine = merged(KIND, mine, parts[chunk * count + row]);
    }
    vec2 all = teamMerged(KIND, mine);
    if (row >= rows || teamMember() != 0) return;
    if (STAGE == CHUNKS) {
        parts[row] = all;
    } else {
        y[row] = resultOf(KIND, all, elements);
    }
}
