/**
 * `deno task eval`: evaluates a trained run.
 *
 * @module
 */

import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { type Command, defineCommand, main, outputSchema } from "./_command.ts";
import {
  environmentSchema,
  experimentFlag,
  findCompletedRun,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";
import { RUN_NOTE } from "./_runs.ts";

const evalSchema = new ConfigSchema({
  experiment: experimentFlag,
});

const command: Command = defineCommand({
  name: "eval",
  summary: "Evaluate a trained run.",
  usage: ["[RUN] [flags]"],
  notes: [
    `${RUN_NOTE} [default: the latest completed run].`,
    "deno task sweep --where KEY=VALUE evaluates many runs at once.",
  ],
  examples: [
    "deno task eval",
    "deno task eval 3f9a --n-steps 5,50 --n-samples 10000",
  ],
  maxPositionals: 1,
  flags: {
    "This evaluation": evalSchema,
    Environment: environmentSchema,
    Output: outputSchema,
  },
  writesRuns: true,
  load: (isHelp) => loadExperiment(isHelp, { completed: true }),
  explainFlags: ({ flagsNote }) =>
    Deno.args.some((arg) => arg.startsWith("--where"))
      ? "To evaluate many runs: deno task sweep --where KEY=VALUE --eval " +
        "'KEY=VALUE …'"
      : flagsNote,
  listMoreFlags: ({ experiment: { name, evalConfigSchema } }) =>
    evalConfigSchema.keys.length > 0
      ? { [`What to measure of ${name}`]: evalConfigSchema }
      : {},
  async run({ flags, positionals: [given], parsed, loaded }) {
    const { experiment: _, json, ...others } = flags;
    const globals = { ...globalConfigSchema.defaults, ...others };
    const { experiment } = loaded;
    const evalConfig = parsed.resolve(experiment.evalConfigSchema);
    const { evaluateRun } = await import("../core/run/lifecycle.ts");
    const runPath = await findCompletedRun(
      globals.runs,
      given ?? "latest",
      loaded,
    );
    return await runAndReport(
      command,
      { loaded, globals, json },
      (options) => evaluateRun(experiment, { ...options, runPath, evalConfig }),
    );
  },
});

if (import.meta.main) main(command);
