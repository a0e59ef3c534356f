/**
 * The gradient of the mean squared error. Rows are divided into blocks, and blocks
 * into at most four groups. Gradients are summed within blocks, then within groups,
 * then over groups, with any number of threads.
 */

import { LINEAR } from "./functions";
import {
  arranged, BLOCK, delta, forward, getLayer, gradient, GROUPS, groups, groupSize, inputs,
  kernelRow, losses, nColumns, nLayers, nWeights, other, scaledDelta, targets, timeBias,
} from "./kernels";
import { at, pad } from "./memory";
import { addTo, arrangeRows, multiply } from "./products";
import { findEnd, findStart, isAlone } from "./sharing";

/** The number of groups of the current batch, and of blocks in a group. */
let nGroups: i32, perGroup: i32;

/** Computes the losses of this thread's groups of blocks, and their gradients. */
export function differentiateGroups(nRows: i32): void {
  const nBlocks = (nRows + BLOCK - 1) / BLOCK;
  perGroup = (nBlocks + GROUPS - 1) / GROUPS;
  nGroups = (nBlocks + perGroup - 1) / perGroup;
  if (isAlone() && perGroup == 1) {
    // One group sums in the same order with less memory.
    perGroup = nBlocks;
    nGroups = 1;
  }
  const scale: f32 = <f32>(2.0 / (<f64>nRows * <f64>nColumns));
  for (let g = findStart(nGroups, 1); g < findEnd(nGroups, 1); g++) {
    const group = at(groups, g * groupSize), first = g * perGroup;
    for (let b = first; b < min(first + perGroup, nBlocks); b++) {
      const start = b * BLOCK, n = min(BLOCK, nRows - start);
      compareBlock(forward(start, n), start, n, scale);
      backward(pad(n, 4), group, b > first);
    }
  }
}

/** Passes a block backward; writes its gradients to those of a group, or adds them. */
function backward(nRows: i32, group: usize, adds: bool): void {
  let d = delta, next = other;
  for (let i = nLayers - 1; i >= 0; i--) {
    const layer = getLayer(i);
    const stride = <usize>layer.stride << 2, inputStride = <usize>layer.inputStride << 2;
    const size = <usize>nRows * stride, width = <usize>layer.width << 2;
    let scaled = d;
    if (layer.activation != LINEAR) {
      scaled = scaledDelta;
      for (let o: usize = 0; o < size; o += 16) {
        v128.store(scaled + o, f32x4.mul(v128.load(d + o), v128.load(layer.slopes + o)));
      }
    }
    const kernel = at(group, layer.gradient), bias = kernel + <usize>layer.inputWidth * stride;
    multiply(
      i == 0 ? inputs : getLayer(i - 1).outputs, 16, inputStride, scaled, 32, stride, nRows,
      kernel, stride, layer.nInputs, layer.width, adds,
    );
    for (let j: usize = 0; j < width; j += 16) {
      let sum = f32x4.splat(0);
      for (let o: usize = 0; o < size; o += stride) sum = f32x4.add(sum, v128.load(scaled + o + j));
      if (adds) addTo(bias + j, sum);
      else v128.store(bias + j, sum);
    }
    if (i == 0) return;
    arrangeRows(scaled, stride, nRows, layer.nUnits, arranged);
    // In a residual layer the product is added to the gradient of the outputs.
    const into = layer.isResidual ? d : next;
    multiply(
      arranged, <usize>layer.nUnits << 4, 16,
      layer.transposed, <usize>layer.width << 5, 32, layer.nUnits,
      into, inputStride, nRows, layer.inputWidth, layer.isResidual != 0,
    );
    next = into == d ? next : d;
    d = into;
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

/** Sums up the groups for this thread's part of all gradients. */
export function sumGroups(): void {
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), width = <usize>layer.nUnits << 2;
    for (let k = findStart(layer.nInputs, 1); k < findEnd(layer.nInputs, 1); k++) {
      const row = sumRow(layer.gradient + k * layer.stride, layer.width);
      memory.copy(at(gradient, kernelRow(i, k)), row, width);
    }
    if (findStart(nLayers, 1) > i || findEnd(nLayers, 1) <= i) continue;
    const row = sumRow(layer.gradient + layer.inputWidth * layer.stride, layer.width);
    memory.copy(at(gradient, layer.bias), row, width);
    if (i == 0) memory.copy(at(gradient, timeBias), row, width);
  }
}

/** Sums a row over the groups into that of the first, and returns its address. */
function sumRow(start: i32, width: i32): usize {
  const row = at(groups, start), size = <usize>width << 2;
  for (let g = 1; g < nGroups; g++) {
    const other = at(groups, g * groupSize + start);
    for (let j: usize = 0; j < size; j += 16) addTo(row + j, v128.load(other + j));
  }
  return row;
}

/** The norm of the gradient, summed in double precision. */
export function computeNorm(): f64 {
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
