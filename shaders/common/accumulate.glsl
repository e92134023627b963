// What a reduction carries from element to element, by kind in the order of ReduceKind (core/ops/reduce.h). Needs
// math.glsl.
//   sum, mean: (sum, what rounding took from it)
//   maximum, minimum: (so far, unused)
//   product: (product, power of 2^64 to multiply it by)

const uint SUM = 0u;
const uint MEAN = 1u;
const uint MAXIMUM = 2u;
const uint MINIMUM = 3u;
const uint PRODUCT = 4u;

// The sum of both; the rounding error of the addition is found exactly (D. E. Knuth, The Art of Computer Programming 2,
// 4.2.2, theorem B), so that a sum is as good as one in double precision.
vec2 sumOf(vec2 a, vec2 b) {
    precise float sum = a.x + b.x;
    precise float part = sum - a.x;
    precise float lost = (a.x - (sum - part)) + (b.x - part);
    lost = lost + (a.y + b.y);
    return vec2(sum, lost);
}

// Keeps the first part within 2^±32, so that a long product neither overflows nor vanishes on its way.
vec2 scaled(vec2 product) {
    const float large = 4294967296.0;
    const float step = large * large;
    float size = abs(product.x);
    if (size > large && size < infinity) return vec2(product.x / step, product.y + 1.0);
    if (size < 1.0 / large && size > 0.0) return vec2(product.x * step, product.y - 1.0);
    return product;
}
vec2 productOf(vec2 a, vec2 b) {
    return scaled(vec2(a.x * b.x, a.y + b.y));
}

vec2 nothingYet(uint kind) {
    switch (kind) {
        case MAXIMUM: return vec2(-infinity, 0.0);
        case MINIMUM: return vec2(infinity, 0.0);
        case PRODUCT: return vec2(1.0, 0.0);
        default: return vec2(0.0);
    }
}

vec2 merged(uint kind, vec2 a, vec2 b) {
    switch (kind) {
        case MAXIMUM: return vec2(maximumOf(a.x, b.x), 0.0);
        case MINIMUM: return vec2(minimumOf(a.x, b.x), 0.0);
        case PRODUCT: return productOf(a, b);
        default: return sumOf(a, b);
    }
}

vec2 with(uint kind, vec2 soFar, float x) {
    // Twice, for a float may be as large as 2^128.
    return merged(kind, soFar, kind == PRODUCT ? scaled(scaled(vec2(x, 0.0))) : vec2(x, 0.0));
}

// `count` is how many elements there were.
float resultOf(uint kind, vec2 all, uint count) {
    if (kind == PRODUCT) {
        // Beyond 2^±192 it is infinite or 0 anyway.
        float y = all.x;
        for (float n = min(abs(all.y), 6.0); n > 0.0; n -= 1.0)
            y = all.y > 0.0 ? y * 18446744073709551616.0 : y / 18446744073709551616.0;
        return y;
    }
    if (kind == MAXIMUM || kind == MINIMUM) return all.x;
    // Where the sum is infinite or NaN what was lost is NaN and says nothing.
    float sum = isNotANumber(all.y) ? all.x : all.x + all.y;
    return kind == MEAN ? sum / float(count) : sum;
}
