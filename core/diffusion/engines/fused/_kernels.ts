/**
 * A multilayer perceptron in WebAssembly, written in AssemblyScript: prediction,
 * gradients and Adam. `deno task kernels` builds `kernels.wasm` from it.
 *
 * Every sum has a fixed order, and products and sums are rounded separately. So
 * the bits of a result depend on the inputs alone, not on the machine.
 *
 * Matrices are row-major. Rows of activations are padded with zeros to a
 * multiple of 8 columns.
 */

/** Rows that pass through all layers together, so that they stay in the cache. */
const BLOCK: i32 = 64;
/** Gradients are summed within so many groups of blocks, then over the groups. */
const GROUPS: i32 = 4;
const MAX_LAYERS: i32 = 64;

const LINEAR: i32 = 0, SILU: i32 = 1, RELU: i32 = 2, TANH: i32 = 3;

// ── Memory ───────────────────────────────────────────────────────────────────

let top: usize = (__heap_base + 63) & ~63;

/** Allocates zeroed memory for numbers of 4 bytes, aligned to a cache line. */
function allocate(count: i32): usize {
  const start = top;
  top = (top + (<usize>count << 2) + 63) & ~63;
  const nPages = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (nPages > 0 && memory.grow(nPages) < 0) unreachable();
  return start;
}

/** The place of a number of 4 bytes. */
@inline function at(start: usize, index: i32): usize {
  return start + (<usize>index << 2);
}

@inline function pad(n: i32, to: i32): i32 {
  return (n + to - 1) / to * to;
}

// ── The network ──────────────────────────────────────────────────────────────

/** A layer: outputs = activation(inputs · kernel + bias), plus inputs if residual. */
@unmanaged class Layer {
  nInputs: i32;
  nUnits: i32;
  activation: i32;
  isResidual: i32;
  /** Where kernel and bias are in the array of all weights. */
  kernel: i32;
  bias: i32;
  /** The numbers of inputs and units, padded to a multiple of 8. */
  inputWidth: i32;
  width: i32;
  /** Numbers from one row of inputs, or outputs, to the next. */
  inputStride: i32;
  stride: i32;
  /** The kernel in panels of 8 units; transposed, in panels of 8 inputs. */
  packed: usize;
  transposed: usize;
  /** Of one block: the outputs, and the derivatives of the activation. */
  outputs: usize;
  slopes: usize;
  /** Where the gradients of kernel and bias are in those of a group. */
  gradient: i32;
}

const layers = memory.data(MAX_LAYERS * 4);
let nLayers: i32, nWeights: i32, groupSize: i32;
/** The inputs of the first layer: a row, its Fourier features, its time. */
let nColumns: i32, nFeatures: i32, nTime: i32;
/** Where the time's own kernel and bias are in the array of all weights. */
let timeKernel: i32, timeBias: i32;

let weights: usize, averaged: usize, first: usize, second: usize, gradient: usize;
/** The weights in use: the last ones or their average. */
let current: usize;
/** 1 for each weight that decays, else 0. */
let decaying: usize;
let rows: usize, times: usize, targets: usize, losses: usize;
let frequencies: usize, timeFrequencies: usize;
/** Room for one block, and for the gradients of the groups. */
let inputs: usize, delta: usize, other: usize, past: usize, columns: usize, biases: usize;
let groups: usize;

@inline function getLayer(index: i32): Layer {
  return changetype<Layer>(load<usize>(at(layers, index)));
}

/** A stride that is no power of 2, so that rows do not share places of the cache. */
function findStride(width: i32): i32 {
  return width % 64 == 0 ? width + 16 : width;
}

/** Adds a layer; kernel and bias follow the weights before them. */
export function addLayer(nInputs: i32, nUnits: i32, activation: i32): void {
  const layer = changetype<Layer>(allocate(offsetof<Layer>() >> 2));
  store<usize>(at(layers, nLayers), changetype<usize>(layer));
  const isFirst = nLayers++ == 0;
  layer.nInputs = nInputs;
  layer.nUnits = nUnits;
  layer.activation = activation;
  const nOwn = isFirst ? nInputs - nTime : nInputs;
  layer.isResidual = i32(activation != LINEAR && nOwn == nUnits);
  layer.kernel = nWeights;
  layer.bias = nWeights + nOwn * nUnits;
  nWeights = layer.bias + nUnits;
  layer.inputWidth = pad(nInputs, 8);
  layer.width = pad(nUnits, 8);
  layer.inputStride = findStride(layer.inputWidth);
  layer.stride = findStride(layer.width);
  layer.packed = allocate(nInputs * layer.width);
  layer.transposed = allocate(nUnits * layer.inputWidth);
  layer.outputs = allocate(BLOCK * layer.stride);
  layer.slopes = allocate(BLOCK * layer.stride);
  layer.gradient = groupSize;
  groupSize += (layer.inputWidth + 1) * layer.stride;
}

