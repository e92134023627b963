#version 460
#extension GL_GOOGLE_include_directive : require
// With shared memory alone.
#include "reduce.glsl"
