/**
 * The reverse process: rows of noise become samples. Each step of a sampler is
 * linear in the rows, the data that the network predicts and those of the step
 * before, and fresh noise; `noise/samplers.ts` has the coefficients.
 */

import { infer } from "./inference";
import { addTimeTerm, BLOCK, nColumns, rows } from "./kernels";
import { allocate, allocateOwn, at } from "./memory";
import { allocateNormals, drawNormals, normals, useStream } from "./normals";
import { findEnd, findStart } from "./sharing";

/** The most steps in one call. */
export const MAX_STEPS: i32 = 1024;
/**
 * `plan` begins with a header: the number of steps, whether the network predicts v,
 * the position of the first step's noise in the stream, the words of the stream for
 * each step, and the four words that identify the stream. Each step follows with its
 * time, √ᾱ, √(1 − ᾱ), and four factors.
 */
export const STEP_SIZE: i32 = 7, HEADER_SIZE: i32 = 8;

/** Rows, and the data predicted in the step before, in double precision. */
export let points: usize = 0, before: usize = 0;
export let plan: usize = 0;
/** For each thread: the time of a step, and the outputs of a block without padding. */
let time: usize, predicted: usize;

/** Allocates memory for rows. */
export function allocateSampling(maxRows: i32): void {
  points = allocate(2 * maxRows * nColumns + 2);
  before = allocate(2 * maxRows * nColumns + 2);
  plan = allocate(2 * (HEADER_SIZE + MAX_STEPS * STEP_SIZE));
  time = allocateOwn(1);
  predicted = allocateOwn(BLOCK * nColumns + 4);
  allocateNormals(BLOCK * nColumns);
}

@inline function planned(index: i32): f64 {
  return load<f64>(plan + (<usize>index << 3));
}

/** Takes all steps of the plan for this thread's rows. */
export function takeSteps(nRows: i32): void {
  const nSteps = <i32>planned(0), isVelocity = planned(1) != 0;
  let position = <u64>planned(2);
  const nDrawn = <u64>planned(3), end = findEnd(nRows, BLOCK);
  useStream(<u32>planned(4), <u32>planned(5), <u32>planned(6), <u32>planned(7));
  for (let s = 0; s < nSteps; s++) {
    const step = plan + <usize>(HEADER_SIZE + s * STEP_SIZE << 3);
    store<f32>(time, <f32>load<f64>(step));
    addTimeTerm(time);
    const isNoisy = load<f64>(step, 48) > 0;
    for (let start = findStart(nRows, BLOCK); start < end; start += BLOCK) {
      const n = min(BLOCK, nRows - start), first = start * nColumns, count = n * nColumns;
      const offset = <usize>first << 3;
      if (isNoisy) drawNormals(position + 2 * first, count);
      for (let i = 0; i < count; i++) {
        store<f32>(at(rows, first + i), <f32>load<f64>(points + offset + (<usize>i << 3)));
      }
      infer(start, n, true, predicted);
      move(step, count, points + offset, before + offset, isVelocity, isNoisy);
    }
    if (isNoisy) position += nDrawn;
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
    // v is converted to noise as in `model.ts`.
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