/** Begins a network: the time's own kernel and bias are the first weights. */
export function begin(columns: i32, features: i32, time: i32, nUnits: i32): void {
  nColumns = columns;
  nFeatures = features;
  nTime = time;
  timeBias = time * nUnits;
  nWeights = timeBias + nUnits;
}

/** Allocates everything else, once all layers are added. */
export function finish(maxRows: i32): void {
  let width = 0;
  for (let i = 0; i < nLayers; i++) {
    width = max(width, max(getLayer(i).stride, getLayer(i).inputStride));
  }
  const n = pad(nWeights, 4);
  weights = allocate(n);
  averaged = allocate(n);
  first = allocate(n);
  second = allocate(n);
  gradient = allocate(n);
  decaying = allocate(n);
  rows = allocate(maxRows * nColumns);
  times = allocate(maxRows);
  targets = allocate(maxRows * nColumns);
  losses = allocate(maxRows);
  // Read four at a time.
  frequencies = allocate(nColumns * pad(nFeatures / 2, 4) + 4);
  timeFrequencies = allocate(pad(nTime / 2, 4) + 4);
  // What is written 4 at a time may reach a little further.
  inputs = allocate(BLOCK * getLayer(0).inputStride + 4);
  delta = allocate(BLOCK * width);
  other = allocate(BLOCK * width);
  past = allocate(BLOCK * width);
  columns = allocate(BLOCK * width + 16);
  biases = allocate(width);
  groups = allocate(GROUPS * groupSize);
}

export function getWeights(): usize { return weights; }
export function getAveraged(): usize { return averaged; }
export function getFirst(): usize { return first; }
export function getSecond(): usize { return second; }
export function getGradient(): usize { return gradient; }
export function getDecaying(): usize { return decaying; }
export function getRows(): usize { return rows; }
export function getTimes(): usize { return times; }
export function getTargets(): usize { return targets; }
export function getLosses(): usize { return losses; }
export function getFrequencies(): usize { return frequencies; }
export function getTimeFrequencies(): usize { return timeFrequencies; }

/** The weights from input k of a layer: the last inputs of the first are the time's. */
function kernelRow(index: i32, k: i32): i32 {
  const layer = getLayer(index);
  const nOwn = index == 0 ? layer.nInputs - nTime : layer.nInputs;
  return k < nOwn ? layer.kernel + k * layer.nUnits : (k - nOwn) * layer.nUnits;
}

/** Takes the last weights, or their average, and arranges them as products read them. */
export function use(isAveraged: bool): void {
  current = isAveraged ? averaged : weights;
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), nInputs = layer.nInputs, nUnits = layer.nUnits;
    const panel = <usize>nInputs << 5;
    for (let k = 0; k < nInputs; k++) {
      let from = at(current, kernelRow(i, k)), into = layer.packed + (<usize>k << 5);
      for (let j = 8; j <= nUnits; j += 8) {
        v128.store(into, v128.load(from));
        v128.store(into, v128.load(from, 16), 16);
        from += 32;
        into += panel;
      }
      memory.copy(into, from, <usize>(nUnits & 7) << 2);
      // No gradient passes back to the inputs of the first layer.
      if (i == 0) continue;
      from = at(current, kernelRow(i, k));
      into = at(layer.transposed, (k >> 3) * nUnits * 8 + (k & 7));
      for (let j = 0; j < nUnits; j++) {
        store<f32>(into, load<f32>(from));
        from += 4;
        into += 32;
      }
    }
  }
}

// ── Elementary functions ─────────────────────────────────────────────────────

/** Constants as vectors in memory, from where they are operands of instructions. */
@inline function constant(index: i32): v128 {
  return v128.load(CONSTANTS + (<usize>index << 4));
}

