/**
 * `deno task train`: trains one configuration and keeps it as a run directory.
 *
 * @module
 */

import { text, texts } from "../core/config/fields.ts";
import { flagOf, type ParsedFlags, parseFlags } from "../core/config/flags.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import {
  ConfigSchema,
  type ConfigSource,
  readConfigSource,
} from "../core/config/schema.ts";
import type { Experiment } from "../core/experiment.ts";
import { resumeRun, trainRun } from "../core/run/lifecycle.ts";
import { findRun } from "../core/store/find_run.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import { basename, dirname } from "@std/path";
import {
  checkPositionals,
  type Command,
  commonSchema,
  jsonFlag,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import {
  beginSource,
  experimentFlag,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";

const trainSchema = new ConfigSchema({
  config: text({
    default: "",
    placeholder: "<file.json>",
    description: "values to use instead of the defaults; flags prevail",
  }),
  experiment: experimentFlag,
  resume: text({
    default: "",
    placeholder: "<run>",
    description: "go on with this run from its last checkpoint",
  }),
  tag: texts({ default: [], description: "a tag of the run; may be repeated" }),
  note: text({ default: "", description: "a note that the run keeps" }),
  json: jsonFlag,
});

const command: Command = {
  name: "train",
  reads: ".",
  writes: "./runs",
  writesRuns: true,
  async help(args) {
    const { name, configSchema } = await loadExperiment(args);
    return {
      summary: "Train one configuration and keep it as a run directory.",
      usage: "deno task train [flags]\n" +
        "       deno task train --resume RUN, where RUN is the run's id, a " +
        "part of it,\n       its path, or latest: the latest that is not completed",
      groups: [
        { title: `Configuration of ${name}`, schema: configSchema },
        { title: "This run", schema: trainSchema },
        { title: "Environment", schema: globalConfigSchema },
      ],
      examples: [
        "deno task train --dataset faithful --n-epochs 20 --seed 7",
        "deno task train --config runs/RUN/config.json --tag again",
        "deno task train --experiment examples/least_squares.ts",
        "deno task train --resume latest",
      ],
    };
  },
  async run(args) {
    const sourceOf = beginSource(args);
    const experiment = await loadExperiment(args);
    const { configSchema } = experiment;
    const flags = parseFlags(args, [
      configSchema,
      trainSchema,
      globalConfigSchema,
      commonSchema,
    ]);
    checkPositionals(flags.positionals, 0);
    const own = flags.resolve(trainSchema);
    const globals = flags.resolve(globalConfigSchema);
    const { name } = experiment;
    const { json, tag: tags, note } = own;
    const { quiet } = globals;
    const keepSource = sourceOf(globals);
    if (own.resume !== "") {
      checkResume(flags, experiment);
      const asked = Object.keys(flags.sourceFor(globalConfigSchema).values);
      const given = Object.fromEntries(
        Object.entries(globals).filter(([key]) => asked.includes(key)),
      );
      const runPath = orUsageError(() =>
        findRun(globals.runs, own.resume, { unfinished: true })
      );
      return await runAndReport(
        command,
        { name, json, quiet },
        (options) =>
          resumeRun(experiment, {
            ...options,
            runPath,
            keepSource,
            // In what is not asked for, it goes on as it began.
            globals: { ...given, runs: globals.runs },
          }),
      );
    }
    const config = configSchema.resolve([
      ...(own.config === ""
        ? []
        : [orUsageError(() => readConfigOf(experiment, own.config))]),
      flags.sourceFor(configSchema),
    ]);
    const changes = configSchema.changes(config);
    const report = { name, changes, json, quiet };
    return await runAndReport(
      command,
      report,
      (options) =>
        trainRun(experiment, {
          ...options,
          config,
          globals,
          tags,
          note,
          keepSource,
          command: command.name,
          args,
        }),
    );
  },
};

/** A run that is resumed keeps what it began with. */
function checkResume(
  flags: ParsedFlags,
  { configSchema }: Experiment,
): void {
  const { experiment: _, resume: _resume, json: _json, ...kept } =
    flags.sourceFor(trainSchema).values;
  const given = { ...flags.sourceFor(configSchema).values, ...kept };
  const [key] = Object.keys(given);
  if (key === undefined) return;
  throw usageError(
    `Cannot use ${flagOf(key)} with --resume as the run keeps what it began ` +
      "with: without --resume it makes another run",
  );
}

/** A run's own configuration says nothing to another experiment. */
function readConfigOf(experiment: Experiment, path: string): ConfigSource {
  const source = readConfigSource(path);
  if (basename(path) !== "config.json") return source;
  let owner: string;
  try {
    owner = readRunInfo(dirname(path)).experiment;
  } catch {
    return source; // It is no run's.
  }
  if (owner === experiment.name) return { ...source, isWhole: true };
  throw new RangeError(
    `Cannot use ${path} for ${experiment.name} as it is of experiment ` +
      `${owner}: --experiment FILE names that one`,
  );
}

if (import.meta.main) main(command);
