/**
 * `deno task eval`: evaluates a trained run.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import type { StoredRun } from "../results/database/run_database.ts";
import {
  type Command,
  defineCommand,
  main,
  outputSchema,
  usageError,
} from "./_command.ts";
import {
  environmentSchema,
  experimentFlag,
  findCompletedRun,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";
import { RUN_NOTE, selectionFields } from "./_runs.ts";

const evalSchema = new ConfigSchema({
  experiment: experimentFlag,
  where: selectionFields.where,
});

const command: Command = defineCommand({
  name: "eval",
  summary: "Evaluate a trained run, or many.",
  usage: ["[RUN] [flags]", "--where KEY=VALUE [flags]"],
  notes: [
    `${RUN_NOTE} [default: the latest completed run].`,
    "--where evaluates all completed runs that match, except for what the " +
    "present code has measured already.",
  ],
  examples: [
    "deno task eval",
    "deno task eval 3f9a --n-steps 5,50 --n-samples 10000",
    "deno task eval --where dataset=moons --where status=completed --n-steps 5",
  ],
  maxPositionals: 1,
  flags: {
    "This evaluation": evalSchema,
    Environment: environmentSchema,
    Output: outputSchema,
  },
  writesRuns: true,
  async load(isHelp) {
    if (isHelp) return loadExperiment(isHelp, { completed: true });
    const { where, runs } = findConditions();
    if (where.length === 0) {
      return loadExperiment(isHelp, { completed: true });
    }
    const { selectCompletedRuns } = await import("./_evaluate_many.ts");
    const [{ id }] = selectCompletedRuns(runs, where) as [StoredRun];
    return loadExperiment(isHelp, { run: id });
  },
  explainFlags: ({ flagsNote }) => flagsNote,
  listMoreFlags: ({ experiment: { name, evalConfigSchema } }) =>
    evalConfigSchema.keys.length > 0
      ? { [`What to measure of ${name}`]: evalConfigSchema }
      : {},
  async run({ flags, positionals: [given], parsed, loaded }) {
    const { experiment: _, where, json, ...others } = flags;
    const globals = { ...globalConfigSchema.defaults, ...others };
    const { experiment } = loaded;
    const evalConfig = parsed.resolve(experiment.evalConfigSchema);
    if (where.length > 0) {
      const { evaluateMany, selectCompletedRuns } = await import(
        "./_evaluate_many.ts"
      );
      if (given) {
        throw usageError(
          `Cannot use --where with "${given}": name one of them`,
        );
      }
      const runIds = selectCompletedRuns(globals.runs, where)
        .map(({ id }) => id);
      return await evaluateMany({ loaded, globals, evalConfig, runIds });
    }
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

/** The conditions of the command line, before its flags can be parsed. */
function findConditions(): {
  readonly where: readonly string[];
  readonly runs: string;
} {
  const { where, runs } = parseArgs(Deno.args, {
    string: ["where", "runs", "_"],
    collect: ["where"],
  });
  return { where, runs: runs || "runs" };
}

if (import.meta.main) main(command);