const CONSTANTS = memory.data<f32>([
  1, 1, 1, 1,
  // Added and subtracted, it rounds to a whole number.
  12582912, 12582912, 12582912, 12582912,
  // Limits of exp.
  -87, -87, -87, -87,
  88, 88, 88, 88,
  // 1 / ln 2; ln 2 in two parts.
  1.44269504088896341, 1.44269504088896341, 1.44269504088896341, 1.44269504088896341,
  0.693359375, 0.693359375, 0.693359375, 0.693359375,
  -2.12194440e-4, -2.12194440e-4, -2.12194440e-4, -2.12194440e-4,
  // exp on ±ln 2 / 2: Cephes' expf.
  1.9875691500e-4, 1.9875691500e-4, 1.9875691500e-4, 1.9875691500e-4,
  1.3981999507e-3, 1.3981999507e-3, 1.3981999507e-3, 1.3981999507e-3,
  8.3334519073e-3, 8.3334519073e-3, 8.3334519073e-3, 8.3334519073e-3,
  4.1665795894e-2, 4.1665795894e-2, 4.1665795894e-2, 4.1665795894e-2,
  1.6666665459e-1, 1.6666665459e-1, 1.6666665459e-1, 1.6666665459e-1,
  5.0000001201e-1, 5.0000001201e-1, 5.0000001201e-1, 5.0000001201e-1,
  // 2 / π; π / 2 in three parts.
  0.636619772367581343, 0.636619772367581343, 0.636619772367581343, 0.636619772367581343,
  1.5703125, 1.5703125, 1.5703125, 1.5703125,
  4.837512969970703e-4, 4.837512969970703e-4, 4.837512969970703e-4, 4.837512969970703e-4,
  7.549789954891882e-8, 7.549789954891882e-8, 7.549789954891882e-8, 7.549789954891882e-8,
  // Sine and cosine on ±π / 4: Cephes' sinf and cosf.
  -1.9515295891e-4, -1.9515295891e-4, -1.9515295891e-4, -1.9515295891e-4,
  8.3321608736e-3, 8.3321608736e-3, 8.3321608736e-3, 8.3321608736e-3,
  -1.6666654611e-1, -1.6666654611e-1, -1.6666654611e-1, -1.6666654611e-1,
  2.443315711809948e-5, 2.443315711809948e-5, 2.443315711809948e-5, 2.443315711809948e-5,
  -1.388731625493765e-3, -1.388731625493765e-3, -1.388731625493765e-3, -1.388731625493765e-3,
  4.166664568298827e-2, 4.166664568298827e-2, 4.166664568298827e-2, 4.166664568298827e-2,
  -0.5, -0.5, -0.5, -0.5,
], 16);

/** eˣ to 2 units in the last place (Moshier, Cephes: range reduction, polynomial). */
@inline function exp(x: v128): v128 {
  // In this order NaN stays NaN.
  x = f32x4.pmax(f32x4.pmin(x, constant(3)), constant(2));
  const shifted = f32x4.add(f32x4.mul(x, constant(4)), constant(1));
  const n = f32x4.sub(shifted, constant(1));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(5))), f32x4.mul(n, constant(6)));
  let p = f32x4.add(f32x4.mul(constant(7), r), constant(8));
  p = f32x4.add(f32x4.mul(p, r), constant(9));
  p = f32x4.add(f32x4.mul(p, r), constant(10));
  p = f32x4.add(f32x4.mul(p, r), constant(11));
  p = f32x4.add(f32x4.mul(p, r), constant(12));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), constant(0));
  // 2ⁿ by the bits of the exponent.
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), constant(0)));
}

/** Computes an activation, and where it is wanted its derivative. */
@inline function activate(z: v128, activation: i32, slopes: usize): v128 {
  const one = constant(0);
  if (activation == SILU) {
    // z σ(z); its derivative is y + σ (1 − y).
    const gate = f32x4.div(one, f32x4.add(one, exp(f32x4.neg(z))));
    const y = f32x4.mul(z, gate);
    if (slopes) v128.store(slopes, f32x4.add(y, f32x4.mul(gate, f32x4.sub(one, y))));
    return y;
  }
  if (activation == RELU) {
    const isOn = f32x4.gt(z, f32x4.splat(0));
    if (slopes) v128.store(slopes, v128.and(isOn, one));
    // NaN stays NaN.
    return v128.andnot(z, f32x4.le(z, f32x4.splat(0)));
  }
  if (activation == TANH) {
    // 1 − 2 / (1 + e²ᶻ).
    const e = exp(f32x4.add(z, z));
    const y = f32x4.sub(one, f32x4.div(f32x4.add(one, one), f32x4.add(one, e)));
    if (slopes) v128.store(slopes, f32x4.sub(one, f32x4.mul(y, y)));
    return y;
  }
  return z;
}

