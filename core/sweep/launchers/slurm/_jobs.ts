/**
 * What Slurm knows of a sweep: jobs that wait, run, or ended a short while ago.
 *
 * @module
 */

import { basename, dirname } from "@std/path";
import type { Sweep } from "../../manifest.ts";
import { THEN_SCRIPT, thenName } from "./_scripts.ts";

/** One task of an array, or another job, as squeue has it. */
export interface Job {
  /** The number of the job, which the tasks of an array share. */
  readonly id: string;
  /** `RUNNING`, `PENDING`, `COMPLETED`. */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
  /** Whether it neither runs nor waits. */
  readonly isOver: boolean;
  /** Whether it follows the array. */
  readonly isThen: boolean;
}

/** The number, state and reason, and the script, whose path may have any sign. */
const FIELDS = "%i|%T|%r|%o", LINE = /^(\d+)[^|]*\|([^|]*)\|([^|]*)\|(.*)$/gm;

const OVER = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL"],
  ...["OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"],
]);

/** Finds the jobs of a sweep; those that ended minutes ago are forgotten. */
export async function findJobs(sweep: Sweep): Promise<Job[]> {
  const names = `--name=${sweep.manifest.name},${thenName(sweep)}`;
  const printed = await askSlurm(
    "squeue",
    ...["--me", "--noheader", "--states=all", "--array", names],
    `--format=${FIELDS}`,
  );
  const folder = Deno.realPathSync(sweep.path);
  return [...printed.matchAll(LINE)]
    .filter(([, , , , script]) => isIn(script!, folder))
    .map(([, id, state, reason, script]) => ({
      ...{ id: id!, state: state!, reason: reason! },
      isOver: OVER.has(state!),
      isThen: basename(script!) === THEN_SCRIPT,
    }));
}

/** Whether a script is one of this sweep, not of another with the same name. */
function isIn(script: string, folder: string): boolean {
  try {
    return dirname(Deno.realPathSync(script)) === folder;
  } catch {
    return false;
  }
}

/** A line for each job: `job 12: 3 running, 5 waiting (Resources)`. */
export function summarizeJobs(sweep: Sweep, jobs: readonly Job[]): string[] {
  return [...Map.groupBy(jobs, ({ id }) => id)].map(([id, tasks]) => {
    const states = Map.groupBy(
      tasks,
      ({ state, reason }) =>
        state === "PENDING"
          ? `waiting (${reason})`
          : state.toLowerCase().replaceAll("_", " "),
    );
    const counts = [...states].map(([state, { length }]) =>
      `${length} ${state}`
    );
    const what = tasks[0]!.isThen ? ` after ${sweep.manifest.name}` : "";
    return `job ${id}${what}: ${counts.join(", ")}`;
  });
}

/**
 * Cancels jobs.
 *
 * @param jobs The jobs.
 * @param flags Which of their tasks to cancel: `--state=PENDING`.
 */
export async function cancelJobs(
  jobs: readonly Job[],
  ...flags: string[]
): Promise<void> {
  const ids = new Set(jobs.map(({ id }) => id));
  if (ids.size > 0) await askSlurm("scancel", ...flags, ...ids);
}

/**
 * Runs one of Slurm's commands.
 *
 * @returns What it printed.
 * @throws {Error} If it fails, or is not there.
 */
export async function askSlurm(
  command: string,
  ...args: string[]
): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args, stdin: "null" }).output();
  } catch (cause) {
    throw new Error(
      `Cannot run ${command}: is this a machine from which jobs can be ` +
        "submitted to Slurm?",
      { cause },
    );
  }
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const said = decoder.decode(output.stderr).trim();
  throw new Error(`Slurm refused: ${said || `${command} failed`}`);
}
