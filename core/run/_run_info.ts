import type { GlobalConfig } from "../config/global_config.ts";
import type { Experiment } from "../experiment.ts";
import type { RunFacts } from "./run.ts";
import { describeError } from "../utils/describe_error.ts";
import {
  type Environment,
  readStatus,
  type RunInfo,
  type RunStatus,
} from "../store/run_info.ts";

/**
 * What `run.json` says of a run that goes on: what it began with stays, what it
 * rests on now is noted.
 */
export function resumedInfo(
  { error: _, ...info }: RunInfo,
  here: Environment,
): RunInfo {
  const session = { at: new Date().toISOString(), ...here };
  return {
    ...info,
    status: "running",
    finishedAt: null,
    seconds: null,
    resumed: [...info.resumed ?? [], session],
  };
}

/** Environment, and what was told of them since. */
export function withFacts<T extends Environment>(
  session: T,
  facts: RunFacts,
): T {
  const versions = { ...session.versions, ...facts.versions };
  return { ...session, ...facts, versions };
}

/** What a run tells of itself belongs to the session that it is in. */
export function withRunFacts(info: RunInfo, facts: RunFacts): RunInfo {
  const { resumed = [] } = info;
  const last = resumed.at(-1);
  if (!last) return withFacts(info, facts);
  return {
    ...info,
    resumed: [...resumed.slice(0, -1), withFacts(last, facts)],
  };
}

/** How and when something ended. */
export function describeEnding(status: RunStatus, error?: unknown) {
  const finishedAt = new Date().toISOString();
  const why = status === "failed" ? { error: describeError(error) } : {};
  return { status, finishedAt, ...why };
}

/** What a run keeps of how it is carried out, to go on in the same way. */
export function pickSettings(
  { engine, onNonfinite, checkpointEvery, fsync }: GlobalConfig,
) {
  return { engine, onNonfinite, checkpointEvery, fsync };
}

/** A path that means the same in a shell, and leads to nowhere above. */
const PLAIN_PATH = /^\w(?!.*\.\.)[\w./-]{0,200}$/;

/**
 * The file of the experiment that a run is of, as its command line had it.
 *
 * @param info What `run.json` says.
 * @returns The file's path within the project; `FILE` where that is not plain,
 * as what a run says of itself is no part of a command that one copies.
 */
export function experimentFileOf({ args }: RunInfo): string {
  const { groups } = /(^|\0)--experiment[=\0](?<file>[^\0]+)/.exec(
    args.join("\0"),
  ) ?? {};
  return PLAIN_PATH.test(groups?.file ?? "") ? groups!.file! : "FILE";
}

/** Refuses a run of another experiment, and says which one it is of. */
export function checkExperiment(
  { name }: Experiment,
  info: RunInfo,
  what: string,
): void {
  const { runId, experiment } = info;
  if (experiment === name) return;
  throw new RangeError(
    `Cannot ${what} run ${runId} as ${name}: it is of experiment ` +
      experiment +
      (experiment === "diffusion"
        ? ""
        : `, so add --experiment ${experimentFileOf(info)}`),
  );
}

/** Refuses a run that is not completed, and says how it goes on. */
export function checkCompleted(
  runPath: string,
  info: RunInfo,
  what: string,
): void {
  if (info.status === "completed") return;
  throw new RangeError(
    `Cannot ${what} run ${info.runId} as it must be completed: current ` +
      `status is ${readStatus(runPath, info)}; deno task train --resume ` +
      `${info.runId} goes on with it`,
  );
}
