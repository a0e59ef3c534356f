/**
 * What a task of an array does at its time limit.
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
 * The signal before the time limit. Not SIGTERM, by which users end jobs that should
 * not be put back, and not SIGUSR1, at which Deno opens a port for debuggers.
 */
export const TIME_LIMIT_SIGNAL = "SIGUSR2";

/**
 * Checks whether a task of an array made progress before its time limit. Without
 * progress it is not put back, as the next time would end the same way.
 *
 * @param sweep The sweep.
 * @param ends How its runs ended.
 * @param startedAt When the task began, from `Date.now()`.
 * @returns Whether a run ended, or kept a checkpoint.
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
 * Puts a task of an array back into the queue, from within the task. Slurm ends this
 * process, and starts the task again, maybe on another machine.
 *
 * @param task The task: `12_3`.
 */
export async function requeueTask(task: string): Promise<void> {
  await askSlurm("scontrol", "requeue", task);
}
