/**
 * `deno task train`: trains one configuration and keeps it as a run directory.
 *
 * @module
 */

import { text, texts } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import {
  ConfigSchema,
  type ConfigSource,
  readConfigSource,
} from "../core/config/schema.ts";
import type { Experiment } from "../core/experiment.ts";
import { trainRun } from "../core/conduct.ts";
import { readRunInfo } from "../core/utils/run_directory.ts";
import { basename, dirname } from "@std/path";
import {
  asUsage,
  checkPositionals,
  type Command,
  commonSchema,
  main,
} from "./_command.ts";
import {
  carryOut,
  experimentFlag,
  jsonFlag,
  loadExperiment,
} from "./_experiment.ts";

const trainSchema = new ConfigSchema({
  config: text({
    default: "",
    placeholder: "<file.json>",
    description: "values to use instead of the defaults; flags prevail",
  }),
  experiment: experimentFlag,
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
      usage: "deno task train [flags]",
      groups: [
        { title: `Configuration of ${name}`, schema: configSchema },
        { title: "This run", schema: trainSchema },
        { title: "Surroundings", schema: globalConfigSchema },
      ],
      examples: [
        "deno task train --dataset faithful --n-epochs 20 --seed 7",
        "deno task train --config runs/RUN/config.json --tag again",
        "deno task train --experiment examples/least_squares.ts",
      ],
    };
  },
  async run(args) {
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
    const config = configSchema.resolve([
      ...(own.config === ""
        ? []
        : [asUsage(() => readConfigOf(experiment, own.config))]),
      flags.sourceFor(configSchema),
    ]);
    const { json, tag: tags, note } = own;
    const { name } = experiment;
    const changes = configSchema.changes(config);
    const report = { name, changes, json, quiet: globals.quiet };
    return await carryOut(command, report, (options) =>
      trainRun(experiment, {
        ...options,
        config,
        globals,
        tags,
        note,
        command: command.name,
        args,
      }));
  },
};

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

if (import.meta.main) await main(command);
