/** Elementary functions on four numbers at once. */

export const LINEAR: i32 = 0, SILU: i32 = 1, RELU: i32 = 2, TANH: i32 = 3;

/** Constants are read from memory: V8 would make them anew in each iteration. */
@inline function constant(index: i32): v128 {
  return v128.load32_splat(CONSTANTS + (<usize>index << 2));
}

const CONSTANTS = memory.data<f32>([
  1,
  // Added and subtracted, it rounds to a whole number.
  12582912,
  // Limits of powers of 2; at the upper one they are infinite.
  -126, 128,
  // −1 / ln 2 and 2 / ln 2.
  -1.44269504088896341, 2.88539008177792681,
  // 2ˣ on ±½: minimax polynomial with 1 at 0, relative error 9.2e-8.
  0.6931470036506653, 0.24022242426872253, 0.05550733581185341,
  0.009671512991189957, 0.001326472731307149,
  // 2 / π; π / 2 in three parts.
  0.636619772367581343, 1.5703125, 4.837512969970703e-4, 7.549789954891882e-8,
  // Sine and cosine on ±π / 4: Cephes' sinf and cosf.
  -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1,
  2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5,
  // The limits of the rest of an angle.
  -0.7853982, 0.7853982,
], 16);

@inline function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** 2ˣ: a polynomial for the fraction of x, added to the exponent of 2. */
@inline function power2(x: v128): v128 {
  // In this order NaN stays NaN.
  x = f32x4.pmax(f32x4.pmin(x, constant(3)), constant(2));
  const shifted = f32x4.add(x, constant(1));
  const f = f32x4.sub(x, f32x4.sub(shifted, constant(1))), f2 = f32x4.mul(f, f);
  // Three pairs of terms side by side take less time than one after the other.
  const high = multiplyAdd(constant(10), f, constant(9));
  const middle = multiplyAdd(constant(8), f, constant(7));
  const low = multiplyAdd(constant(6), f, constant(0));
  const p = multiplyAdd(multiplyAdd(high, f2, middle), f2, low);
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** Computes an activation, and where it is wanted its derivative. */
@inline export function activate(z: v128, activation: i32, slopes: usize): v128 {
  const one = constant(0);
  if (activation == SILU) {
    // z σ(z); its derivative is y + σ (1 − y).
    const gate = f32x4.div(one, f32x4.add(one, power2(f32x4.mul(z, constant(4)))));
    const y = f32x4.mul(z, gate);
    if (slopes) v128.store(slopes, multiplyAdd(gate, f32x4.sub(one, y), y));
    return y;
  }
  if (activation == RELU) {
    const zero = f32x4.splat(0);
    if (slopes) v128.store(slopes, v128.and(f32x4.gt(z, zero), one));
    // NaN stays NaN.
    return v128.andnot(z, f32x4.le(z, zero));
  }
  if (activation == TANH) {
    // 1 − 2 / (1 + e²ᶻ).
    const e = power2(f32x4.mul(z, constant(5)));
    const y = f32x4.sub(one, f32x4.div(f32x4.add(one, one), f32x4.add(one, e)));
    if (slopes) v128.store(slopes, f32x4.sub(one, f32x4.mul(y, y)));
    return y;
  }
  return z;
}

/**
 * Writes sines and cosines to about 1e-7 for angles up to 10⁴ (Moshier, Cephes);
 * of larger angles, numbers from −1 to 1.
 */
@inline export function writeWaves(angle: v128, sines: usize, cosines: usize): void {
  const shifted = multiplyAdd(angle, constant(11), constant(1));
  const n = f32x4.sub(shifted, constant(1));
  let r = f32x4.sub(angle, f32x4.mul(n, constant(12)));
  r = f32x4.sub(f32x4.sub(r, f32x4.mul(n, constant(13))), f32x4.mul(n, constant(14)));
  r = f32x4.pmax(f32x4.pmin(r, constant(23)), constant(22));
  const r2 = f32x4.mul(r, r);
  let s = multiplyAdd(constant(15), r2, constant(16));
  s = multiplyAdd(s, r2, constant(17));
  s = multiplyAdd(f32x4.mul(s, r2), r, r);
  let c = multiplyAdd(constant(18), r2, constant(19));
  c = multiplyAdd(c, r2, constant(20));
  c = multiplyAdd(c, r2, constant(21));
  c = multiplyAdd(c, r2, constant(0));
  // The quadrant is in the last two bits: it swaps the two, and turns signs.
  const isOdd = i32x4.shr_s(i32x4.shl(shifted, 31), 31);
  const next = i32x4.add(shifted, i32x4.splat(1));
  v128.store(sines, v128.xor(v128.bitselect(c, s, isOdd), findSign(shifted)));
  v128.store(cosines, v128.xor(v128.bitselect(s, c, isOdd), findSign(next)));
}

/** The sign bit where the second bit of a quadrant is set. */
@inline function findSign(quadrant: v128): v128 {
  return i32x4.shl(i32x4.shr_u(quadrant, 1), 31);
}
