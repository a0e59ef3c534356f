/**
 * Products of matrices, in tiles of 4 rows and 8 columns that are summed in
 * registers. Each sum adds its terms in order.
 *
 * A row's number would have to be copied to all lanes of a vector before it is
 * multiplied by 4 columns, and processors have few units that shuffle. Instead
 * 4 rows are multiplied by 4 columns lane by lane, in 4 rotations: lane j of
 * sum i is row i ^ j, column j. A tile is put in order once it is summed.
 */

/** Adds the products of a term: 4 rows by 8 columns. */
export function multiply(
  a: usize,
  b: usize, bTile: usize, bStep: usize, nTerms: i32,
  c: usize, stride: usize, nRows: i32, nColumns: i32, adds: bool,
): void {
  for (let j = 0; j < nColumns; j += 8) {
    const end = b + <usize>nTerms * bStep;
    let x = a, into = c;
    for (let i = 0; i < nRows; i += 4) {
      let y = b;
      const zero = f32x4.splat(0);
      let p0 = zero, p1 = zero, p2 = zero, p3 = zero;
      let q0 = zero, q1 = zero, q2 = zero, q3 = zero;
      while (y < end) {
        const p = v128.load(y), q = v128.load(y, 16);
        let v = v128.load(x);
        p0 = f32x4.add(p0, f32x4.mul(v, p));
        q0 = f32x4.add(q0, f32x4.mul(v, q));
        v = v128.shuffle<f32>(v, v, 1, 0, 3, 2);
        p1 = f32x4.add(p1, f32x4.mul(v, p));
        q1 = f32x4.add(q1, f32x4.mul(v, q));
        // The rows are there twice: this is 2, 3, 0, 1.
        v = v128.load(x, 8);
        p2 = f32x4.add(p2, f32x4.mul(v, p));
        q2 = f32x4.add(q2, f32x4.mul(v, q));
        v = v128.shuffle<f32>(v, v, 1, 0, 3, 2);
        p3 = f32x4.add(p3, f32x4.mul(v, p));
        q3 = f32x4.add(q3, f32x4.mul(v, q));
        x += 32;
        y += bStep;
      }
      writeTile(into, stride, p0, p1, p2, p3, adds);
      writeTile(into + 16, stride, q0, q1, q2, q3, adds);
      into += stride << 2;
    }
    b += bTile;
    c += 32;
  }
}

/** Puts 4 rows and 4 columns in order; writes them, or adds them to what is there. */
@inline function writeTile(
  into: usize, stride: usize, c0: v128, c1: v128, c2: v128, c3: v128, adds: bool,
): void {
  const t0 = v128.shuffle<f32>(c0, c1, 0, 5, 2, 7), t1 = v128.shuffle<f32>(c1, c0, 0, 5, 2, 7);
  const t2 = v128.shuffle<f32>(c2, c3, 0, 5, 2, 7), t3 = v128.shuffle<f32>(c3, c2, 0, 5, 2, 7);
  write(into, v128.shuffle<f32>(t0, t2, 0, 1, 6, 7), adds);
  write(into + stride, v128.shuffle<f32>(t1, t3, 0, 1, 6, 7), adds);
  write(into + (stride << 1), v128.shuffle<f32>(t2, t0, 0, 1, 6, 7), adds);
  write(into + stride * 3, v128.shuffle<f32>(t3, t1, 0, 1, 6, 7), adds);
}

@inline function write(into: usize, x: v128, adds: bool): void {
  v128.store(into, adds ? f32x4.add(v128.load(into), x) : x);
}

@inline export function addTo(place: usize, x: v128): void {
  v128.store(place, f32x4.add(v128.load(place), x));
}

/** Arranges rows for `multiply`, whose terms are then their columns. */
export function arrangeRows(from: usize, stride: usize, nRows: i32, nColumns: i32, into: usize): void {
  for (let r = 0; r < nRows; r += 4) {
    transpose(from, from, stride, nColumns, into);
    from += stride << 2;
    into += <usize>nColumns << 5;
  }
}

/** Arranges columns for `multiply`, whose terms are then their rows. */
export function arrangeColumns(from: usize, stride: usize, nRows: i32, nColumns: i32, into: usize): void {
  for (let k = 0; k < nColumns; k += 4) {
    let x = from;
    for (let r = 0; r < nRows; r++) {
      const v = v128.load(x);
      v128.store(into, v);
      v128.store(into, v, 16);
      x += stride;
      into += 32;
    }
    from += 16;
  }
}

/**
 * Transposes 4 rows and 4 other ones, or the same twice. Up to 3 columns more
 * than there are may be read and written.
 */
export function transpose(rows: usize, others: usize, stride: usize, nColumns: i32, into: usize): void {
  for (let k = 0; k < nColumns; k += 4) {
    transposeSquare(rows, stride, into);
    transposeSquare(others, stride, into + 16);
    rows += 16;
    others += 16;
    into += 128;
  }
}

@inline function transposeSquare(x: usize, stride: usize, into: usize): void {
  const a = v128.load(x), b = v128.load(x + stride);
  const c = v128.load(x + (stride << 1)), d = v128.load(x + stride * 3);
  const p = v128.shuffle<f32>(a, b, 0, 4, 1, 5), q = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const s = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(into, v128.shuffle<f32>(p, q, 0, 1, 4, 5));
  v128.store(into, v128.shuffle<f32>(p, q, 2, 3, 6, 7), 32);
  v128.store(into, v128.shuffle<f32>(s, t, 0, 1, 4, 5), 64);
  v128.store(into, v128.shuffle<f32>(s, t, 2, 3, 6, 7), 96);
}
