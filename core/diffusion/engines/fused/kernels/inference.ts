/**
 * Predictions: a block of rows passes through all layers in panels of 4 rows, as
 * `multiply` reads them. Sums, activations and residual terms of a tile stay in
 * registers; the bits are those of `forward`.
 */

import { activate } from "./functions";
import {
  arrangeInputs, BLOCK, getLayer, Layer, nColumns, nLayers, nTime, shared,
} from "./kernels";
import { allocateOwn, at } from "./memory";

/** Room for the inputs and the outputs of a layer. */
let panels: usize, others: usize;

/** Allocates room for blocks of rows. */
export function allocatePanels(): void {
  let width = 0;
  for (let i = 0; i < nLayers; i++) {
    width = max(width, max(getLayer(i).inputWidth, getLayer(i).width));
  }
  panels = allocateOwn(BLOCK * width + 12);
  others = allocateOwn(BLOCK * width + 12);
}

/**
 * Predicts the outputs of a block, and writes them row by row. If all rows share
 * their time, its term is already in `shared`.
 */
export function infer(start: i32, nRows: i32, isTimeShared: bool, into: usize): void {
  let x = panels, y = others;
  arrangeInputs(start, nRows, isTimeShared, x);
  for (let i = 0; i < nLayers; i++) {
    const layer = getLayer(i), isShared = i == 0 && isTimeShared;
    const nInputs = isShared ? layer.nInputs - nTime : layer.nInputs;
    // Panels of outputs are padded.
    const panel = <usize>(i == 0 ? nInputs : layer.inputWidth) << 4;
    passLayer(layer, nRows, nInputs, isShared ? shared : layer.biases, x, panel, y);
    const swapped = x;
    x = y;
    y = swapped;
  }
  const panel = <usize>getLayer(nLayers - 1).width << 4;
  for (let r = 0; r < nRows; r++) {
    const from = x + <usize>(r >> 2) * panel + (<usize>(r & 3) << 2);
    for (let c = 0; c < nColumns; c++) {
      store<f32>(into, load<f32>(from + (<usize>c << 4)));
      into += 4;
    }
  }
}

/** Passes panels through a layer, in tiles as in `multiply`. */
function passLayer(
  layer: Layer, nRows: i32, nInputs: i32, biases: usize,
  from: usize, panel: usize, into: usize,
): void {
  const activation = layer.activation, isResidual = layer.isResidual;
  const nUnits = layer.width, step = <usize>layer.nInputs << 5;
  const size = <usize>nInputs << 5;
  let kernel = layer.packed;
  for (let j = 0; j < nUnits; j += 8) {
    const end = kernel + size, bias = at(biases, j), column = <usize>j << 4;
    let start = from, out = into + column;
    for (let i = 0; i < nRows; i += 4) {
      let x = start, y = kernel;
      // As in `multiply`: these loads keep the bounds in registers.
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
        x += 16;
        y += 32;
      }
      const past = isResidual ? start + column : 0;
      writePanel(out, v128.load(bias), activation, past, p0, p1, p2, p3);
      writePanel(out + 64, v128.load(bias, 16), activation, past ? past + 64 : 0, q0, q1, q2, q3);
      start += panel;
      out += <usize>nUnits << 4;
    }
    kernel += step;
  }
}

/** Computes the outputs of 4 rows and 4 units, and writes them unit by unit. */
@inline function writePanel(
  into: usize, bias: v128, activation: i32, past: usize,
  c0: v128, c1: v128, c2: v128, c3: v128,
): void {
  c0 = activate(f32x4.add(c0, bias), activation, 0);
  c1 = activate(f32x4.add(c1, bias), activation, 0);
  c2 = activate(f32x4.add(c2, bias), activation, 0);
  c3 = activate(f32x4.add(c3, bias), activation, 0);
  const p = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), q = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
  const s = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7), t = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
  write(into, v128.shuffle<f32>(p, q, 0, 1, 4, 5), past);
  write(into + 16, v128.shuffle<f32>(p, q, 3, 2, 7, 6), past ? past + 16 : 0);
  write(into + 32, v128.shuffle<f32>(s, t, 0, 1, 4, 5), past ? past + 32 : 0);
  write(into + 48, v128.shuffle<f32>(s, t, 3, 2, 7, 6), past ? past + 48 : 0);
}

@inline function write(into: usize, y: v128, past: usize): void {
  v128.store(into, past ? f32x4.add(y, v128.load(past)) : y);
}
