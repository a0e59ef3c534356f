/**
 * The flags on how Slurm runs a sweep.
 *
 * @module
 */

import { integer, text, texts } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import {
  parseTimeLimit,
  type SlurmOptions,
} from "../core/sweep/launchers/slurm/slurm_options.ts";
import parseArgv from "string-argv";

/** Commands that read runs, and may follow a sweep. */
const FOLLOWING = ["compare", "report", "plot", "tables"];

/** The flags on how Slurm runs a sweep. */
export const slurmSchema: ConfigSchema<SlurmOptions> = new ConfigSchema({
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
      "the runs of a task of the array, as many at once as it has cpus",
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
});
