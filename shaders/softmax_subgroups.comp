#version 460
#extension GL_GOOGLE_include_directive : require
// With subgroups whose invocations can read each other's numbers.
#define SUBGROUPS
#include "softmax.glsl"
