// Where the matrices of one batch entry lie; mirrors BatchPush of core/ops/matmul_vulkan.cpp. `push` constants are the
// kernel's own, these are their last part.

const uint BATCH_AXES = 4;

struct Batch {
    uint extents[BATCH_AXES];   // innermost last; 1 where there is no such axis
    uint stridesA[BATCH_AXES];  // in elements; 0 where one matrix serves the whole axis
    uint stridesB[BATCH_AXES];
};

// The places of the entry's matrices in a and in b.
uvec2 batchPlaces(Batch batch, uint entry) {
    uvec2 places = uvec2(0);
    for (int axis = int(BATCH_AXES) - 1; axis >= 0; --axis) {
        uint step = entry % batch.extents[axis];
        entry /= batch.extents[axis];
        places += step * uvec2(batch.stridesA[axis], batch.stridesB[axis]);
    }
    return places;
}
