/**
 * What claiming and status cost in a sweep of many runs. Trainings are left out:
 * each task ends as soon as it is taken.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { assertEquals } from "@std/assert";
import { Claims, writeEnd } from "../../core/sweep/claims.ts";
import { planList } from "../../core/sweep/plan.ts";
import { describeTasks } from "../../core/sweep/summary.ts";
import { work } from "../../core/sweep/worker.ts";
import { makeSweep } from "../../testing/sweeps.ts";

/** What a sweep of many runs takes, in seconds of this process's processor. */
export interface ManyCosts {
  /** A claim, while few runs have been taken. */
  readonly firstClaim: number;
  /** A claim, when most have been taken. */
  readonly lastClaim: number;
  /** What a process that is new to the sweep takes to see how it stands. */
  readonly status: number;
}

/** At the beginning and at the end, the mean of so many claims is taken. */
const PARTS = 10;

/**
 * Takes all tasks of a sweep, one after the other.
 *
 * @param folder An empty directory for the runs.
 * @param nRuns How many runs the sweep has; a multiple of ten.
 * @returns What it took.
 */
export async function claimMany(
  folder: string,
  nRuns: number,
): Promise<ManyCosts> {
  const rows = Array.from(
    { length: nRuns / 5 },
    (_, rate) => ({ seed: 0, rate }),
  );
  const seeds = [1, 2, 3, 4, 5];
  const sweep = await makeSweep(folder, { rows, seeds });
  const plan = planList(sweep);
  const part = nRuns / PARTS;
  const times: number[] = [readSeconds()];
  let nDone = 0;
  await work(sweep, plan, {
    jobs: 1,
    run(claim) {
      writeEnd(claim.path, { status: "completed", runId: null, seconds: 1 });
      if (++nDone % part === 0) times.push(readSeconds());
      return Promise.resolve();
    },
  });
  const took = (index: number) =>
    (times.at(index)! - times.at(index - 1)!) / part;
  const before = readSeconds();
  const outcomes = new Claims(sweep.path).read();
  const states = describeTasks(await plan.tasks(outcomes), outcomes);
  const status = readSeconds() - before;
  assertEquals(
    states.filter(({ status }) => status === "completed").length,
    nRuns,
  );
  return { firstClaim: took(1), lastClaim: took(-1), status };
}

/** How long the processor has worked for this process. */
function readSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
