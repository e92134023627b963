// Functions that drivers may compute loosely (GLSL's exp may be off by 3 + 2|x| units in the last place, log of a negative
// number is anything), written so that they agree on every device. NaN in gives NaN out.
// Polynomials: S. L. Moshier, Cephes Mathematical Library 2.2, single precision (expf.c, logf.c, tanhf.c).

#define infinity uintBitsToFloat(0x7f800000u)
#define notANumber uintBitsToFloat(0x7fc00000u)

bool isNotANumber(float x) {
    return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u;
}

// 2^n for −126 ≤ n ≤ 127.
float powerOfTwo(int n) {
    return intBitsToFloat((n + 127) << 23);
}

// e^r − 1 for |r| ≤ ln 2 / 2.
float expm1Near0(float r) {
    precise float p = 1.9875691500e-4;
    p = p * r + 1.3981999507e-3;
    p = p * r + 8.3334519073e-3;
    p = p * r + 4.1665795894e-2;
    p = p * r + 1.6666665459e-1;
    p = p * r + 5.0000001201e-1;
    p = p * (r * r) + r;
    return p;
}

float expOf(float x) {
    if (isNotANumber(x)) return x;
    x = clamp(x, -104.0, 89.0);
    precise float n = floor(x * 1.44269504088896341 + 0.5);
    // ln 2 in two parts, the first so short that n times it is exact.
    precise float r = x - n * 0.693359375;
    r = r - n * -2.12194440e-4;
    int whole = int(n);
    int halfOf = whole >> 1;
    return (1.0 + expm1Near0(r)) * powerOfTwo(halfOf) * powerOfTwo(whole - halfOf);
}

float expm1Of(float x) {
    return abs(x) < 0.34 ? expm1Near0(x) : expOf(x) - 1.0;
}

float logOf(float x) {
    if (isNotANumber(x) || x < 0.0) return notANumber;
    if (x == 0.0) return -infinity;
    if (x == infinity) return x;
    float shift = 0.0;
    if (x < 1.17549435e-38) {  // a denormal number
        x *= 16777216.0;
        shift = -24.0;
    }
    uint bits = floatBitsToUint(x);
    precise float e = float(int(bits >> 23) - 126) + shift;
    precise float m = uintBitsToFloat((bits & 0x007fffffu) | 0x3f000000u);  // [0.5, 1)
    if (m < 0.707106781186547524) {
        e = e - 1.0;
        m = m + m - 1.0;
    } else {
        m = m - 1.0;
    }
    precise float z = m * m;
    precise float y = 7.0376836292e-2;
    y = y * m - 1.1514610310e-1;
    y = y * m + 1.1676998740e-1;
    y = y * m - 1.2420140846e-1;
    y = y * m + 1.4249322787e-1;
    y = y * m - 1.6668057665e-1;
    y = y * m + 2.0000714765e-1;
    y = y * m - 2.4999993993e-1;
    y = y * m + 3.3333331174e-1;
    y = y * m * z;
    y = y + e * -2.12194440e-4;
    y = y - 0.5 * z;
    z = m + y;
    z = z + e * 0.693359375;
    return z;
}

// log(1 + u) for u ≥ 0: the quotient undoes what rounding 1 + u does to small u.
float log1pOf(float u) {
    precise float w = 1.0 + u;
    precise float d = w - 1.0;
    return d == 0.0 ? u : logOf(w) * (u / d);
}

float tanhOf(float x) {
    if (isNotANumber(x)) return x;
    float a = abs(x);
    if (a < 0.625) {
        precise float z = x * x;
        precise float p = -5.70498872745e-3;
        p = p * z + 2.06390887954e-2;
        p = p * z - 5.37397155531e-2;
        p = p * z + 1.33314422036e-1;
        p = p * z - 3.33332819422e-1;
        return p * z * x + x;
    }
    float y = a > 10.0 ? 1.0 : 1.0 - 2.0 / (expOf(2.0 * a) + 1.0);
    return x < 0.0 ? -y : y;
}

float sigmoidOf(float x) {
    float z = expOf(-abs(x));
    return (x < 0.0 ? z : 1.0) / (1.0 + z);
}

float softplusOf(float x) {
    return (x > 0.0 ? x : 0.0) + log1pOf(expOf(-abs(x)));
}

// 1 − erf(x), relative error below 1.2e-7 (W. H. Press et al., Numerical Recipes, 2nd edition, section 6.2, erfcc).
float erfcOf(float x) {
    if (isNotANumber(x)) return x;
    float z = abs(x);
    float t = 1.0 / (1.0 + 0.5 * z);
    float p = 0.17087277;
    p = p * t - 0.82215223;
    p = p * t + 1.48851587;
    p = p * t - 1.13520398;
    p = p * t + 0.27886807;
    p = p * t - 0.18628806;
    p = p * t + 0.09678418;
    p = p * t + 0.37409196;
    p = p * t + 1.00002368;
    p = p * t - 1.26551223;
    float y = t * expOf(-z * z + p);
    return x < 0.0 ? 2.0 - y : y;
}

// NaN in either operand gives NaN, as IEEE 754-2019's maximum and minimum have it.
float maximumOf(float a, float b) {
    return a > b || isNotANumber(a) ? a : b;
}
float minimumOf(float a, float b) {
    return a < b || isNotANumber(a) ? a : b;
}

// a^b with the special cases of C's pow (C17, F.10.4.4).
float powerOf(float a, float b) {
    if (b == 0.0 || a == 1.0) return 1.0;
    if (isNotANumber(a) || isNotANumber(b)) return notANumber;
    bool whole = floor(b) == b;
    bool odd = whole && abs(b) < 16777216.0 && (int(abs(b)) & 1) == 1;
    float size = abs(a);
    if (a < 0.0 && size != infinity && !whole) return notANumber;
    float y = size == 1.0 ? 1.0 : expOf(b * logOf(size));
    return odd && (floatBitsToUint(a) >> 31) == 1u ? -y : y;
}
