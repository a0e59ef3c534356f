/** Adam; the formulas are in `optimizer.ts`. */

import { averaged, decaying, first, gradient, nWeights, second, weights } from "./kernels";
import { allocate, at } from "./memory";
import { findEnd, findStart } from "./sharing";

/** The factors of a step, each repeated in four lanes. */
let factors: usize;

export function allocateFactors(): void {
  factors = allocate(12 << 2);
}

@inline function factor(index: i32): v128 {
  return v128.load(factors + (<usize>index << 4));
}

function setFactor(index: i32, value: f64): void {
  v128.store(factors + (<usize>index << 4), f32x4.splat(<f32>value));
}

/** Sets the factors of a step. */
export function planUpdate(
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
}

/** Updates this thread's part of the weights, and their average. */
export function update(): void {
  const start = findStart(nWeights, 4), end = at(weights, findEnd(nWeights, 4));
  // In variables: V8 would check the bounds of each load.
  const scale = factor(0), penalty = factor(1), decay = factor(2), stride = factor(3);
  const spread = factor(4), kept = factor(5), rest = factor(6);
  const beta1 = factor(7), rest1 = factor(8), beta2 = factor(9), rest2 = factor(10);
  const epsilon = factor(11);
  const decays = load<f32>(factors, 16) != 0 || load<f32>(factors, 32) != 0;
  let m = at(first, start), v = at(second, start), a = at(averaged, start);
  let g = at(gradient, start), d = at(decaying, start);
  for (let w = at(weights, start); w < end; w += 16) {
    const weight = v128.load(w);
    const pulled = decays ? f32x4.mul(v128.load(d), weight) : f32x4.splat(0);
    const slope = f32x4.add(f32x4.mul(scale, v128.load(g)), f32x4.mul(penalty, pulled));
    const mean = f32x4.add(f32x4.mul(beta1, v128.load(m)), f32x4.mul(rest1, slope));
    const square = f32x4.add(
      f32x4.mul(beta2, v128.load(v)), f32x4.mul(f32x4.mul(rest2, slope), slope),
    );
    v128.store(m, mean);
    v128.store(v, square);
    const step = f32x4.div(
      f32x4.mul(stride, mean), f32x4.add(f32x4.mul(spread, f32x4.sqrt(square)), epsilon),
    );
    const moved = f32x4.sub(f32x4.sub(weight, f32x4.mul(decay, pulled)), step);
    v128.store(w, moved);
    v128.store(a, f32x4.add(f32x4.mul(kept, v128.load(a)), f32x4.mul(rest, moved)));
    m += 16;
    v += 16;
    a += 16;
    g += 16;
    d += 16;
  }
}
