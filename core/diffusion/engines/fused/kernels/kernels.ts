/**
 * A multilayer perceptron in WebAssembly, written in AssemblyScript: prediction,
 * gradients and Adam. `deno task kernels` builds `kernels.wasm` from it.
 *
 * Every sum has a fixed order, and products and sums are rounded separately. So
 * the bits of a result depend on the inputs alone, not on the machine.
 *
 * Matrices are row-major. Rows of activations are padded to a multiple of 8
 * columns; what is there takes part in sums whose results are padding too.
 */

import { activate, LINEAR, writeWaves } from "./functions";
import { allocate, at, pad } from "./memory";
export { drawNormals, normalQuantile, normals, useStream } from "./normals";
import { addTo, arrangeColumns, arrangeRows, multiply, transpose } from "./products";
import { allocatePanels, infer } from "./inference";
import { allocateSampling } from "./sampling";
export { before, MAX_STEPS, plan, points, STEP_SIZE, takeSteps } from "./sampling";

/** Rows that pass through all layers together, so that they stay in the cache. */
export const BLOCK: i32 = 64;
/** Gradients are summed within so many groups of blocks, then over the groups. */
const GROUPS: i32 = 4;
const MAX_LAYERS: i32 = 64;

// ── The network ──────────────────────────────────────────────────────────────

/** A layer: outputs = activation(inputs · kernel + bias), plus inputs if residual. */
@unmanaged export class Layer {
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
  /** The biases in use, padded; the time's is added to those of the first layer. */
  biases: usize;
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
export let nLayers: i32 = 0;
let nWeights: i32, groupSize: i32;
/** The inputs of the first layer: a row, its Fourier features, its time. */
export let nColumns: i32 = 0;
export let nTime: i32 = 0;
let nFeatures: i32;
/** Where the time's own kernel and bias are in the array of all weights. */
let timeKernel: i32, timeBias: i32;

export let weights: usize = 0, averaged: usize = 0, gradient: usize = 0;
/** Adam's moving averages of the gradient and of its square. */
export let first: usize = 0, second: usize = 0;
/** 1 for each weight that decays, else 0. */
export let decaying: usize = 0;
export let rows: usize = 0, times: usize = 0, targets: usize = 0, losses: usize = 0;
export let frequencies: usize = 0, timeFrequencies: usize = 0;
/** The weights in use: the last ones or their average. */
let current: usize;
/** Room for one block: what is arranged for products, and gradients. */
let inputs: usize, arranged: usize, delta: usize, other: usize, past: usize;
/** The biases of the first layer with the term of a time that all rows share. */
export let shared: usize = 0;
let groups: usize;

@inline export function getLayer(index: i32): Layer {
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
  layer.transposed = allocate(nUnits * layer.inputWidth + 24);
  layer.biases = allocate(layer.width);
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
  // What is read or written four at a time may reach a little further.
  frequencies = allocate(nColumns * (nFeatures / 2) + 4);
  timeFrequencies = allocate(nTime / 2 + 4);
  inputs = allocate(BLOCK * getLayer(0).inputStride + 4);
  arranged = allocate(2 * BLOCK * width + 24);
  delta = allocate(BLOCK * width);
  other = allocate(BLOCK * width);
  past = allocate(BLOCK * width);
  shared = allocate(width);
  groups = allocate(GROUPS * groupSize);
  allocatePanels();
  allocateSampling(maxRows);
}

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
      if (nUnits & 7) memory.copy(into, from, <usize>(nUnits & 7) << 2);
    }
    memory.copy(layer.biases, at(current, layer.bias), <usize>nUnits << 2);
    if (i == 0) {
      for (let j = 0; j < nUnits; j += 4) {
        addTo(at(layer.biases, j), v128.load(at(current, timeBias + j)));
      }
      // No gradient passes back to the inputs of the first layer.
      continue;
    }
    const stride = <usize>nUnits << 2;
    for (let k = 0; k < nInputs; k += 8) {
      const from = at(current, layer.kernel + k * nUnits);
      transpose(from, from + (stride << 2), stride, nUnits, at(layer.transposed, k * nUnits));
    }
  }
}

// ── Passes over one block ────────────────────────────────────────────────────

/**
 * Writes the inputs of the first layer: rows, their features, and their times. The
 * last row fills the block up to a multiple of 4: what is left of an earlier block
 * could be NaN.
 */
function embed(start: i32, nRows: i32, isTimeShared: bool): void {
  const stride = getLayer(0).inputStride, half = nFeatures / 2;
  for (let r = 0; r < pad(nRows, 4); r++) {
    const source = start + min(r, nRows - 1);
    const row = at(rows, source * nColumns);
    let into = at(inputs, r * stride);
    for (let k = 0; k < nColumns; k++) store<f32>(at(into, k), load<f32>(at(row, k)));
    into = at(into, nColumns);
    // From the last to the first: what is written too far is written again.
    for (let i = pad(half, 4) - 4; i >= 0; i -= 4) {
      let angle = f32x4.splat(0);
      for (let k = 0; k < nColumns; k++) {
        const x = v128.load32_splat(at(row, k));
        angle = f32x4.add(angle, f32x4.mul(x, v128.load(at(frequencies, k * half + i))));
      }
      writeWaves(angle, at(into, i), at(into, half + i));
    }
    if (!isTimeShared) embedTime(at(times, source), at(into, nFeatures));
  }
}

function embedTime(time: usize, into: usize): void {
  if (nTime == 1) return store<f32>(into, load<f32>(time));
  const half = nTime / 2, x = v128.load32_splat(time);
  for (let i = pad(half, 4) - 4; i >= 0; i -= 4) {
    const angle = f32x4.mul(x, v128.load(at(timeFrequencies, i)));
    writeWaves(angle, at(into, i), at(into, half + i));
  }
}