/**
 * Writes the sines of the angles in `other`, then their cosines, each to about
 * 1e-7 for angles up to 10⁴ (Moshier, Cephes).
 */
function writeWaves(count: i32, into: usize): void {
  for (let i = 0; i < count; i += 4) {
    const angle = v128.load(at(other, i));
    const shifted = f32x4.add(f32x4.mul(angle, constant(13)), constant(1));
    const n = f32x4.sub(shifted, constant(1));
    let r = f32x4.sub(angle, f32x4.mul(n, constant(14)));
    r = f32x4.sub(f32x4.sub(r, f32x4.mul(n, constant(15))), f32x4.mul(n, constant(16)));
    const r2 = f32x4.mul(r, r);
    let s = f32x4.add(f32x4.mul(constant(17), r2), constant(18));
    s = f32x4.add(f32x4.mul(s, r2), constant(19));
    s = f32x4.add(f32x4.mul(f32x4.mul(s, r2), r), r);
    let c = f32x4.add(f32x4.mul(constant(20), r2), constant(21));
    c = f32x4.add(f32x4.mul(c, r2), constant(22));
    c = f32x4.add(f32x4.mul(c, r2), constant(23));
    c = f32x4.add(f32x4.mul(c, r2), constant(0));
    // The quadrant is in the last two bits: it swaps the two, and turns signs.
    const isOdd = i32x4.shr_s(i32x4.shl(shifted, 31), 31);
    const sine = v128.xor(v128.bitselect(c, s, isOdd), turn(shifted));
    const cosine = v128.xor(
      v128.bitselect(s, c, isOdd),
      turn(i32x4.add(shifted, i32x4.splat(1))),
    );
    v128.store(at(into, i), sine);
    v128.store(at(past, i), cosine);
  }
  memory.copy(at(into, count), past, <usize>count << 2);
}

/** The sign bit where the second bit of a quadrant is set. */
@inline function turn(quadrant: v128): v128 {
  return i32x4.shl(i32x4.shr_u(quadrant, 1), 31);
}

// ── Products ─────────────────────────────────────────────────────────────────

/**
 * c = Σ a · b, or c += it, in tiles of 4 rows and 8 columns that are summed in
 * registers: each term takes 4 numbers of a and 8 of b. Steps and strides are in
 * bytes.
 */
function multiply(
  a: usize, aTile: usize, aStep: usize,
  b: usize, bTile: usize, bStep: usize, nTerms: i32,
  c: usize, stride: usize, nRows: i32, nColumns: i32, adds: bool,
): void {
  for (let j = 0; j < nColumns; j += 8) {
    const end = b + <usize>nTerms * bStep;
    let from = a, into = c;
    for (let i = 0; i < nRows; i += 4) {
      let x = from, y = b;
      const zero = f32x4.splat(0);
      let c00 = zero, c01 = zero, c10 = zero, c11 = zero;
      let c20 = zero, c21 = zero, c30 = zero, c31 = zero;
      while (y < end) {
        const p = v128.load(y), q = v128.load(y, 16), v = v128.load(x);
        let s = v128.shuffle<f32>(v, v, 0, 0, 0, 0);
        c00 = f32x4.add(c00, f32x4.mul(s, p));
        c01 = f32x4.add(c01, f32x4.mul(s, q));
        s = v128.shuffle<f32>(v, v, 1, 1, 1, 1);
        c10 = f32x4.add(c10, f32x4.mul(s, p));
        c11 = f32x4.add(c11, f32x4.mul(s, q));
        s = v128.shuffle<f32>(v, v, 2, 2, 2, 2);
        c20 = f32x4.add(c20, f32x4.mul(s, p));
        c21 = f32x4.add(c21, f32x4.mul(s, q));
        s = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
        c30 = f32x4.add(c30, f32x4.mul(s, p));
        c31 = f32x4.add(c31, f32x4.mul(s, q));
        x += aStep;
        y += bStep;
      }
      write(into, c00, c01, adds);
      write(into + stride, c10, c11, adds);
      write(into + stride + stride, c20, c21, adds);
      write(into + stride + stride + stride, c30, c31, adds);
      from += aTile;
      into += stride << 2;
    }
    b += bTile;
    c += 32;
  }
}

