/**
 * The flags that choose where a sweep runs.
 *
 * @module
 */

import { choice, integer, text, texts } from "../core/config/fields.ts";
import { formatFlag } from "../core/config/flags.ts";
import { ConfigSchema, formatValue } from "../core/config/schema.ts";
import type { Launcher } from "../core/sweep/launchers/launcher.ts";
import { localLauncher } from "../core/sweep/launchers/local.ts";
import { slurmLauncher } from "../core/sweep/launchers/slurm/slurm_launcher.ts";
import {
  parseTimeLimit,
  type SlurmOptions,
} from "../core/sweep/launchers/slurm/slurm_options.ts";
import type { Launch } from "../core/sweep/manifest.ts";
import type { JsonObject } from "../core/utils/json.ts";
import parseArgv from "string-argv";
import { usageError } from "./_command.ts";

/** The commands for --then. */
const FOLLOWING = ["compare", "report", "plot", "tables"];

/** The flags of the Slurm launcher. */
const slurmFields = {
  partition: text({ description: "the partition" }),
  time: text({
    placeholder: "<limit>",
    rule: "a time limit such as 90, 8:00:00 or 2-12",
    allows: (limit) => !Number.isNaN(parseTimeLimit(limit)),
    description: "the time limit of a task of the array (8:00:00)",
  }),
  mem: text({
    placeholder: "<size>",
    description: "the memory of a task of the array (4G)",
  }),
  cpus: integer({
    default: 1,
    min: 1,
    description: "the processors of a task of the array",
  }),
  arrayParallelism: integer({
    default: 0,
    min: 0,
    description: "how many tasks of the array run at once; 0 for all",
  }),
  pack: integer({
    default: 1,
    min: 1,
    description:
      "how many runs a task of the array takes, as many at once as it has cpus",
  }),
  sbatchArg: texts({
    placeholder: "<flag>",
    description: "a further flag of sbatch (account=lab); repeatable",
  }),
  then: text({
    placeholder: "<'compare …'>",
    rule: `one of the commands ${FOLLOWING.join(", ")} with its flags`,
    allows: (line) => line === "" || FOLLOWING.includes(parseArgv(line)[0]!),
    description: "a command to run after the array",
  }),
};
const slurmSchema: ConfigSchema<SlurmOptions> = new ConfigSchema(slurmFields);

/** The flags that choose where a sweep runs. */
export interface LauncherFlags extends SlurmOptions {
  /** The launcher. */
  readonly launcher: "local" | "slurm";
}

/** The schema of {@linkcode LauncherFlags}. */
export const launcherSchema: ConfigSchema<LauncherFlags> = new ConfigSchema({
  launcher: choice({
    default: "local",
    choices: ["local", "slurm"],
    description: "run on this machine, or by Slurm on a cluster",
  }),
  ...slurmFields,
});

/**
 * Finds the launcher of a launch by its type.
 *
 * @param launch The content of `launch.json`.
 * @returns The launcher.
 * @throws {RangeError} If this version has no such launcher.
 */
export function findLauncher({ type, ...options }: Launch): Launcher {
  switch (type) {
    case "local":
      return localLauncher(Number(options.jobs));
    case "slurm":
      return slurmLauncher(slurmSchema.parse(options));
    default:
      throw new RangeError(
        `Cannot follow the sweep: this version of Whisker has no launcher ` +
          `"${type}"`,
      );
  }
}

/**
 * Decides how a sweep is launched.
 *
 * @param flags The values of all flags.
 * @returns The content of `launch.json`.
 * @throws {ConfigError} If a flag belongs to another launcher.
 */
export function chooseLaunch(
  { launcher: type, jobs, ...others }: LauncherFlags & {
    readonly jobs: number;
  },
): Launch {
  const options = pickSlurm(others);
  if (type === "slurm") return { type, ...options };
  const defaults = slurmSchema.parse({}) as unknown as JsonObject;
  checkIsSlurm(
    type,
    Object.keys(options).filter((key) =>
      formatValue(options[key]) !== formatValue(defaults[key])
    ),
  );
  return { type, jobs };
}

/**
 * Decides how a sweep is launched again: as before, except for the given flags.
 *
 * @param before The content of `launch.json`.
 * @param given The values of the given flags.
 * @returns Its new content.
 * @throws {ConfigError} If a flag belongs to another launcher.
 */
export function changeLaunch(before: Launch, given: JsonObject): Launch {
  const options = pickSlurm(given);
  checkIsSlurm(before.type, Object.keys(options));
  const jobs = given.jobs === undefined ? {} : { jobs: given.jobs };
  return { ...before, ...options, ...jobs };
}

function pickSlurm(values: object): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => slurmSchema.keys.includes(key)),
  );
}

function checkIsSlurm(type: string, [key]: readonly string[]): void {
  if (type === "slurm" || key === undefined) return;
  throw usageError(
    `Cannot use ${formatFlag(key)} on this machine: it belongs to ` +
      "--launcher slurm",
  );
}