/** Adds the term of a time that all rows share to the biases of the first layer. */
export function addTimeTerm(): void {
  const layer = getLayer(0);
  memory.copy(shared, layer.biases, <usize>layer.width << 2);
  embedTime(times, delta);
  for (let k = 0; k < nTime; k++) {
    const x = v128.load32_splat(at(delta, k));
    for (let j = 0; j < layer.nUnits; j += 4) {
      addTo(at(shared, j), f32x4.mul(x, v128.load(at(current, k * layer.nUnits + j))));
    }
  }
}

/** Arranges the inputs of a block in panels of 4 rows. */
export function arrangeInputs(start: i32, nRows: i32, isTimeShared: bool, into: usize): void {
  const layer = getLayer(0), nInputs = layer.nInputs - (isTimeShared ? nTime : 0);
  embed(start, nRows, isTimeShared);
  arrangeRows(inputs, <usize>layer.inputStride << 2, pad(nRows, 4), nInputs, into);
}

/** Passes a block forward, with slopes; returns where its outputs are. */
function forward(start: i32, nRows: i32): usize {
  embed(start, nRows, false);
  const nPadded = pad(nRows, 4);
  let from = inputs;
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), activation = layer.activation, isResidual = layer.isResidual;
    const stride = <usize>layer.stride << 2, inputStride = <usize>layer.inputStride << 2;
    const nInputs = layer.nInputs, width = <usize>layer.width << 2;
    arrangeRows(from, inputStride, nPadded, nInputs, arranged);
    multiply(
      arranged, layer.packed, <usize>nInputs << 5, 32, nInputs,
      layer.outputs, stride, nPadded, layer.width, false,
    );
    for (let r = 0; r < nPadded; r++) {
      const o = layer.outputs + <usize>r * stride, x = from + <usize>r * inputStride;
      const slopes = layer.slopes + <usize>r * stride;
      for (let j: usize = 0; j < width; j += 16) {
        const z = f32x4.add(v128.load(o + j), v128.load(layer.biases + j));
        let y = activate(z, activation, slopes + j);
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
    const from = i == 0 ? inputs : getLayer(i - 1).outputs;
    arrangeColumns(from, inputStride, nRows, layer.nInputs, arranged);
    multiply(
      arranged, d, 32, stride, nRows,
      kernel, stride, layer.nInputs, layer.width, true,
    );
    for (let j: usize = 0; j < width; j += 16) {
      let sum = f32x4.splat(0);
      for (let o: usize = 0; o < size; o += stride) sum = f32x4.add(sum, v128.load(d + o + j));
      addTo(bias + j, sum);
    }
    if (i == 0) return;
    arrangeRows(d, stride, nRows, layer.nUnits, arranged);
    multiply(
      arranged, layer.transposed, <usize>layer.nUnits << 5, 32, layer.nUnits,
      next, inputStride, nRows, layer.inputWidth, false,
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
  if (isTimeShared) addTimeTerm();
  for (let start = 0; start < nRows; start += BLOCK) {
    infer(start, min(BLOCK, nRows - start), isTimeShared, at(targets, start * nColumns));
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
    compareBlock(forward(start, n), start, n, scale);
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

/** What `update` multiplies by, each four times. */
const PLAN = memory.data(12 << 4, 16);

@inline function factor(index: i32): v128 {
  return v128.load(PLAN + (<usize>index << 4));
}

function setFactor(index: i32, value: f64): void {
  v128.store(PLAN + (<usize>index << 4), f32x4.splat(<f32>value));
}

/**
 * Moves the weights by Adam, and their average (`optimizer.ts` has the formulas
 * and names the numbers).
 */
export function update(
  scale: f64, penalty: f64, decay: f64, stride: f64, spread: f64, kept: f64,
  beta1: f64, beta2: f64, epsilon: f64,
): void {
  setFactor(0, scale);
  setFactor(1, penalty);
  setFactor(2, decay);
  setFactor(3, stride);
  setFactor(4, spread);
  setFactor(5, kept);
  setFactor(6, 1 - kept);
  setFactor(7, beta1);
  setFactor(8, 1 - beta1);
  setFactor(9, beta2);
  setFactor(10, 1 - beta2);
  setFactor(11, epsilon);
  let m = first, v = second, a = averaged, g = gradient, d = decaying;
  const decays = penalty != 0 || decay != 0;
  for (let w = weights, end = at(w, nWeights); w < end; w += 16) {
    const weight = v128.load(w);
    const pulled = decays ? f32x4.mul(v128.load(d), weight) : f32x4.splat(0);
    const slope = f32x4.add(
      f32x4.mul(factor(0), v128.load(g)),
      f32x4.mul(factor(1), pulled),
    );
    const mean = f32x4.add(f32x4.mul(factor(7), v128.load(m)), f32x4.mul(factor(8), slope));
    const square = f32x4.add(
      f32x4.mul(factor(9), v128.load(v)),
      f32x4.mul(f32x4.mul(factor(10), slope), slope),
    );
    v128.store(m, mean);
    v128.store(v, square);
    const step = f32x4.div(
      f32x4.mul(factor(3), mean),
      f32x4.add(f32x4.mul(factor(4), f32x4.sqrt(square)), factor(11)),
    );
    const moved = f32x4.sub(f32x4.sub(weight, f32x4.mul(factor(2), pulled)), step);
    v128.store(w, moved);
    v128.store(a, f32x4.add(f32x4.mul(factor(5), v128.load(a)), f32x4.mul(factor(6), moved)));
    m += 16;
    v += 16;
    a += 16;
    g += 16;
    d += 16;
  }
}
