/**
 * Runs a sweep on a cluster: one job array, whose tasks take what is left to run
 * by themselves. Nothing of Whisker stays behind where it was submitted. What is
 * done is read from disk; Slurm is asked only what waits and runs, by the
 * script of the job, because a controller that was killed may have lost its number.
 *
 * @module
 */

import { describeError } from "../../../utils/describe_error.ts";
import { Claims } from "../../claims.ts";
import { readEarlierRuns } from "../../earlier.ts";
import type { Sweep } from "../../manifest.ts";
import { growsWhileRunning } from "../../plan.ts";
import type { Plan } from "../../types.ts";
import { isOpen, readTasks } from "../../worker.ts";
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
 * Makes the launcher of Slurm.
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
        print("It takes what is left to run, so nothing was submitted.");
        return false;
      }
      const nMissing = await countMissing(sweep, plan);
      if (nMissing === 0) return true;
      // It waits for a job that is gone.
      await cancelJobs(alive);
      await submit(sweep, { options, nMissing, print });
      return false;
    },
    async describe(sweep, nWaiting) {
      let jobs: readonly Job[];
      try {
        jobs = await findJobs(sweep);
      } catch (error) {
        // What the runs tell holds nevertheless.
        return [describeError(error).message];
      }
      const isLeft = nWaiting > 0 && jobs.every(({ isOver }) => isOver);
      return [
        ...summarizeJobs(sweep, jobs),
        ...(isLeft
          ? [
            "Slurm has no job of this sweep in its queue: deno task sweep " +
            `resume ${sweep.manifest.name} submits what is missing`,
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

/** How many runs would start now. */
async function countMissing(sweep: Sweep, plan: Plan): Promise<number> {
  const { tasks, outcomes } = await readTasks(sweep, plan, {
    claims: new Claims(sweep.path),
    earlier: readEarlierRuns(sweep),
  });
  return tasks.filter(({ key }) => {
    const outcome = outcomes.get(key);
    return isOpen(outcome) && outcome?.status !== "running";
  }).length;
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
  // What later runs there will be depends on these: all tasks stay for them.
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

/** What Slurm has where its configuration says nothing. */
const USUAL_ARRAY_SIZE = 1001;

async function readMaxArraySize(): Promise<number> {
  const config = await askSlurm("scontrol", "show", "config");
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(config) ?? [];
  // It is one more than the highest index.
  return Math.max(1, Number(size ?? USUAL_ARRAY_SIZE) - 1);
}
