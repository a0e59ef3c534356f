/**
 * The batch scripts for sbatch.
 *
 * @module
 */

import parseArgv from "string-argv";
import { quote } from "../../../utils/quote.ts";
import type { Sweep } from "../../manifest.ts";
import { listGrants, SOURCE_FOLDER, WORK_PROGRAM } from "../../process.ts";
import { TIME_LIMIT_SIGNAL } from "./requeue.ts";
import { parseTimeLimit, type SlurmOptions } from "./slurm_options.ts";

/** Enough for a checkpoint; the signal may come up to a minute early. */
const NOTICE_SECONDS = 120;

/**
 * The number of a task of an array, in the shell. Not SLURM_JOB_ID, which for one
 * of the tasks is the number of the whole array.
 */
const TASK_ID = '"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"';

/** The folder for the output of tasks, in that of a sweep. */
export const OUTPUT_FOLDER = "slurm";

/** The scripts' names in the folder of a sweep. */
export const ARRAY_SCRIPT = "batch.sh", THEN_SCRIPT = "then.sh";

/**
 * Writes the script of the array.
 *
 * @param sweep The sweep.
 * @param options How Slurm is to run it.
 * @param size The number of tasks of the array, and of runs for each.
 * @returns The script.
 */
export function formatArrayScript(
  sweep: Sweep,
  options: SlurmOptions,
  { nTasks, maxRuns }: { readonly nTasks: number; readonly maxRuns: number },
): string {
  const { cpus, pack, arrayParallelism, time } = options;
  const { manifest: { name }, path, runs } = sweep;
  const limit = arrayParallelism > 0 ? `%${arrayParallelism}` : "";
  const notice = Math.min(NOTICE_SECONDS, parseTimeLimit(time) / 4);
  const program = `${path}/${SOURCE_FOLDER}/${WORK_PROGRAM}`;
  const args = [runs, name, Math.min(cpus, pack), maxRuns].map(String);
  const words = [
    ...["deno", "run", "--quiet", "--no-prompt", "--config=deno.json"],
    ...["-P=sweep", ...listGrants(sweep), program, ...args],
  ];
  return formatScript(options, {
    about:
      `The tasks of the sweep ${name}, written by Whisker. Each takes runs ` +
      "that are left,\n# so this can be submitted again at any time.",
    directives: {
      "job-name": name,
      array: `0-${nTasks - 1}${limit}`,
      "cpus-per-task": cpus,
      // Jobs of failed nodes are put back too.
      requeue: null,
      signal: `B:${TIME_LIMIT_SIGNAL.slice(3)}@${Math.floor(notice)}`,
      output: `${escapePath(path)}/${OUTPUT_FOLDER}/%A_%a.txt`,
    },
    // With exec, Deno gets the signals, not a shell.
    command: `exec ${words.map(quote).join(" ")} ${TASK_ID}`,
  });
}

/**
 * Writes the script of the command after the array.
 *
 * @param sweep The sweep.
 * @param options How Slurm is to run it, and what to run.
 * @param jobId The job of the array.
 * @returns The script.
 */
export function formatThenScript(
  sweep: Sweep,
  options: SlurmOptions,
  jobId: string,
): string {
  const words = ["deno", "task", "--quiet", ...parseArgv(options.then)];
  return formatScript(options, {
    about: `Follows the sweep ${sweep.manifest.name}, written by Whisker.`,
    directives: {
      "job-name": thenName(sweep),
      // Also if some runs failed: the comparison shows how many there are.
      dependency: `afterany:${jobId}`,
      output: `${escapePath(sweep.path)}/${OUTPUT_FOLDER}/then.txt`,
    },
    command: `exec ${words.map(quote).join(" ")}`,
  });
}

/** Names the job that follows the array. */
export function thenName({ manifest: { name } }: Sweep): string {
  return `${name}.then`;
}

interface ScriptParts {
  readonly about: string;
  readonly directives: Readonly<Record<string, string | number | null>>;
  readonly command: string;
}

function formatScript(
  { partition, time, mem, sbatchArg }: SlurmOptions,
  { about, directives, command }: ScriptParts,
): string {
  const given = Object.entries({ partition, time, mem })
    .filter(([, value]) => value !== "");
  const flags = [...Object.entries(directives), ...given].map(([name, value]) =>
    value === null ? `--${name}` : `--${name}=${value}`
  );
  // The user's own flags come last, so they take precedence.
  const own = sbatchArg.map((arg) => arg.startsWith("-") ? arg : `--${arg}`);
  const lines = [...flags, "--open-mode=append", ...own]
    .map((flag) => `#SBATCH ${quoteDirective(flag)}`);
  return ["#!/bin/sh", `# ${about}`, ...lines, "", command, ""].join("\n");
}

/** Escapes `%`, which begins a placeholder in file names of sbatch. */
function escapePath(path: string): string {
  return path.replaceAll("%", "%%");
}

function quoteDirective(flag: string): string {
  return /^[\w.,:=%@/+-]+$/.test(flag)
    ? flag
    : `"${flag.replaceAll(/["\\]/g, "\\$&")}"`;
}
