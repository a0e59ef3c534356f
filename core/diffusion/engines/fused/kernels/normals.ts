/**
 * Random numbers: the streams of `core/utils/random.ts`, bit for bit. Sums of
 * doubles are in the order of `core/utils/normal_quantile.ts`.
 */

import { allocateOwn, at } from "./memory";

/** JavaScript's, for the same bits; V8 calls it directly. */
@external("Math", "log")
declare function log(x: f64): f64;

/** 32-bit words of a stream, the offsets of tails, and normal numbers. */
let words: usize, tails: usize;
export let normals: usize = 0;

/** Allocates room for the most normal numbers that are drawn at once. */
export function allocateNormals(count: i32): void {
  // Words are drawn 16 at a time, and up to 3 of them are skipped.
  words = allocateOwn(2 * count + 20);
  normals = allocateOwn(2 * count + 2);
  tails = allocateOwn(count + 2);
}

/** The key, made from the seed, and the two words that identify a stream. */
let key0: i32, key1: i32, stream0: i32, stream1: i32;

/** Sets the stream that `drawNormals` draws from. */
export function useStream(a: i32, b: i32, c: i32, d: i32): void {
  key0 = a;
  key1 = b;
  stream0 = c;
  stream1 = d;
}

/** The low words of four products. */
@inline function low(x: v128, factor: v128): v128 {
  return i32x4.mul(x, factor);
}

/** The high words of four products. */
@inline function high(x: v128, factor: v128): v128 {
  const a = i64x2.extmul_low_i32x4_u(x, factor), b = i64x2.extmul_high_i32x4_u(x, factor);
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

/** Philox4x32-10 (Salmon et al. 2011, SC '11) of four counters side by side. */
function encrypt(block: u64, into: usize): void {
  const factor0 = i32x4.splat(0xD2511F53), factor1 = i32x4.splat(0xCD9E8D57);
  let a = i32x4.add(i32x4.splat(<i32>block), i32x4(0, 1, 2, 3));
  let b = i32x4(
    <i32>(block >> 32), <i32>(block + 1 >> 32), <i32>(block + 2 >> 32), <i32>(block + 3 >> 32),
  );
  let c = i32x4.splat(stream0), d = i32x4.splat(stream1);
  let left = key0, right = key1;
  for (let round = 0; round < 10; round++) {
    const next = v128.xor(v128.xor(high(c, factor1), b), i32x4.splat(left));
    b = low(c, factor1);
    c = v128.xor(v128.xor(high(a, factor0), d), i32x4.splat(right));
    d = low(a, factor0);
    a = next;
    left += 0x9E3779B9;
    right += 0xBB67AE85;
  }
  const p = v128.shuffle<i32>(a, b, 0, 4, 1, 5), q = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const s = v128.shuffle<i32>(a, b, 2, 6, 3, 7), t = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(into, v128.shuffle<i32>(p, q, 0, 1, 4, 5));
  v128.store(into, v128.shuffle<i32>(p, q, 2, 3, 6, 7), 16);
  v128.store(into, v128.shuffle<i32>(s, t, 0, 1, 4, 5), 32);
  v128.store(into, v128.shuffle<i32>(s, t, 2, 3, 6, 7), 48);
}

/** Draws normal numbers from the words of the stream after a position. */
export function drawNormals(position: u64, count: i32): void {
  const skipped = <i32>(position & 3), nWords = skipped + 2 * count;
  for (let i = 0; i < nWords; i += 16) encrypt((position + i) >> 2, at(words, i));
  const end = count << 3;
  let from = at(words, skipped), nTails = 0;
  for (let o = 0; o < end; o += 16) {
    const p = makeUniform(from);
    const q = f64x2.sub(p, f64x2.splat(0.5));
    const r = f64x2.sub(f64x2.splat(CENTRAL_SQUARED), f64x2.mul(q, q));
    v128.store(normals + <usize>o, f64x2.mul(q, divideCentre(r)));
    // Tails are collected and computed below. Without branches, which would often
    // be mispredicted.
    const isTail = i64x2.bitmask(f64x2.gt(f64x2.abs(q), f64x2.splat(CENTRAL)));
    store<i32>(at(tails, nTails), o);
    nTails += isTail & 1;
    store<i32>(at(tails, nTails), o + 8);
    nTails += isTail >> 1;
    from += 16;
  }
  from = at(words, skipped);
  for (let i = 0; i < nTails; i++) {
    const o = <usize>load<i32>(at(tails, i));
    const p = f64x2.extract_lane(makeUniform(from + o), 0);
    store<f64>(normals + o, normalQuantile(p));
  }
}

/** Converts two pairs of words to two numbers in (0, 1). */
@inline function makeUniform(from: usize): v128 {
  const parts = i32x4.shr_u(v128.load(from), 6);
  const first = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(parts, parts, 0, 2, 0, 2));
  const second = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(parts, parts, 1, 3, 1, 3));
  const whole = f64x2.add(f64x2.mul(first, f64x2.splat(67108864)), second);
  return f64x2.mul(f64x2.add(whole, f64x2.splat(0.5)), f64x2.splat(2.220446049250313e-16));
}

