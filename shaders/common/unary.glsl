// The kinds of Unary, in the order of UnaryKind (core/ops/elementwise.h). Needs math.glsl.

float clipOf(float x, float low, float high) {
    return x < low ? low : (x > high ? high : x);
}

float unaryOf(uint kind, float alpha, float x) {
    switch (kind) {
        case 0u: return x;
        case 1u: return -x;
        case 2u: return expOf(x);
        case 3u: return logOf(x);
        case 4u: return x < 0.0 ? notANumber : (x == infinity ? x : sqrt(x));
        case 5u: return x * x;
        case 6u: return abs(x);
        case 7u: return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x);
        case 8u: return 1.0 / x;
        case 9u: return floor(x);
        case 10u: return tanhOf(x);
        case 11u: return sigmoidOf(x);
        case 12u: return clipOf(0.2 * x + 0.5, 0.0, 1.0);
        case 13u: return clipOf(x + 3.0, 0.0, 6.0) / 6.0;
        case 14u: return x < 0.0 ? 0.0 : x;
        case 15u: return clipOf(x, 0.0, 6.0);
        case 16u: return x > 0.0 ? x : alpha * expm1Of(x);
        case 17u: return 1.05070098735548049 * (x > 0.0 ? x : 1.67326324235437728 * expm1Of(x));
        case 18u: return softplusOf(x);
        case 19u: return x / (1.0 + abs(x));
        case 20u: return x * sigmoidOf(x);
        case 21u: return 0.5 * x * erfcOf(-x * 0.70710678118654752);
        case 22u: return 0.5 * x * (1.0 + tanhOf(0.79788456080286536 * (x + 0.044715 * x * x * x)));
        case 23u: return x * tanhOf(softplusOf(x));
        case 24u: return x > 0.0 ? x : alpha * x;
        default: return x == 0.0 ? 1.0 : 0.0;
    }
}
