import type { Experiment } from "../experiment.ts";
import {
  type Environment,
  readStatus,
  type RunInfo,
} from "../store/run_info.ts";
import type { RunFacts } from "./run.ts";

/** A path that means the same in a shell, and leads to nowhere above. */
const PLAIN_PATH = /^\w(?!.*\.\.)[\w./-]{0,200}$/;

/**
 * Finds the file of a run's experiment.
 *
 * @param info What `run.json` says; older runs have it in their command line.
 * @returns The file's path within the project; null for an experiment of
 * Whisker's own, and where the path is not plain: what a run says of itself is
 * no part of a command that one copies.
 */
export function findExperimentFile(
  { experimentFile, args }: RunInfo,
): string | null {
  const { groups } = /(^|\0)--experiment[=\0](?<file>[^\0]+)/.exec(
    args.join("\0"),
  ) ?? {};
  const file = experimentFile ?? groups?.file ?? "";
  return PLAIN_PATH.test(file) ? file : null;
}

/** Refuses a run of another experiment, and says which one it is of. */
export function checkExperiment(
  { name }: Experiment,
  info: RunInfo,
  action: string,
): void {
  const { runId, experiment } = info;
  if (experiment === name) return;
  const file = findExperimentFile(info) ?? "FILE";
  throw new RangeError(
    `Cannot ${action} run ${runId} as ${name}: it is of experiment ` +
      `${experiment}, which --experiment ${file} chooses`,
  );
}

/** Refuses a run that is not completed, and says how it is resumed. */
export function checkCompleted(
  runPath: string,
  info: RunInfo,
  action: string,
): void {
  if (info.status === "completed") return;
  throw new RangeError(
    `Cannot ${action} run ${info.runId}: it must be completed, and is ` +
      `${readStatus(runPath, info)}; deno task train --resume ${info.runId} ` +
      "resumes it",
  );
}

/** Adds what a run reports to what is known of its environment. */
export function addFacts<T extends Environment>(
  session: T,
  facts: RunFacts,
): T {
  const versions = { ...session.versions, ...facts.versions };
  return { ...session, ...facts, versions };
}
