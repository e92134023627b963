// The kinds of Binary, in the order of BinaryKind (core/ops/elementwise.h). Needs math.glsl.

float truth(bool holds) {
    return holds ? 1.0 : 0.0;
}

float binaryOf(uint kind, float left, float right) {
    // A product is rounded before it is added to something.
    precise float y;
    switch (kind) {
        case 0u: y = left + right; break;
        case 1u: y = left - right; break;
        case 2u: y = left * right; break;
        case 3u: y = left / right; break;
        case 4u: y = maximumOf(left, right); break;
        case 5u: y = minimumOf(left, right); break;
        case 6u: y = powerOf(left, right); break;
        case 7u: y = truth(left == right); break;
        case 8u: y = truth(left != right); break;
        case 9u: y = truth(left > right); break;
        case 10u: y = truth(left >= right); break;
        case 11u: y = truth(left < right); break;
        case 12u: y = truth(left <= right); break;
        case 13u: y = truth(left != 0.0 && right != 0.0); break;
        default: y = truth(left != 0.0 || right != 0.0); break;
    }
    return y;
}
