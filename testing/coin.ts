/**
 * A small experiment for tests of how runs go.
 *
 * @module
 */

import { integer } from "../core/config/fields.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { experiment } from "../core/experiment.ts";
import type { Run } from "../core/run/run.ts";
import { ScalarResult } from "../core/utils/results.ts";

export const result = new ScalarResult({ mean: 1, error: 0.1, n: 9 });
export const quiet = { print: () => {} };

/** A coin whose training can be told what to do. */
export const coinThat = (train: (run: Run) => unknown) =>
  experiment({
    name: "coin",
    config: {
      nTosses: integer({ default: 10, min: 1, description: "how many" }),
    },
    train: (_config, run) => train(run),
    evaluate: (config, _evalConfig, run) => {
      run.record({ name: "tosses", of: config.nTosses }, result);
    },
  });

export function options(runs: string, config: object = {}) {
  const globals = globalConfigSchema.parse({ runs });
  const schema = coinThat(() => {}).configSchema;
  return { ...quiet, globals, config: schema.parse(config) };
}
