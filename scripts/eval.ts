/**
 * `deno task eval`: measures an already trained run.
 *
 * @module
 */

import { parseFlags } from "../core/config/flags.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { evaluateRun } from "../core/run/lifecycle.ts";
import { findRun } from "../core/store/find_run.ts";
import type { Problem } from "../core/store/run_file.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  jsonFlag,
  main,
  orUsageError,
} from "./_command.ts";
import {
  beginSource,
  experimentFlag,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";
import { reportProblems } from "./_runs.ts";

const evalSchema = new ConfigSchema({
  experiment: experimentFlag,
  json: jsonFlag,
});

const command: Command = {
  name: "eval",
  reads: ".",
  writes: "./runs",
  writesRuns: true,
  async help(args) {
    const { name, evalConfigSchema } = await loadExperiment(args);
    const settings = evalConfigSchema.keys.length > 0
      ? [{ title: `What to measure of ${name}`, schema: evalConfigSchema }]
      : [];
    return {
      summary: "Measure an already trained run.",
      usage:
        "deno task eval [RUN] [flags], where RUN is the run's id, a part " +
        "of it,\n       its path, or latest [default: the latest completed]",
      groups: [
        ...settings,
        { title: "This evaluation", schema: evalSchema },
        { title: "Environment", schema: globalConfigSchema },
      ],
      examples: [
        "deno task eval",
        "deno task eval 3f9a --n-steps 5,50 --n-samples 10000",
      ],
    };
  },
  async run(args) {
    const sourceOf = beginSource(args);
    const experiment = await loadExperiment(args);
    const { evalConfigSchema } = experiment;
    const flags = parseFlags(args, [
      evalConfigSchema,
      evalSchema,
      globalConfigSchema,
      commonSchema,
    ]);
    checkPositionals(flags.positionals, 1);
    const { json } = flags.resolve(evalSchema);
    const globals = flags.resolve(globalConfigSchema);
    const evalConfig = flags.resolve(evalConfigSchema);
    const { name } = experiment;
    const [wanted = "latest"] = flags.positionals;
    const problems: Problem[] = [];
    const runPath = orUsageError(() =>
      findRun(globals.runs, wanted, {
        completed: true,
        experiment: name,
        problems,
      })
    );
    reportProblems(problems);
    const report = { name, json, quiet: globals.quiet };
    return await runAndReport(
      command,
      report,
      (options) =>
        evaluateRun(experiment, {
          ...options,
          globals,
          runPath,
          evalConfig,
          keepSource: sourceOf(globals),
          command: command.name,
          args,
        }),
    );
  },
};

if (import.meta.main) main(command);