// ── Algorithm AS 241 (Wichura 1988) ──────────────────────────────────────────

const CENTRAL: f64 = 0.425, CENTRAL_SQUARED: f64 = 0.180625;

/** Coefficients of numerator and denominator, from the highest power. */
const CENTRE = memory.data<f64>([
  2509.0809287301226727, 5226.495278852854561,
  33430.575583588128105, 28729.085735721942674,
  67265.770927008700853, 39307.89580009271061,
  45921.953931549871457, 21213.794301586595867,
  13731.693765509461125, 5394.1960214247511077,
  1971.5909503065514427, 687.1870074920579083,
  133.14166789178437745, 42.313330701600911252,
  3.387132872796366608, 1,
], 16);

const NEAR = memory.data<f64>([
  7.7454501427834140764e-4, 1.05075007164441684324e-9,
  0.0227238449892691845833, 5.475938084995344946e-4,
  0.24178072517745061177, 0.0151986665636164571966,
  1.27045825245236838258, 0.14810397642748007459,
  3.64784832476320460504, 0.68976733498510000455,
  5.7694972214606914055, 1.6763848301838038494,
  4.6303378461565452959, 2.05319162663775882187,
  1.42343711074968357734, 1,
], 16);

const FAR = memory.data<f64>([
  2.01033439929228813265e-7, 2.04426310338993978564e-15,
  2.71155556874348757815e-5, 1.4215117583164458887e-7,
  0.0012426609473880784386, 1.8463183175100546818e-5,
  0.026532189526576123093, 7.868691311456132591e-4,
  0.29656057182850489123, 0.0148753612908506148525,
  1.7848265399172913358, 0.13692988092273580531,
  5.4637849111641143699, 0.59983220655588793769,
  6.6579046435011037772, 1,
], 16);

/** The quotient of the two polynomials of the central region, for two numbers. */
@inline function divideCentre(r: v128): v128 {
  let above = v128.load64_splat(CENTRE), below = v128.load64_splat(CENTRE, 8);
  for (let o: usize = 16; o < 128; o += 16) {
    above = f64x2.add(f64x2.mul(above, r), v128.load64_splat(CENTRE + o));
    below = f64x2.add(f64x2.mul(below, r), v128.load64_splat(CENTRE + o, 8));
  }
  return f64x2.div(above, below);
}

/** The quotient of two polynomials, which are computed side by side. */
@inline function divide(polynomials: usize, r: f64): f64 {
  let both = v128.load(polynomials);
  const x = f64x2.splat(r);
  for (let o: usize = 16; o < 128; o += 16) {
    both = f64x2.add(f64x2.mul(both, x), v128.load(polynomials + o));
  }
  return f64x2.extract_lane(both, 0) / f64x2.extract_lane(both, 1);
}

/** The quantile of the standard normal distribution. */
export function normalQuantile(p: f64): f64 {
  const q = p - 0.5;
  if (abs(q) <= CENTRAL) return q * divide(CENTRE, CENTRAL_SQUARED - q * q);
  const r = sqrt(-log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? divide(NEAR, r - 1.6) : divide(FAR, r - 5);
  return q < 0 ? -z : z;
}
