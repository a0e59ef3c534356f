/**
 * The reverse process: rows of noise become samples. Each step of a sampler is
 * linear in the rows, the data that the network predicts and those of the step
 * before, and fresh noise; `noise/samplers.ts` has the coefficients.
 */

import { infer } from "./inference";
import { addTimeTerm, BLOCK, nColumns, rows, times } from "./kernels";
import { allocate, at } from "./memory";
import { allocateNormals, drawNormals, normals } from "./normals";

/** The most steps in one call. */
export const MAX_STEPS: i32 = 1024;
/** Numbers of a step in `plan`: its time, √ᾱ, √(1 − ᾱ), and four factors. */
export const STEP_SIZE: i32 = 7;

/** Rows, and the data predicted in the step before, in double precision. */
export let points: usize = 0, before: usize = 0;
export let plan: usize = 0;
/** The outputs of a block without padding. */
let predicted: usize;

/** Allocates room for rows. */
export function allocateSampling(maxRows: i32): void {
  points = allocate(2 * maxRows * nColumns + 2);
  before = allocate(2 * maxRows * nColumns + 2);
  plan = allocate(2 * MAX_STEPS * STEP_SIZE);
  predicted = allocate(BLOCK * nColumns + 4);
  allocateNormals(BLOCK * nColumns);
}

/**
 * Takes steps. The noise of the first begins at `position` of the stream, that of
 * each further one `nDrawn` words later.
 */
export function takeSteps(
  nRows: i32, nSteps: i32, isVelocity: bool, position: f64, nDrawn: f64,
): void {
  let words = <u64>position;
  for (let s = 0; s < nSteps; s++) {
    const step = plan + <usize>(s * STEP_SIZE << 3);
    store<f32>(times, <f32>load<f64>(step));
    addTimeTerm();
    const isNoisy = load<f64>(step, 48) > 0;
    for (let start = 0; start < nRows; start += BLOCK) {
      const n = min(BLOCK, nRows - start), count = n * nColumns;
      const offset = <usize>(start * nColumns) << 3;
      if (isNoisy) drawNormals(words + 2 * start * nColumns, count);
      for (let i = 0; i < count; i++) {
        store<f32>(at(rows, i), <f32>load<f64>(points + offset + (<usize>i << 3)));
      }
      infer(0, n, true, predicted);
      move(step, count, points + offset, before + offset, isVelocity, isNoisy);
    }
    if (isNoisy) words += <u64>nDrawn;
  }
}

/** Moves the numbers of a block by one step, two at a time. */
function move(
  step: usize, count: i32, row: usize, past: usize, isVelocity: bool, isNoisy: bool,
): void {
  const kept = v128.load64_splat(step, 8), mixed = v128.load64_splat(step, 16);
  for (let i = 0; i < count; i += 2) {
    const o = <usize>i << 3, x = v128.load(row + o);
    let noise = f64x2.promote_low_f32x4(v128.load64_zero(at(predicted, i)));
    // What gives v is converted as in `model.ts`.
    if (isVelocity) noise = f64x2.add(f64x2.mul(kept, noise), f64x2.mul(mixed, x));
    const data = f64x2.div(f64x2.sub(x, f64x2.mul(mixed, noise)), kept);
    let y = f64x2.mul(v128.load64_splat(step, 24), x);
    y = f64x2.add(y, f64x2.mul(v128.load64_splat(step, 32), data));
    y = f64x2.add(y, f64x2.mul(v128.load64_splat(step, 40), v128.load(past + o)));
    if (isNoisy) {
      y = f64x2.add(y, f64x2.mul(v128.load64_splat(step, 48), v128.load(normals + o)));
    }
    v128.store(row + o, y);
    v128.store(past + o, data);
  }
}
