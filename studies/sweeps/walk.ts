/**
 * A random walk, for the proofs about sweeps: short, with checkpoints, and any
 * step that is lost or done twice changes where it ends.
 *
 * @module
 */

import { experiment, integer, number, ScalarResult } from "whisker";

/** So many random numbers make a step, which then takes about a millisecond. */
const DRAWS = 20_000;

export default experiment({
  name: "walk",
  config: {
    drift: number({ default: 0, description: "of each step" }),
    nSteps: integer({ default: 40, min: 1, description: "how many" }),
  },
  evalConfig: {
    scale: number({ default: 1, description: "of the result" }),
  },
  async train({ drift, nSteps }, run) {
    const noise = run.random("noise");
    const at = { step: 0, place: 0 };
    run.resumable({ noise, at });
    while (at.step < nSteps) {
      at.place += drift;
      for (let i = 0; i < DRAWS; i++) at.place += noise.uniform() - 0.5;
      at.step++;
      await run.log({ ...at });
      await run.checkpoint();
    }
    run.record({ name: "place" }, single(at.place));
    run.writeJson("model/place.json", { place: at.place });
  },
  evaluate(_config, { scale }, run) {
    const place = Number(run.readJson("model/place.json").place);
    const value = scale * place + run.random("eval").uniform();
    run.record({ name: "scaled", scale }, single(value));
  },
});

function single(mean: number): ScalarResult {
  return new ScalarResult({ mean, error: NaN, n: 1 });
}
