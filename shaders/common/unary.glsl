// The kinds of Unary, in the order of UnaryKind (core/ops/elementwise.h). Needs math.glsl.

float clipOf(float x, float low, float high) {
    return x < low ? low : (x > high ? high : x);
}

float unaryOf(uint kind, float alpha, float x) {
    // What is computed from the result next must not change how it is rounded.
    precise float y;
    switch (kind) {
        case 0u: y = x; break;
        case 1u: y = -x; break;
        case 2u: y = expOf(x); break;
        case 3u: y = logOf(x); break;
        case 4u: y = x < 0.0 ? notANumber : (x == infinity ? x : sqrt(x)); break;
        case 5u: y = x * x; break;
        case 6u: y = abs(x); break;
        case 7u: y = x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x); break;
        case 8u: y = 1.0 / x; break;
        case 9u: y = floor(x); break;
        case 10u: y = tanhOf(x); break;
        case 11u: y = sigmoidOf(x); break;
        case 12u: y = clipOf(0.2 * x + 0.5, 0.0, 1.0); break;
        case 13u: y = clipOf(x + 3.0, 0.0, 6.0) / 6.0; break;
        case 14u: y = x < 0.0 ? 0.0 : x; break;
        case 15u: y = clipOf(x, 0.0, 6.0); break;
        case 16u: y = x > 0.0 ? x : alpha * expm1Of(x); break;
        case 17u: y = 1.05070098735548049 * (x > 0.0 ? x : 1.67326324235437728 * expm1Of(x)); break;
        case 18u: y = softplusOf(x); break;
        case 19u: y = x / (1.0 + abs(x)); break;
        case 20u: y = x * sigmoidOf(x); break;
        case 21u: y = 0.5 * x * erfcOf(-x * 0.70710678118654752); break;
        case 22u: y = 0.5 * x * (1.0 + tanhOf(0.79788456080286536 * (x + 0.044715 * x * x * x))); break;
        case 23u: y = x * tanhOf(softplusOf(x)); break;
        case 24u: y = x > 0.0 ? x : alpha * x; break;
        case 25u: y = roundEven(x); break;
        default: y = x == 0.0 ? 1.0 : 0.0; break;
    }
    return y;
}
