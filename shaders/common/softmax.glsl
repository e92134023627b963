// Softmax of each row. Operands of the walk over the rows: scores (and weights, which lie as they do), mask.
#include "kernel.glsl"
#include "math.glsl"
#define OPERANDS 2
#define MORE_PUSH \
    uint elements;   /* of a row */ \
    int scoreStep;   /* from element to element */ \
    int maskStep;
#include "axes.glsl"
#include "accumulate.glsl"
#include "team.glsl"

layout(constant_id = 4) const bool MASKED = false;
// A row short enough is read once: each member keeps KEPT of its elements. Otherwise it is read again for each step.
layout(constant_id = 5) const uint KEPT = 1;
layout(constant_id = 6) const bool SHORT = false;

layout(set = 0, binding = 0) readonly buffer Scores { float scores[]; };
layout(set = 0, binding = 1) readonly buffer Mask { float mask[]; };
layout(set = 0, binding = 2) writeonly buffer Weights { float weights[]; };

void main() {
    if (nothingToDo(count)) return;
    uint member = teamMember();
    uint row = teamRow();
    uint end = row < count ? elements : 0;
    int places[OPERANDS] = placesOf(min(row, count - 1));

#define CLOSED(element) (MASKED && mask[places[1] + int(element) * maskStep] == 0.0)
    // What is masked is −∞ and adds nothing.
#define SCORE(element) (CLOSED(element) ? -infinity : scores[places[0] + int(element) * scoreStep])

    float kept[KEPT];
    vec2 largest = nothingYet(MAXIMUM);
    vec2 sum = nothingYet(SUM);
    if (SHORT) {
        for (uint i = 0; i < KEPT; ++i) {
            uint element = member + i * TEAM;
            kept[i] = element < end ? SCORE(element) : -infinity;
            largest = with(MAXIMUM, largest, kept[i]);
        }
    } else {
        for (uint element = member; element < end; element += TEAM) largest = with(MAXIMUM, largest, SCORE(element));
    }
    float top = teamMerged(MAXIMUM, largest).x;

    if (SHORT) {
        for (uint i = 0; i < KEPT; ++i) {
            kept[i] = expOf(kept[i] - top);
            if (member + i * TEAM < end) sum = with(SUM, sum, kept[i]);
        }
    } else {
        for (uint element = member; element < end; element += TEAM) sum = with(SUM, sum, expOf(SCORE(element) - top));
    }
    float total = resultOf(SUM, teamMerged(SUM, sum), elements);

    // Exactly 0 where masked, also where the rest of the row is NaN or is nothing at all.
    if (SHORT) {
        for (uint i = 0; i < KEPT; ++i) {
            uint element = member + i * TEAM;
            if (element < end)
                weights[places[0] + int(element) * scoreStep] = CLOSED(element) ? 0.0 : kept[i] / total;
        }
    } else {
        for (uint element = member; element < end; element += TEAM)
            weights[places[0] + int(element) * scoreStep] =
                CLOSED(element) ? 0.0 : expOf(SCORE(element) - top) / total;
    }
}
