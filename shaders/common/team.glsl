// Rows of numbers that are reduced: each has a team of TEAM invocations, a power of two, and a workgroup has room for ROWS
// teams. Where a row's elements lie side by side in memory its team does too (ADJACENT); otherwise neighbouring
// invocations work on neighbouring rows. See core/ops/vulkan_team.h. Needs kernel.glsl and accumulate.glsl.

layout(constant_id = 2) const uint TEAM = 1;
layout(constant_id = 3) const bool ADJACENT = true;
const uint ROWS = gl_WorkGroupSize.x / TEAM;

shared vec2 ofMembers[gl_WorkGroupSize.x];

// The row that this invocation works on, which may be beyond the last one.
uint teamRow() {
    uint local = gl_LocalInvocationID.x;
    return linearGroup() * ROWS + (ADJACENT ? local / TEAM : local % ROWS);
}

// The place of this invocation in its team.
uint teamMember() {
    uint local = gl_LocalInvocationID.x;
    return ADJACENT ? local % TEAM : local / ROWS;
}

// True where a whole workgroup has no row: only then may it return before it meets a barrier.
bool nothingToDo(uint rows) {
    return linearGroup() * ROWS >= rows;
}

// What all members carry, merged; every invocation of the workgroup takes part.
vec2 teamMerged(uint kind, vec2 mine) {
    uint local = gl_LocalInvocationID.x;
    uint member = teamMember();
    uint next = ADJACENT ? 1u : ROWS;
    ofMembers[local] = mine;
    barrier();
    for (uint reach = TEAM / 2u; reach > 0u; reach /= 2u) {
        if (member < reach) {
            mine = merged(kind, mine, ofMembers[local + reach * next]);
            ofMembers[local] = mine;
        }
        barrier();
    }
    vec2 all = ofMembers[local - member * next];
    barrier();  // what comes next may use the same memory
    return all;
}
