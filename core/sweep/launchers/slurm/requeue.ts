/**
 * What a task of an array does when its time is over.
 *
 * @module
 */

import { CHECKPOINT_FILE } from "../../../store/checkpoint.ts";
import { readRunInfo } from "../../../store/run_info.ts";
import { exists } from "../../../utils/exists.ts";
import type { ClaimEnd } from "../../claims.ts";
import type { Sweep } from "../../manifest.ts";
import { askSlurm } from "./_jobs.ts";

/**
 * The signal that comes before the time limit. SIGTERM means that somebody ended
 * the job, who does not want it back; at SIGUSR1 Deno opens a port for debuggers.
 */
export const TIME_LIMIT_SIGNAL = "SIGUSR2";

/**
 * Whether a task of an array that ran out of time is to be put back: not if
 * it has come no further than when it began, as it would not the next time.
 *
 * @param sweep The sweep.
 * @param ends How its runs ended.
 * @param startedAt When the task began, as `Date.now()` gives it.
 * @returns Whether something is kept of what was done.
 */
export function hasProgressed(
  { runs }: Sweep,
  ends: readonly ClaimEnd[],
  startedAt: number,
): boolean {
  return ends.some(({ status, runId }) => {
    if (status === "completed" || status === "failed") return true;
    const path = `${runs}/${runId}`;
    if (runId === null || !exists(`${path}/run.json`)) return false;
    if (exists(`${path}/${CHECKPOINT_FILE}`)) return true;
    // Its training ended, and an evaluation was cut short.
    const { finishedAt, status: trained } = readRunInfo(path);
    return trained === "completed" && Date.parse(finishedAt!) >= startedAt;
  });
}

/**
 * Puts a task of an array back into the queue, from within it: it starts again,
 * maybe on another machine, and this process is ended.
 *
 * @param task The task: `12_3`.
 */
export async function requeueTask(task: string): Promise<void> {
  await askSlurm("scontrol", "requeue", task);
}