@inline function write(at: usize, left: v128, right: v128, adds: bool): void {
  if (adds) {
    left = f32x4.add(v128.load(at), left);
    right = f32x4.add(v128.load(at, 16), right);
  }
  v128.store(at, left);
  v128.store(at, right, 16);
}

@inline function addTo(at: usize, x: v128): void {
  v128.store(at, f32x4.add(v128.load(at), x));
}

/** Puts the numbers of 4 rows in a column side by side, for `multiply`. */
function interleave(from: usize, stride: usize, nColumns: i32, nRows: i32): void {
  for (let r = 0; r < nRows; r += 4) {
    let x = from + <usize>r * stride, into = at(columns, r * nColumns);
    // What is written beyond the last column, the next 4 rows overwrite.
    for (let k = 0; k < nColumns; k += 4) {
      const a = v128.load(x), b = v128.load(x + stride);
      const c = v128.load(x + stride + stride), d = v128.load(x + stride + stride + stride);
      const p = v128.shuffle<f32>(a, b, 0, 4, 1, 5), q = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const s = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(into, v128.shuffle<f32>(p, q, 0, 1, 4, 5));
      v128.store(into, v128.shuffle<f32>(p, q, 2, 3, 6, 7), 16);
      v128.store(into, v128.shuffle<f32>(s, t, 0, 1, 4, 5), 32);
      v128.store(into, v128.shuffle<f32>(s, t, 2, 3, 6, 7), 48);
      x += 16;
      into += 64;
    }
  }
}

// ── Passes over one block ────────────────────────────────────────────────────

/** Writes the inputs of the first layer: rows, their features, and their times. */
function embed(start: i32, nRows: i32, isTimeShared: bool): void {
  const stride = getLayer(0).inputStride, half = nFeatures / 2;
  for (let r = 0; r < nRows; r++) {
    const row = at(rows, (start + r) * nColumns), into = at(inputs, r * stride);
    memory.copy(into, row, <usize>nColumns << 2);
    for (let i = 0; i < half; i += 4) {
      let angle = f32x4.splat(0);
      for (let k = 0; k < nColumns; k++) {
        const x = f32x4.splat(load<f32>(at(row, k)));
        angle = f32x4.add(angle, f32x4.mul(x, v128.load(at(frequencies, k * half + i))));
      }
      v128.store(at(other, i), angle);
    }
    writeWaves(half, at(into, nColumns));
    if (!isTimeShared) embedTime(load<f32>(at(times, start + r)), at(into, nColumns + nFeatures));
  }
}

function embedTime(time: f32, into: usize): void {
  if (nTime == 1) return store<f32>(into, time);
  const half = nTime / 2, x = f32x4.splat(time);
  for (let i = 0; i < half; i += 4) {
    v128.store(at(other, i), f32x4.mul(x, v128.load(at(timeFrequencies, i))));
  }
  writeWaves(half, into);
}

/** Collects the biases of a layer; the time's is added to those of the first. */
function collectBiases(index: i32): void {
  const layer = getLayer(index);
  memory.copy(biases, at(current, layer.bias), <usize>layer.nUnits << 2);
  memory.fill(at(biases, layer.nUnits), 0, <usize>(layer.width - layer.nUnits) << 2);
  if (index > 0) return;
  for (let j = 0; j < layer.nUnits; j++) {
    store<f32>(at(biases, j), load<f32>(at(biases, j)) + load<f32>(at(current, timeBias + j)));
  }
}

/** Adds the term of a time that all rows share to the biases of the first layer. */
function addTimeTerm(time: f32): void {
  const nUnits = getLayer(0).nUnits;
  embedTime(time, delta);
  for (let k = 0; k < nTime; k++) {
    const x = load<f32>(at(delta, k));
    for (let j = 0; j < nUnits; j++) {
      const place = at(biases, j);
      store<f32>(place, load<f32>(place) + x * load<f32>(at(current, k * nUnits + j)));
    }
  }
}

