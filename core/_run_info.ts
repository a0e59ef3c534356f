import type { GlobalConfig } from "./config/global_config.ts";
import type { RunFacts } from "./run.ts";
import type {
  RunInfo,
  RunStatus,
  Surroundings,
} from "./utils/run_directory.ts";

/**
 * What `run.json` says of a run that goes on: what it began with stays, what it
 * rests on now is noted.
 */
export function againInfo(
  { error: _, ...info }: RunInfo,
  here: Surroundings,
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

/** Surroundings, and what was told of them since. */
export function described<T extends Surroundings>(
  session: T,
  facts: RunFacts,
): T {
  const versions = { ...session.versions, ...facts.versions };
  return { ...session, ...facts, versions };
}

/** What a run tells of itself belongs to the session that it is in. */
export function describedRun(info: RunInfo, facts: RunFacts): RunInfo {
  const { resumed = [] } = info;
  const last = resumed.at(-1);
  if (!last) return described(info, facts);
  return {
    ...info,
    resumed: [...resumed.slice(0, -1), described(last, facts)],
  };
}

/** How and when something ended. */
export function endingOf(status: RunStatus, error?: unknown) {
  const finishedAt = new Date().toISOString();
  const why = error === undefined ? {} : { error: describeError(error) };
  return { status, finishedAt, ...why };
}

/** An error as files keep it. */
export function describeError(
  error: unknown,
): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}

/** What a run keeps of how it is carried out, to go on in the same way. */
export function settingsOf(
  { engine, onNonfinite, checkpointEvery, fsync }: GlobalConfig,
) {
  return { engine, onNonfinite, checkpointEvery, fsync };
}
