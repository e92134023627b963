// What every kernel begins with: infinities and NaN are kept, the workgroup's size is specialisation constant 0.
#extension GL_EXT_spirv_intrinsics : require

// SignedZeroInfNanPreserve of SPV_KHR_float_controls, core since SPIR-V 1.4.
spirv_execution_mode(capabilities = [4466], 4461, 32);

layout(local_size_x_id = 0) in;

// The place of this invocation among all of them. Rows of workgroups follow each other along y, because a device runs
// only so many along x.
uint linearIndex() {
    return (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

// The place of this workgroup among all of them.
uint linearGroup() {
    return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
}
