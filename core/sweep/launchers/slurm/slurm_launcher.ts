/**
 * Runs a sweep on a cluster as a job array, whose tasks take runs by themselves. No
 * process stays on the login node. Results are read from disk. Slurm is asked only
 * which jobs wait and run; they are found by their scripts, as a controller that was
 * killed may have lost their numbers.
 *
 * @module
 */

import { describeError } from "../../../utils/describe_error.ts";
import { Claims } from "../../claims.ts";
import { readEarlierRuns } from "../../earlier.ts";
import type { Sweep } from "../../manifest.ts";
import { growsWhileRunning } from "../../plan.ts";
import type { Plan } from "../../types.ts";
import { findStatus } from "../../summary.ts";
import { readTasks } from "../../worker.ts";
import type { Launcher } from "../launcher.ts";
import {
  askSlurm,
  cancelJobs,
  findJobs,
  type Job,
  summarizeJobs,
} from "./_jobs.ts";
import {
  ARRAY_SCRIPT,
  formatArrayScript,
  formatThenScript,
  OUTPUT_FOLDER,
  THEN_SCRIPT,
} from "./_scripts.ts";
import type { SlurmOptions } from "./slurm_options.ts";

/**
 * Creates the launcher for Slurm.
 *
 * @param options How Slurm is to run the sweep.
 * @returns The launcher.
 */
export function slurmLauncher(options: SlurmOptions): Launcher {
  return {
    async launch(sweep, plan, { print = () => {} }) {
      const alive = (await findJobs(sweep)).filter(({ isOver }) => !isOver);
      if (alive.some(({ isThen }) => !isThen)) {
        for (const line of summarizeJobs(sweep, alive)) print(line);
        print("Nothing was submitted: this job runs what is missing.");
        return false;
      }
      const nMissing = await countMissing(sweep, plan);
      if (nMissing === 0) return true;
      // A job that waits for an array that is gone.
      await cancelJobs(alive);
      await submit(sweep, { options, nMissing, print });
      return false;
    },
    async describe(sweep, nWaiting) {
      let jobs: readonly Job[];
      try {
        jobs = await findJobs(sweep);
      } catch (error) {
        // The status of the runs is right even so.
        return [describeError(error).message];
      }
      const isLeft = nWaiting > 0 && jobs.every(({ isOver }) => isOver);
      return [
        ...summarizeJobs(sweep, jobs),
        ...(isLeft
          ? [
            "No job of this sweep is in the queue: deno task sweep resume " +
            `${sweep.manifest.name} submits what is missing`,
          ]
          : []),
      ];
    },
    async cancel(sweep) {
      const jobs = await findJobs(sweep);
      await cancelJobs(jobs.filter(({ isOver }) => !isOver), "--state=PENDING");
    },
  };
}

/** Counts the tasks that could start now. */
async function countMissing(sweep: Sweep, plan: Plan): Promise<number> {
  const { tasks, outcomes } = await readTasks(sweep, plan, {
    claims: new Claims(sweep.path),
    earlier: readEarlierRuns(sweep),
  });
  return tasks.filter(({ key }) => findStatus(outcomes.get(key)) === "waiting")
    .length;
}

interface Submission {
  readonly options: SlurmOptions;
  readonly nMissing: number;
  readonly print: (line: string) => void;
}

async function submit(
  sweep: Sweep,
  { options, nMissing, print }: Submission,
): Promise<void> {
  const { path } = sweep;
  const { pack, arrayParallelism, then } = options;
  // Results may add runs, so all tasks of the array stay until the end.
  const grows = growsWhileRunning(sweep);
  const nWanted = grows && arrayParallelism > 0
    ? arrayParallelism
    : Math.ceil(nMissing / pack);
  const nTasks = Math.min(nWanted, await readMaxArraySize());
  const maxRuns = grows
    ? Infinity
    : Math.max(pack, Math.ceil(nMissing / nTasks));
  Deno.mkdirSync(`${path}/${OUTPUT_FOLDER}`, { recursive: true });
  const send = async (file: string, script: string) => {
    Deno.writeTextFileSync(`${path}/${file}`, script);
    const printed = await askSlurm("sbatch", "--parsable", `${path}/${file}`);
    return printed.trim().split(";")[0]!;
  };
  const script = formatArrayScript(sweep, options, { nTasks, maxRuns });
  const id = await send(ARRAY_SCRIPT, script);
  const tasks = nTasks === 1 ? "1 task" : `an array of ${nTasks} tasks`;
  print(`Submitted job ${id}: ${tasks}`);
  if (then === "") return;
  const thenScript = formatThenScript(sweep, options, id);
  const thenId = await send(THEN_SCRIPT, thenScript);
  print(
    `Submitted job ${thenId}: ${then}, into ${path}/${OUTPUT_FOLDER}/then.txt`,
  );
}

/** Slurm's default. */
const DEFAULT_ARRAY_SIZE = 1001;

async function readMaxArraySize(): Promise<number> {
  const config = await askSlurm("scontrol", "show", "config");
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(config) ?? [];
  // It is one more than the highest index.
  return Math.max(1, Number(size ?? DEFAULT_ARRAY_SIZE) - 1);
}
