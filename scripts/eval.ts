/**
 * `deno task eval`: evaluates a trained run.
 *
 * @module
 */

import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { evaluateRun } from "../core/run/evaluation.ts";
import { type Command, defineCommand, findNamedRun, main } from "./_command.ts";
import {
  environmentSchema,
  experimentFlag,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";
import { RUN_NOTE } from "./_runs.ts";

const evalSchema = new ConfigSchema({ experiment: experimentFlag });

const command: Command = defineCommand({
  name: "eval",
  summary: "Evaluate a trained run.",
  usage: ["[RUN] [flags]"],
  notes: [`${RUN_NOTE} [default: the latest completed run].`],
  examples: [
    "deno task eval",
    "deno task eval 3f9a --n-steps 5,50 --n-samples 10000",
  ],
  maxPositionals: 1,
  flags: {
    "This evaluation": evalSchema,
    Environment: environmentSchema,
  },
  hasJson: true,
  writesRuns: true,
  load: (args, isHelp) =>
    loadExperiment(args, { isHelp, run: { completed: true } }),
  listMoreFlags: ({ experiment: { name, evalConfigSchema } }) =>
    evalConfigSchema.keys.length > 0
      ? { [`What to measure of ${name}`]: evalConfigSchema }
      : {},
  async run({ flags, json, positionals, parsed, args, loaded }) {
    const { experiment, title, isGiven, sourceKeeper } = loaded;
    const { experiment: _, ...others } = flags;
    const globals = { ...globalConfigSchema.defaults, ...others };
    const evalConfig = parsed.resolve(experiment.evalConfigSchema);
    const runPath = findNamedRun(globals.runs, positionals[0] ?? "latest", {
      completed: true,
      ...(isGiven ? { experiment: experiment.name } : {}),
    });
    return await runAndReport(
      command,
      { title, json, quiet: globals.quiet },
      (options) =>
        evaluateRun(experiment, {
          ...options,
          globals,
          runPath,
          evalConfig,
          keepSource: sourceKeeper(globals),
          command: command.name,
          args,
        }),
    );
  },
});

if (import.meta.main) main(command);
