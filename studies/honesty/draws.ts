/**
 * An experiment whose truth is known, for sweeps: a training is a draw from a normal
 * distribution about `mean`, which its history approaches.
 *
 *   deno task sweep --experiment studies/honesty/draws.ts …
 *
 * @module
 */

import {
  type Experiment,
  experiment,
  integer,
  number,
  ScalarResult,
} from "whisker";

const draws: Experiment = experiment({
  name: "draws",
  config: {
    mean: number({ default: 0, description: "the true mean of its runs" }),
    row: integer({ default: 0, description: "tells equal rows apart" }),
    nSteps: integer({ default: 4, min: 1, description: "how many steps" }),
  },
  metrics: { error: { better: "lower" } },
  async train({ mean, row, nSteps }, run) {
    // Half of the variance comes with the seed, as in the simulations.
    const value = mean + run.random("seed").normal() +
      run.random(`row ${mean} ${row}`).normal();
    const noise = run.random(`noise ${mean} ${row}`);
    const at = { step: 0 };
    run.resumable({ at, noise });
    while (at.step < nSteps) {
      at.step++;
      const error = value + (nSteps - at.step) * noise.normal();
      await run.log({ step: at.step, error });
      await run.checkpoint();
    }
    run.record(
      { name: "error" },
      new ScalarResult({ mean: value, error: 0, n: 1 }),
    );
  },
});

export default draws;