/** Passes a block forward; returns where its outputs are. */
function forward(start: i32, nRows: i32, wantsSlopes: bool, isTimeShared: bool): usize {
  embed(start, nRows, isTimeShared);
  const nPadded = pad(nRows, 4);
  let from = inputs;
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), activation = layer.activation, isResidual = layer.isResidual;
    const stride = <usize>layer.stride << 2, inputStride = <usize>layer.inputStride << 2;
    const nInputs = i == 0 && isTimeShared ? layer.nInputs - nTime : layer.nInputs;
    const width = <usize>layer.width << 2;
    interleave(from, inputStride, nInputs, nPadded);
    multiply(
      columns, <usize>nInputs << 4, 16, layer.packed, <usize>layer.nInputs << 5, 32, nInputs,
      layer.outputs, stride, nPadded, layer.width, false,
    );
    collectBiases(i);
    if (i == 0 && isTimeShared) addTimeTerm(load<f32>(times));
    for (let r = 0; r < nPadded; r++) {
      const o = layer.outputs + <usize>r * stride, x = from + <usize>r * inputStride;
      const slopes = wantsSlopes ? layer.slopes + <usize>r * stride : 0;
      for (let j: usize = 0; j < width; j += 16) {
        const z = f32x4.add(v128.load(o + j), v128.load(biases + j));
        let y = activate(z, activation, wantsSlopes ? slopes + j : 0);
        if (isResidual) y = f32x4.add(y, v128.load(x + j));
        v128.store(o + j, y);
      }
    }
    from = layer.outputs;
  }
  return from;
}

/** Passes a block backward: adds its gradients to those of a group. */
function backward(nRows: i32, group: usize): void {
  let d = delta, next = other;
  for (let i = nLayers - 1; i >= 0; i--) {
    const layer = getLayer(i), isResidual = layer.isResidual;
    const stride = <usize>layer.stride << 2, inputStride = <usize>layer.inputStride << 2;
    const size = <usize>nRows * stride, width = <usize>layer.width << 2;
    if (isResidual) memory.copy(past, d, size);
    if (layer.activation != LINEAR) {
      for (let o: usize = 0; o < size; o += 16) {
        v128.store(d + o, f32x4.mul(v128.load(d + o), v128.load(layer.slopes + o)));
      }
    }
    const kernel = at(group, layer.gradient), bias = kernel + <usize>layer.inputWidth * stride;
    multiply(
      i == 0 ? inputs : getLayer(i - 1).outputs, 16, inputStride, d, 32, stride, nRows,
      kernel, stride, layer.nInputs, layer.width, true,
    );
    for (let j: usize = 0; j < width; j += 16) {
      let sum = f32x4.splat(0);
      for (let o: usize = 0; o < size; o += stride) sum = f32x4.add(sum, v128.load(d + o + j));
      addTo(bias + j, sum);
    }
    if (i == 0) return;
    interleave(d, stride, layer.nUnits, nRows);
    multiply(
      columns, <usize>layer.nUnits << 4, 16, layer.transposed, <usize>layer.nUnits << 5, 32,
      layer.nUnits, next, inputStride, nRows, layer.inputWidth, false,
    );
    if (isResidual) for (let o: usize = 0; o < size; o += 16) addTo(next + o, v128.load(past + o));
    const swapped = d;
    d = next;
    next = swapped;
  }
}

/** Squared errors of a block, and the gradient of their mean over the batch. */
function compareBlock(outputs: usize, start: i32, nRows: i32, scale: f32): void {
  const stride = getLayer(nLayers - 1).stride;
  memory.fill(delta, 0, <usize>(pad(nRows, 4) * stride) << 2);
  for (let r = 0; r < nRows; r++) {
    let sum: f32 = 0;
    for (let c = 0; c < nColumns; c++) {
      const target = load<f32>(at(targets, (start + r) * nColumns + c));
      const difference = load<f32>(at(outputs, r * stride + c)) - target;
      sum += difference * difference;
      store<f32>(at(delta, r * stride + c), difference * scale);
    }
    store<f32>(at(losses, start + r), sum / <f32>nColumns);
  }
}

// ── What the engine calls ────────────────────────────────────────────────────

