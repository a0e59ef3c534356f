/**
 * The jobs of a sweep in Slurm that wait, run, or ended recently.
 *
 * @module
 */

import { basename, dirname } from "@std/path";
import type { Sweep } from "../../manifest.ts";
import { THEN_SCRIPT, thenName } from "./_scripts.ts";

/** A task of an array, or another job, from squeue. */
export interface Job {
  /** The number of the job, which the tasks of an array share. */
  readonly id: string;
  /** `RUNNING`, `PENDING`, `COMPLETED`. */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
  /** Whether it has ended. */
  readonly isOver: boolean;
  /** Whether it follows the array. */
  readonly isThen: boolean;
}

/** The number, state and reason, and last the script, whose path may contain `|`. */
const FIELDS = "%i|%T|%r|%o", LINE = /^(\d+)[^|]*\|([^|]*)\|([^|]*)\|(.*)$/gm;

const OVER = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL"],
  ...["OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"],
]);

/** Finds the jobs of a sweep; Slurm forgets jobs minutes after they end. */
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

/** Checks that a script belongs to this sweep, not to another with the same name. */
function isIn(script: string, folder: string): boolean {
  try {
    return dirname(Deno.realPathSync(script)) === folder;
  } catch {
    return false;
  }
}

/** Formats a line for each job: `job 12: 3 running, 5 waiting (Resources)`. */
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
 * @param flags Flags of scancel that select tasks: `--state=PENDING`.
 */
export async function cancelJobs(
  jobs: readonly Job[],
  ...flags: string[]
): Promise<void> {
  const ids = new Set(jobs.map(({ id }) => id));
  if (ids.size > 0) await askSlurm("scancel", ...flags, ...ids);
}

/** What Slurm's commands print where there is no controller, or none answers. */
const UNREACHABLE =
  /DNS SRV|configuration source|Unable to contact|Unable to establish|Connection (?:refused|timed out)/i;

/**
 * Runs one of Slurm's commands.
 *
 * @returns What it printed.
 * @throws {Error} If it fails, or is not installed.
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
  if (UNREACHABLE.test(said)) {
    throw new Error(
      `${command} cannot reach a Slurm controller: is this a machine from which ` +
        "jobs can be submitted, and is Slurm running?",
    );
  }
  throw new Error(`Slurm refused: ${said || `${command} failed`}`);
}
