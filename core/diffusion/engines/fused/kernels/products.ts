/**
 * Products of matrices, in tiles of 4 rows and 8 columns that are summed in
 * registers. Each sum adds its terms in order.
 *
 * A row's number would have to be copied to all lanes of a vector before it is
 * multiplied by 4 columns, and processors have few units that shuffle. Instead
 * 4 rows are multiplied by 4 columns lane by lane: in the first sum, lane j is row
 * j & 1 and column j, in the second the other row, and so on for rows 2 and 3. A
 * tile is put in order once it is summed.
 */

/**
 * Multiplies. For each term, the 4 rows of a tile of `a` lie side by side; the next
 * term is `aStep` bytes further, and the next tile `aTile`. The 8 columns of a panel
 * of `b` lie likewise.
 */
export function multiply(
  a: usize, aTile: usize, aStep: usize,
  b: usize, bTile: usize, bStep: usize, nTerms: i32,
  c: usize, stride: usize, nRows: i32, nColumns: i32, adds: bool,
): void {
  for (let j = 0; j < nColumns; j += 8) {
    const end = b + <usize>nTerms * bStep;
    let tile = a, into = c;
    for (let i = 0; i < nRows; i += 4) {
      let x = tile, y = b;
      // A load before the loop makes V8 keep the bound in a register.
      let p = v128.load(y), q = v128.load(y, 16), v = v128.load64_splat(x, 8);
      const zero = f32x4.splat(0);
      let p0 = zero, p1 = zero, p2 = zero, p3 = zero;
      let q0 = zero, q1 = zero, q2 = zero, q3 = zero;
      while (y < end) {
        p = v128.load(y);
        q = v128.load(y, 16);
        v = v128.load64_splat(x);
        p0 = f32x4.add(p0, f32x4.mul(v, p));
        q0 = f32x4.add(q0, f32x4.mul(v, q));
        v = v128.shuffle<f32>(v, v, 1, 0, 3, 2);
        p1 = f32x4.add(p1, f32x4.mul(v, p));
        q1 = f32x4.add(q1, f32x4.mul(v, q));
        v = v128.load64_splat(x, 8);
        p2 = f32x4.add(p2, f32x4.mul(v, p));
        q2 = f32x4.add(q2, f32x4.mul(v, q));
        v = v128.shuffle<f32>(v, v, 1, 0, 3, 2);
        p3 = f32x4.add(p3, f32x4.mul(v, p));
        q3 = f32x4.add(q3, f32x4.mul(v, q));
        x += aStep;
        y += bStep;
      }
      writeTile(into, stride, p0, p1, p2, p3, adds);
      writeTile(into + 16, stride, q0, q1, q2, q3, adds);
      into += stride << 2;
      tile += aTile;
    }
    b += bTile;
    c += 32;
  }
}

/** Sorts the sums of 4 rows and 4 columns, and writes or adds them. */
@inline function writeTile(
  into: usize, stride: usize, c0: v128, c1: v128, c2: v128, c3: v128, adds: bool,
): void {
  write(into, v128.shuffle<f32>(c0, c1, 0, 5, 2, 7), adds);
  write(into + stride, v128.shuffle<f32>(c1, c0, 0, 5, 2, 7), adds);
  write(into + (stride << 1), v128.shuffle<f32>(c2, c3, 0, 5, 2, 7), adds);
  write(into + stride * 3, v128.shuffle<f32>(c3, c2, 0, 5, 2, 7), adds);
}

@inline function write(into: usize, x: v128, adds: bool): void {
  v128.store(into, adds ? f32x4.add(v128.load(into), x) : x);
}

@inline export function addTo(place: usize, x: v128): void {
  v128.store(place, f32x4.add(v128.load(place), x));
}

/** Arranges rows for `multiply`, with their columns as terms. */
export function arrangeRows(from: usize, stride: usize, nRows: i32, nColumns: i32, into: usize): void {
  for (let r = 0; r < nRows; r += 4) {
    transpose(from, stride, nColumns, into, 16);
    from += stride << 2;
    into += <usize>nColumns << 4;
  }
}

/**
 * Transposes 4 rows; their columns are written `step` bytes apart. Up to 3 columns
 * past the end may be read and written.
 */
export function transpose(from: usize, stride: usize, nColumns: i32, into: usize, step: usize): void {
  for (let k = 0; k < nColumns; k += 4) {
    const a = v128.load(from), b = v128.load(from + stride);
    const c = v128.load(from + (stride << 1)), d = v128.load(from + stride * 3);
    const p = v128.shuffle<f32>(a, b, 0, 4, 1, 5), q = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const s = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(into, v128.shuffle<f32>(p, q, 0, 1, 4, 5));
    v128.store(into + step, v128.shuffle<f32>(p, q, 2, 3, 6, 7));
    v128.store(into + (step << 1), v128.shuffle<f32>(s, t, 0, 1, 4, 5));
    v128.store(into + step * 3, v128.shuffle<f32>(s, t, 2, 3, 6, 7));
    from += 16;
    into += step << 2;
  }
}
