#version 460
#extension GL_GOOGLE_include_directive : require
// Products alone.
#include "matmul.glsl"
