// Rows of numbers that are reduced: each has a team of TEAM invocations, a power of two, and a workgroup has room for ROWS
// teams. Where a row's elements lie side by side in memory its team does too (ADJACENT); otherwise neighbouring
// invocations work on neighbouring rows. See core/ops/vulkan_team.h. Needs kernel.glsl and accumulate.glsl.
// With SUBGROUPS, which is only for adjacent teams, members meet in shared memory only where a team is larger than a
// subgroup.

#ifdef SUBGROUPS
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#endif

layout(constant_id = 2) const uint TEAM = 1;
layout(constant_id = 3) const bool ADJACENT = true;
const uint ROWS = gl_WorkGroupSize.x / TEAM;

shared vec2 ofMembers[gl_WorkGroupSize.x];

// The place of this invocation in its workgroup.
uint localPlace() {
#ifdef SUBGROUPS
    return gl_SubgroupID * gl_SubgroupSize + gl_SubgroupInvocationID;
#else
    return gl_LocalInvocationID.x;
#endif
}

// The row that this invocation works on, which may be beyond the last one.
uint teamRow() {
    return linearGroup() * ROWS + (ADJACENT ? localPlace() / TEAM : localPlace() % ROWS);
}

// The place of this invocation in its team.
uint teamMember() {
    return ADJACENT ? localPlace() % TEAM : localPlace() / ROWS;
}

// True where a whole workgroup has no row: only then may it return before it meets a barrier.
bool nothingToDo(uint rows) {
    return linearGroup() * ROWS >= rows;
}

// What all members carry, merged; every invocation of the workgroup takes part.
vec2 teamMerged(uint kind, vec2 mine) {
#ifdef SUBGROUPS
    for (uint reach = min(TEAM, gl_SubgroupSize) / 2u; reach > 0u; reach /= 2u)
        mine = merged(kind, mine, subgroupShuffleXor(mine, reach));
    if (TEAM <= gl_SubgroupSize) return mine;
    uint subgroups = TEAM / gl_SubgroupSize;
    uint first = gl_SubgroupID / subgroups * subgroups;
    if (gl_SubgroupInvocationID == 0) ofMembers[gl_SubgroupID] = mine;
    barrier();
    vec2 all = ofMembers[first];
    for (uint i = 1; i < subgroups; ++i) all = merged(kind, all, ofMembers[first + i]);
#else
    uint member = teamMember();
    uint next = ADJACENT ? 1u : ROWS;
    ofMembers[localPlace()] = mine;
    barrier();
    for (uint reach = TEAM / 2u; reach > 0u; reach /= 2u) {
        if (member < reach) {
            mine = merged(kind, mine, ofMembers[localPlace() + reach * next]);
            ofMembers[localPlace()] = mine;
        }
        barrier();
    }
    vec2 all = ofMembers[localPlace() - member * next];
#endif
    barrier();  // what comes next may use the same memory
    return all;
}
