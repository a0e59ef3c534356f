/**
 * `deno task train`: trains one configuration and keeps it as a run directory.
 *
 * @module
 */

import { parsePause, PAUSE_RULE } from "../core/config/checkpoint_interval.ts";
import { text, texts } from "../core/config/fields.ts";
import { formatFlag, type ParsedFlags } from "../core/config/flags.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import {
  ConfigSchema,
  type ConfigSource,
  readConfigSource,
} from "../core/config/schema.ts";
import type { Experiment } from "../core/experiment.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import {
  type Command,
  defineCommand,
  findNamedRun,
  main,
  orUsageError,
  outputSchema,
  usageError,
} from "./_command.ts";
import {
  describePosition,
  experimentFlag,
  loadExperiment,
  runAndReport,
} from "./_experiment.ts";
import { RUN_NOTE } from "./_runs.ts";

const trainSchema = new ConfigSchema({
  config: text({
    placeholder: "<file.json>",
    description: "values to use instead of the defaults; flags prevail",
  }),
  experiment: experimentFlag,
  resume: text({
    placeholder: "<run>",
    description: "continue this run from its last checkpoint",
  }),
  pauseAt: text({
    placeholder: "<place>",
    rule: PAUSE_RULE,
    allows: (place) => place === "" || parsePause(place) !== undefined,
    description: "stop with a checkpoint after this (500steps, 2epochs)",
  }),
  tag: texts({ description: "a tag of the run; repeatable" }),
  note: text({ description: "a note that the run keeps" }),
});

const command: Command = defineCommand({
  name: "train",
  summary: "Train one configuration and keep it as a run directory.",
  usage: ["[flags]", "--resume RUN [flags]"],
  notes: [`${RUN_NOTE}: the latest that is not completed.`],
  examples: [
    "deno task train --dataset faithful --n-epochs 20 --seed 7",
    "deno task train --config runs/RUN/config.json --tag again",
    "deno task train --experiment examples/least_squares.ts",
    "deno task train --resume latest",
  ],
  flags: {
    "This run": trainSchema,
    Environment: globalConfigSchema,
    Output: outputSchema,
  },
  writesRuns: true,
  load: (isHelp) =>
    loadExperiment(isHelp, { flag: "resume", unfinished: true }),
  explainFlags: ({ flagsNote }) => flagsNote,
  listMoreFlags: ({ experiment: { name, configSchema } }) => ({
    [`Configuration of ${name}`]: configSchema,
  }),
  async run({ flags, parsed, loaded }) {
    // Help does not wait for it.
    const { resumeRun, trainRun } = await import("../core/run/lifecycle.ts");
    const { experiment } = loaded;
    const { config: file, experiment: experimentFile, ...others } = flags;
    const { resume, pauseAt, tag: tags, note, json, ...globals } = others;
    const given = parsed.readSource(globalConfigSchema).values;
    const wantsCheckpoints = pauseAt !== "" || "checkpointEvery" in given &&
        globals.checkpointEvery !== "never";
    const pause = { pauseAt: parsePause(pauseAt) };
    const report = { loaded, globals, json, wantsCheckpoints };
    if (resume !== "") {
      checkResume(parsed, experiment);
      const runPath = await findNamedRun(globals.runs, resume, {
        unfinished: true,
      });
      const details = await describePosition(runPath);
      // What is not given stays as the run began.
      const resumed = { runPath, globals: { ...given, runs: globals.runs } };
      return await runAndReport(
        command,
        { ...report, details },
        (options) =>
          resumeRun(experiment, { ...options, ...resumed, ...pause }),
      );
    }
    const { configSchema } = experiment;
    const config = configSchema.resolve([
      ...(file ? [orUsageError(() => readConfigFor(experiment, file))] : []),
      parsed.readSource(configSchema),
    ]);
    const details = configSchema.formatChanges(config);
    const next = experiment.evaluate
      ? "deno task eval, then deno task compare"
      : "deno task compare";
    const run = { config, experimentFile: experimentFile || null, tags, note };
    return await runAndReport(
      command,
      { ...report, details, next },
      (options) => trainRun(experiment, { ...options, ...run, ...pause }),
    );
  },
});

/** Refuses to change what a run began with. */
function checkResume(
  parsed: ParsedFlags,
  { configSchema }: Experiment,
): void {
  const { experiment: _, resume: _resume, pauseAt: _pauseAt, ...kept } =
    parsed.readSource(trainSchema).values;
  const given = { ...parsed.readSource(configSchema).values, ...kept };
  const [flag] = Object.keys(given).map(formatFlag);
  if (flag === undefined) return;
  throw usageError(
    `Cannot use ${flag} with --resume: the run keeps what it began with; ` +
      "leave out --resume to start another run",
  );
}

const CONFIG_OF_RUN = /^(?:(.+)\/)?config\.json$/;

/** Reads a configuration; a run's own must be of the same experiment. */
function readConfigFor(experiment: Experiment, path: string): ConfigSource {
  const source = readConfigSource(path);
  const [, folder = "."] = CONFIG_OF_RUN.exec(path) ?? [];
  if (!CONFIG_OF_RUN.test(path)) return source;
  let owner: string;
  try {
    owner = readRunInfo(folder).experiment;
  } catch {
    return source; // It does not belong to a run.
  }
  if (owner === experiment.name) return { ...source, isWhole: true };
  throw new RangeError(
    `Cannot use ${path} for ${experiment.name}: it belongs to experiment ` +
      `${owner}, which --experiment FILE chooses`,
  );
}

if (import.meta.main) main(command);
