/**
 * How long until Old Faithful erupts again? A polynomial in the length of the
 * last eruption, fitted to real data by stochastic gradient descent.
 *
 *   deno task train --experiment examples/least_squares.ts --degree 2
 *   deno task eval --experiment examples/least_squares.ts
 *   deno task compare --where experiment=least-squares
 *
 * Takes a quarter of a second. With degree 1 the squared error on the held-out
 * rows is 35 ± 7 square minutes; with degree 0, which is the variance, 196 ± 25.
 *
 * @module
 */

import {
  batches,
  computeScaling,
  experiment,
  integer,
  number,
  parseTable,
  RandomStream,
  splitTable,
  standardise,
  type Table,
} from "whisker";
import faithful from "../core/data/faithful.csv" with { type: "text" };

export default experiment({
  name: "least-squares",
  config: {
    degree: integer({
      default: 1,
      min: 0,
      max: 5,
      description: "of the polynomial",
    }),
    learningRate: number({ default: 0.05, above: 0, description: "step size" }),
    batchSize: integer({ default: 16, min: 1, description: "rows a step" }),
    nEpochs: integer({ default: 50, min: 1, description: "times the data" }),
    dataSeed: integer({ default: 0, min: 0, description: "fixes the split" }),
  },

  async train(config, run) {
    const { train, scaling } = load(config.dataSeed);
    const weights = new Array<number>(config.degree + 1).fill(0);
    const order = run.random("order");
    const { batchSize, learningRate, nEpochs } = config;
    for (let epoch = 1; epoch <= nEpochs; epoch++) {
      using _span = run.timer.start();
      // Steps shrink to nothing, so that the weights settle down.
      const rate = learningRate * (1 - (epoch - 1) / nEpochs);
      for (const { nRows, values } of batches(train, { batchSize, order })) {
        const gradient = weights.map(() => 0);
        for (let row = 0; row < nRows; row++) {
          const [x, y] = [values[2 * row]!, values[2 * row + 1]!];
          const residual = predict(weights, x) - y;
          weights.forEach((_, k) => gradient[k]! += residual * x ** k / nRows);
        }
        gradient.forEach((slope, k) => weights[k]! -= rate * slope);
      }
      await run.log({ epoch, weights: weights.join(" ") });
    }
    run.writeJson("model/weights.json", { weights });
    const unit = scaling.deviations[1]!;
    run.meter.update({ error: squaredErrors(weights, train, unit) });
    run.record({ name: "squared-error/train" }, run.meter.result("error"));
    run.record({ name: "time/epoch" }, run.timer.result());
  },

  evaluate(config, _evalConfig, run) {
    const { heldOut, scaling } = load(config.dataSeed);
    const weights = run.readJson("model/weights.json").weights as number[];
    const unit = scaling.deviations[1]!;
    run.meter.update({ error: squaredErrors(weights, heldOut, unit) });
    run.record({ name: "squared-error/held-out" }, run.meter.result("error"));
  },
});

function load(dataSeed: number) {
  const random = new RandomStream(dataSeed, "split");
  const { train, heldOut } = splitTable(
    parseTable(faithful, "faithful.csv"),
    random,
  );
  const scaling = computeScaling(train);
  return {
    train: standardise(train, scaling),
    heldOut: standardise(heldOut, scaling),
    scaling,
  };
}

function predict(weights: readonly number[], x: number): number {
  return weights.reduceRight((sum, weight) => sum * x + weight, 0);
}

/** The squared errors of the rows, in square minutes. */
function squaredErrors(
  weights: readonly number[],
  { nRows, values }: Table,
  unit: number,
): Float64Array {
  return Float64Array.from({ length: nRows }, (_, row) => {
    const [x, y] = [values[2 * row]!, values[2 * row + 1]!];
    return ((predict(weights, x) - y) * unit) ** 2;
  });
}
