#version 460
#extension GL_GOOGLE_include_directive : require
// Products, and what becomes of them element by element.
#define CHAINED
#include "matmul.glsl"
