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

import { allocateFactors, update } from "./adam";
export { planUpdate } from "./adam";
import { activate, LINEAR, writeWaves } from "./functions";
import { allocate, allocateOwn, at, pad } from "./memory";
export { setThread } from "./memory";
export { drawNormals, normalQuantile, normals, useStream } from "./normals";
import { addTo, arrangeRows, multiply, transpose } from "./products";
import { allocatePanels, infer } from "./inference";
import { allocateSampling, takeSteps } from "./sampling";
export { before, HEADER_SIZE, MAX_STEPS, plan, points, STEP_SIZE } from "./sampling";
import { findEnd, findStart } from "./sharing";
export { share } from "./sharing";
import { differentiateGroups, sumGroups } from "./training";
export { computeNorm } from "./training";

/** Rows that pass through all layers together, so that they stay in the cache. */
export const BLOCK: i32 = 64;
/** The most groups of blocks; gradients are summed within groups, then over them. */
export const GROUPS: i32 = 4;
const MAX_LAYERS: i32 = 64;

// ── The network ──────────────────────────────────────────────────────────────

/** A layer: outputs = activation(inputs · kernel + bias), plus inputs if residual. */
@unmanaged export class Layer {
  nInputs: i32;
  nUnits: i32;
  activation: i32;
  isResidual: i32;
  /** The positions of kernel and bias in the array of all weights. */
  kernel: i32;
  bias: i32;
  /** The numbers of inputs and units, padded to a multiple of 8. */
  inputWidth: i32;
  width: i32;
  /** Numbers from one row of inputs, or outputs, to the next. */
  inputStride: i32;
  stride: i32;
  /** The biases in use, padded; those of the first layer include the time's. */
  biases: usize;
  /** The kernel in panels of 8 units; transposed, in panels of 8 inputs. */
  packed: usize;
  transposed: usize;
  /** Of one block: the outputs, and the derivatives of the activation. */
  outputs: usize;
  slopes: usize;
  /** The position of the layer's gradients among those of a group. */
  gradient: i32;
}

/** The addresses of the layers. */
let layers: usize;
export let nLayers: i32 = 0;
export let nWeights: i32 = 0, groupSize: i32 = 0;
/** The inputs of the first layer: a row, its Fourier features, its time. */
export let nColumns: i32 = 0;
export let nTime: i32 = 0;
let nFeatures: i32;
/** The position of the time's bias in the array of all weights, after its kernel. */
export let timeBias: i32 = 0;

export let weights: usize = 0, averaged: usize = 0, gradient: usize = 0;
/** Adam's moving averages of the gradient and of its square. */
export let first: usize = 0, second: usize = 0;
/** 1 for each weight that decays, else 0. */
export let decaying: usize = 0;
export let rows: usize = 0, times: usize = 0, targets: usize = 0, losses: usize = 0;
export let frequencies: usize = 0, timeFrequencies: usize = 0;
/** The weights in use: the last ones or their average. */
let current: usize;
/** Buffers for one block: inputs, rows arranged for products, and gradients. */
export let inputs: usize = 0, arranged: usize = 0;
export let delta: usize = 0, other: usize = 0, scaledDelta: usize = 0;
/** The biases of the first layer plus the time's term, if all rows share their time. */
export let shared: usize = 0;
export let groups: usize = 0;

@inline export function getLayer(index: i32): Layer {
  return changetype<Layer>(load<usize>(at(layers, index)));
}

/** Avoids powers of 2, with which rows would compete for the same cache lines. */
function findStride(width: i32): i32 {
  return width % 64 == 0 ? width + 16 : width;
}

/** Adds a layer; kernel and bias follow the weights before them. */
export function addLayer(nInputs: i32, nUnits: i32, activation: i32): void {
  const layer = changetype<Layer>(allocateOwn(offsetof<Layer>() >> 2));
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
  layer.transposed = allocate(layer.width * layer.inputWidth);
  layer.biases = allocateOwn(layer.width);
  layer.outputs = allocateOwn(BLOCK * layer.stride);
  layer.slopes = allocateOwn(BLOCK * layer.stride);
  layer.gradient = groupSize;
  groupSize += (layer.inputWidth + 1) * layer.stride;
}

