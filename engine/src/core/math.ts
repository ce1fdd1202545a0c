// Natural logarithm and exponential with the same bits in every runtime. Math.log and Math.exp may differ between
// engines; these use only + − × ÷ and the bit fields of a double. Method and coefficients are those of fdlibm (Sun,
// 1993): reduce to a small argument, then a minimax polynomial. The error is below one unit in the last place.

const LN2_HI = 0.6931471803691238; // upper 33 bits of ln 2: k · LN2_HI is exact for every exponent k
const LN2_LO = 1.9082149292705877e-10; // ln 2 − LN2_HI
const LOG2_E = 1.4426950408889634;
const TWO_54 = 18014398509481984;
const EXP_OVERFLOW = 709.782712893384; // above: Infinity
const EXP_UNDERFLOW = -745.1332191019411; // below: 0

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8)); // scratch, never read across calls

/**
 * Natural logarithm. ln(0) = −Infinity, ln(x < 0) = NaN, NaN and Infinity pass through.
 *
 * With x = 2ᵏ(1 + f) and √½ ≤ 1 + f < √2, and s = f / (2 + f): ln(1 + f) = f − f²/2 + s(f²/2 + R(s²)).
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= TWO_54; // a subnormal number: scale it into the normal range first
    k = -54;
  }
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  const mantissa = high & 0xfffff;
  const aboveSqrt2 = mantissa >= 0x6a09f; // √2 = 1.6A09E667…₁₆: halve above it
  k += (high >> 20) - 1023 + (aboveSqrt2 ? 1 : 0);
  bits.setInt32(0, mantissa | (aboveSqrt2 ? 0x3fe00000 : 0x3ff00000));
  const f = bits.getFloat64(0) - 1;
  if (f === 0) return k * LN2_HI + k * LN2_LO;

  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return k * LN2_HI - (half - (s * (half + (even + odd)) + k * LN2_LO) - f);
}

/**
 * e to the power x. Overflows to Infinity above 709.78, to 0 below −745.13; NaN passes through.
 *
 * With x = k ln 2 + r and |r| ≤ ½ ln 2: eʳ = 1 + 2r / (R(r²) − r), and the result is 2ᵏeʳ.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  const magnitude = x < 0 ? -x : x;
  if (magnitude < 2 ** -28) return 1 + x;
  let k = 0;
  let hi = x;
  let lo = 0;
  if (magnitude > 0.5 * LN2_HI) {
    k = (LOG2_E * x + (x < 0 ? -0.5 : 0.5)) | 0;
    hi = x - k * LN2_HI;
    lo = k * LN2_LO;
  }
  const r = hi - lo;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  return scale(1 - (lo - (r * c) / (2 - c) - hi), k);
}

/** y · 2ᵏ for 0.5 < y < 2, by multiplication with a normal number (in two steps if 2ᵏ is not normal). */
function scale(y: number, k: number): number {
  if (k > 1023) return y * 2 * powerOfTwo(k - 1);
  if (k < -1021) return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
  return y * powerOfTwo(k);
}

/** −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}