/** Predicts the targets of rows; with `isTimeShared` the first time holds for all. */
export function predict(nRows: i32, isTimeShared: bool): void {
  const stride = getLayer(nLayers - 1).stride, nBytes = <usize>nColumns << 2;
  for (let start = 0; start < nRows; start += BLOCK) {
    const n = min(BLOCK, nRows - start);
    const outputs = forward(start, n, false, isTimeShared);
    for (let r = 0; r < n; r++) {
      memory.copy(at(targets, (start + r) * nColumns), at(outputs, r * stride), nBytes);
    }
  }
}

/** Computes the losses of rows and the gradient of their mean; returns its norm. */
export function differentiate(nRows: i32): f64 {
  const scale: f32 = <f32>(2.0 / (<f64>nRows * <f64>nColumns));
  const nBlocks = (nRows + BLOCK - 1) / BLOCK;
  const perGroup = (nBlocks + GROUPS - 1) / GROUPS;
  const nGroups = (nBlocks + perGroup - 1) / perGroup;
  memory.fill(groups, 0, <usize>(nGroups * groupSize) << 2);
  for (let b = 0; b < nBlocks; b++) {
    const start = b * BLOCK, n = min(BLOCK, nRows - start);
    compareBlock(forward(start, n, true, false), start, n, scale);
    backward(pad(n, 4), at(groups, b / perGroup * groupSize));
  }
  for (let g = 1; g < nGroups; g++) {
    const group = at(groups, g * groupSize);
    for (let o: usize = 0; o < <usize>groupSize << 2; o += 16) addTo(groups + o, v128.load(group + o));
  }
  collectGradient();
  return computeNorm();
}

/** Copies the gradients, which are padded, to the array of all gradients. */
function collectGradient(): void {
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), width = <usize>layer.nUnits << 2;
    const from = at(groups, layer.gradient);
    for (let k = 0; k < layer.nInputs; k++) {
      memory.copy(at(gradient, kernelRow(i, k)), at(from, k * layer.stride), width);
    }
    const bias = at(from, layer.inputWidth * layer.stride);
    memory.copy(at(gradient, layer.bias), bias, width);
    if (i == 0) memory.copy(at(gradient, timeBias), bias, width);
  }
}

/** The norm of the gradient; the sum of squares has double precision. */
function computeNorm(): f64 {
  let low = f64x2.splat(0), high = low;
  for (let i = 0; i < nWeights; i += 4) {
    const g = v128.load(at(gradient, i));
    const a = f64x2.promote_low_f32x4(g);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(g, g, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/**
 * Moves the weights by Adam, and their average (`optimizer.ts` has the formulas
 * and names the numbers).
 */
export function update(
  scale: f32, penalty: f32, decay: f32, stride: f32, spread: f32, kept: f32,
  beta1: f64, beta2: f64, tiny: f32,
): void {
  const one = f32x4.splat(1), epsilon = f32x4.splat(tiny);
  const keepMean = f32x4.splat(<f32>beta1), addMean = f32x4.splat(<f32>(1 - beta1));
  const keepSquare = f32x4.splat(<f32>beta2), addSquare = f32x4.splat(<f32>(1 - beta2));
  for (let i = 0; i < nWeights; i += 4) {
    const w = at(weights, i), m = at(first, i), v = at(second, i), a = at(averaged, i);
    const weight = v128.load(w), decays = v128.load(at(decaying, i));
    const pull = f32x4.mul(f32x4.mul(f32x4.splat(penalty), decays), weight);
    const slope = f32x4.add(f32x4.mul(f32x4.splat(scale), v128.load(at(gradient, i))), pull);
    const mean = f32x4.add(f32x4.mul(keepMean, v128.load(m)), f32x4.mul(addMean, slope));
    const square = f32x4.add(
      f32x4.mul(keepSquare, v128.load(v)),
      f32x4.mul(f32x4.mul(addSquare, slope), slope),
    );
    v128.store(m, mean);
    v128.store(v, square);
    const step = f32x4.div(
      f32x4.mul(f32x4.splat(stride), mean),
      f32x4.add(f32x4.mul(f32x4.splat(spread), f32x4.sqrt(square)), epsilon),
    );
    const shrunk = f32x4.mul(f32x4.sub(one, f32x4.mul(f32x4.splat(decay), decays)), weight);
    const moved = f32x4.sub(shrunk, step);
    v128.store(w, moved);
    v128.store(a, f32x4.add(
      f32x4.mul(f32x4.splat(kept), v128.load(a)),
      f32x4.mul(f32x4.splat(1 - kept), moved),
    ));
  }
}