/** Begins a network; the time's kernel and bias are the first weights. */
export function begin(columns: i32, features: i32, time: i32, nUnits: i32): void {
  layers = allocateOwn(MAX_LAYERS);
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
  // Reading and writing four numbers at a time may go past the end.
  frequencies = allocate(nColumns * (nFeatures / 2) + 4);
  timeFrequencies = allocate(nTime / 2 + 4);
  inputs = allocateOwn(BLOCK * getLayer(0).inputStride + 4);
  arranged = allocateOwn(BLOCK * width + 12);
  delta = allocateOwn(BLOCK * width);
  other = allocateOwn(BLOCK * width);
  scaledDelta = allocateOwn(BLOCK * width);
  shared = allocateOwn(width);
  groups = allocate(GROUPS * groupSize);
  allocateFactors();
  allocatePanels();
  allocateSampling(maxRows);
}

/** The weights of input k of a layer; the last inputs of the first are the time's. */
export function kernelRow(index: i32, k: i32): i32 {
  const layer = getLayer(index);
  const nOwn = index == 0 ? layer.nInputs - nTime : layer.nInputs;
  return k < nOwn ? layer.kernel + k * layer.nUnits : (k - nOwn) * layer.nUnits;
}

/** Selects the last weights or their average, and packs this thread's part. */
function use(isAveraged: bool): void {
  current = isAveraged ? averaged : weights;
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), nInputs = layer.nInputs, nUnits = layer.nUnits;
    const panel = <usize>nInputs << 5;
    const start = findStart(nInputs, 8), end = findEnd(nInputs, 8);
    for (let k = start; k < end; k++) {
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
    for (let k = start; k < end; k += 8) {
      const from = at(current, layer.kernel + k * nUnits);
      const into = at(layer.transposed, k * layer.width);
      transpose(from, stride, nUnits, into, 32);
      transpose(from + (stride << 2), stride, nUnits, into + 16, 32);
    }
  }
}

// ── Passes over one block ────────────────────────────────────────────────────

/**
 * Writes the inputs of the first layer: rows, their features, and their times. The
 * last row is repeated up to a multiple of 4, as an earlier block may have left NaN.
 */
function embed(start: i32, nRows: i32, isTimeShared: bool): void {
  const stride = getLayer(0).inputStride, half = nFeatures / 2;
  for (let r = 0; r < pad(nRows, 4); r++) {
    const source = start + min(r, nRows - 1);
    const row = at(rows, source * nColumns);
    let into = at(inputs, r * stride);
    for (let k = 0; k < nColumns; k++) store<f32>(at(into, k), load<f32>(at(row, k)));
    into = at(into, nColumns);
    // Backwards, so that writes past the end are overwritten.
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
export function addTimeTerm(time: usize): void {
  const layer = getLayer(0);
  memory.copy(shared, layer.biases, <usize>layer.width << 2);
  embedTime(time, delta);
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

/** Passes a block forward, with slopes; returns the address of its outputs. */
export function forward(start: i32, nRows: i32): usize {
  embed(start, nRows, false);
  const nPadded = pad(nRows, 4);
  let from = inputs;
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), activation = layer.activation, isResidual = layer.isResidual;
    const stride = <usize>layer.stride << 2, inputStride = <usize>layer.inputStride << 2;
    const nInputs = layer.nInputs, width = <usize>layer.width << 2;
    arrangeRows(from, inputStride, nPadded, nInputs, arranged);
    multiply(
      arranged, <usize>nInputs << 4, 16, layer.packed, <usize>nInputs << 5, 32, nInputs,
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

// ── What the engine calls ────────────────────────────────────────────────────

/** Predicts for all rows; with `isTimeShared` they share the first time. */
export function predict(nRows: i32, isTimeShared: bool): void {
  if (isTimeShared) addTimeTerm(times);
  for (let start = 0; start < nRows; start += BLOCK) {
    infer(start, min(BLOCK, nRows - start), isTimeShared, at(targets, start * nColumns));
  }
}

/** The tasks of threads. */
export const DIFFERENTIATE: i32 = 0, SUM_UP: i32 = 1, UPDATE: i32 = 2, USE: i32 = 3;
export const SAMPLE: i32 = 4;

/** Does this thread's part of a task; the argument is a number of rows or a flag. */
export function work(task: i32, argument: i32): void {
  if (task == DIFFERENTIATE) differentiateGroups(argument);
  else if (task == SUM_UP) sumGroups();
  else if (task == UPDATE) update();
  else if (task == SAMPLE) takeSteps(argument);
  else use(argument != 0);
}
