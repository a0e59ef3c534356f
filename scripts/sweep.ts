/**
 * `deno task sweep`: runs many configurations with many seeds.
 *
 * @module
 */

import { integer, text, texts, toggle } from "../core/config/fields.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { prepareLaunch } from "../core/sweep/earlier.ts";
import { localLauncher } from "../core/sweep/launchers/local.ts";
import { openSweep, uncancelSweep } from "../core/sweep/manifest.ts";
import { defineCommand, main, outputSchema } from "./_command.ts";
import { experimentFlag, loadExperiment } from "./_experiment.ts";
import { findPlan } from "./_plans.ts";
import { listenForSignals } from "./_signals.ts";
import { makeSweep } from "./_sweep.ts";

const sweepSchema = new ConfigSchema({
  grid: texts({
    placeholder: "<key=a,b,…>",
    description: "run every combination of these values; repeatable",
  }),
  zip: texts({
    placeholder: "<key=a,b,…>",
    description: "values that move together with those of other --zip keys",
  }),
  range: texts({
    placeholder: "<key=range>",
    description: "draw values from log(1e-5,1e-1), linear(0,1) or choice(a,b)",
  }),
  random: integer({ default: 0, min: 0, description: "draw so many" }),
  sobol: integer({ default: 0, min: 0, description: "so many evenly spread" }),
  sampleSeed: integer({ default: 0, min: 0, description: "fixes the draws" }),
  seeds: text({ placeholder: "<0..4|1,2,3>", description: "the seeds" }),
  eval: texts({
    placeholder: "<'key=value …'>",
    description: "evaluate each run so; repeatable",
  }),
  experiment: experimentFlag,
  name: text({ description: "the sweep's name" }),
  jobs: integer({
    default: navigator.hardwareConcurrency,
    min: 1,
    description: "how many runs at once",
  }),
  retryFailed: toggle({ description: "run again what has failed" }),
});

const command = defineCommand({
  name: "sweep",
  summary: "Run many configurations with many seeds.",
  usage: ["[flags]"],
  examples: ["deno task sweep --grid learningRate=1e-4,1e-3 --seeds 0..4"],
  flags: {
    Sweep: sweepSchema,
    Environment: globalConfigSchema,
    Output: outputSchema,
  },
  writesRuns: true,
  load: (isHelp) => loadExperiment(isHelp, { flag: "experiment" }),
  listMoreFlags: ({ experiment: { name, configSchema } }) => ({
    [`Configuration of ${name}`]: configSchema,
  }),
  async run({ flags, parsed, loaded }) {
    const fixed = parsed.readSource(loaded.experiment.configSchema).values;
    const { manifest } = await makeSweep(loaded, { flags, fixed });
    const sweep = openSweep(flags.runs, manifest.name)!;
    const plan = await findPlan(sweep);
    uncancelSweep(sweep);
    await prepareLaunch(sweep, plan, flags);
    const { signal, forceSignal } = listenForSignals();
    const launcher = localLauncher(flags.jobs);
    await launcher.launch(sweep, plan, { signal, forceSignal });
    return 0;
  },
});

if (import.meta.main) main(command);
