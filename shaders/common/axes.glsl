// A walk over OPERANDS operands by the shape they are broadcast to; mirrors AxisPush of core/ops/vulkan_axes.h.
// Define OPERANDS before. Specialisation constant 1 is the number of axes left after those that every operand steps
// through evenly have become one. MORE_PUSH may be defined as further push constants.

layout(constant_id = 1) const uint AXES = 1;
const uint MAX_AXES = 6;

layout(push_constant) uniform Axes {
    uint count;
    uint extents[MAX_AXES];
    int strides[OPERANDS * MAX_AXES];
    int offsets[OPERANDS];
#ifdef MORE_PUSH
    MORE_PUSH
#endif
};

// Where element `index` of the result, counted in row-major order, lies in each operand.
int[OPERANDS] placesOf(uint index) {
    int places[OPERANDS];
    for (uint n = 0; n < OPERANDS; ++n) places[n] = offsets[n];
    for (uint axis = AXES; axis-- > 0;) {
        uint step = index;
        if (axis > 0) {
            index /= extents[axis];
            step -= index * extents[axis];
        }
        for (uint n = 0; n < OPERANDS; ++n) places[n] += int(step) * strides[n * MAX_AXES + axis];
    }
    return places;
}
