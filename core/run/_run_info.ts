import type { Experiment } from "../experiment.ts";
import {
  type Environment,
  readStatus,
  type RunInfo,
} from "../store/run_info.ts";
import type { RunFacts } from "./run.ts";
import { findExperimentFile } from "./experiment_file.ts";

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
