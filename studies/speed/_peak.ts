/** AssemblyScript: multiplies and adds in registers alone, in 12 chains. */

const OPERANDS = memory.data<f32>([
  1.0000001, 0.9999999, 1.0000002, 0.9999998, 1e-9, 1e-9, 1e-9, 1e-9,
], 16);

/** The numbers of operations in an iteration: 12 chains, 4 lanes, 2 each. */
export const PER_ITERATION: i32 = 96;

export function run(nIterations: i32): f32 {
  // Operands from memory: constants would be made anew in each iteration.
  const s = v128.load(OPERANDS), t = v128.load(OPERANDS, 16);
  let a = t, b = s, c = t, d = s, e = t, f = s, g = t, h = s, i = t, j = s, k = t, l = s;
  for (let n = 0; n < nIterations; n++) {
    a = f32x4.add(f32x4.mul(a, s), t);
    b = f32x4.add(f32x4.mul(b, s), t);
    c = f32x4.add(f32x4.mul(c, s), t);
    d = f32x4.add(f32x4.mul(d, s), t);
    e = f32x4.add(f32x4.mul(e, s), t);
    f = f32x4.add(f32x4.mul(f, s), t);
    g = f32x4.add(f32x4.mul(g, s), t);
    h = f32x4.add(f32x4.mul(h, s), t);
    i = f32x4.add(f32x4.mul(i, s), t);
    j = f32x4.add(f32x4.mul(j, s), t);
    k = f32x4.add(f32x4.mul(k, s), t);
    l = f32x4.add(f32x4.mul(l, s), t);
  }
  // All chains are used, so that none is left out.
  const x = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  const y = f32x4.add(f32x4.add(e, f), f32x4.add(g, h));
  const z = f32x4.add(f32x4.add(i, j), f32x4.add(k, l));
  const sum = f32x4.add(x, f32x4.add(y, z));
  return f32x4.extract_lane(sum, 0);
}
