/**
 * Proof by faults: each file operation of a training fails in turn, or is the
 * last one before the process is gone. However that ends, the run says so, and
 * nothing that was kept is lost.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { resumeRun, trainRun } from "../../core/run/lifecycle.ts";
import type { RunOutcome } from "../../core/run/session.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { hasBegun } from "../../core/store/run_directory.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { tempFolder } from "../../testing/helpers.ts";
import { type Operation, recordOperations, TornWrite } from "./_recording.ts";
import { type Left, leftBy } from "./_work.ts";
import { type CutExperiment, type Fsync, optionsFor } from "./power.ts";

/** What came of the faults. */
export interface FaultTally {
  /** Operations that failed, each in a training of its own. */
  faults: number;
  /** Trainings that never became a run. */
  before: number;
  /** Trainings that failed or died, and were resumed to the same end. */
  resumed: number;
  /** Trainings that were completed all the same. */
  completed: number;
}

/** The operations with which a run ends. */
const LAST = 12;

/** What goes wrong at an operation: nothing, it fails, or it is half done. */
type Fault = (operation: Operation, index: number) => Error | null;

const ioError = () => new Error("Input/output error (os error 5)");

/** What goes wrong from the k-th operation on. */
const FAULTS = {
  /** The operation fails; all others work. */
  once: (k: number): Fault => (_, index) => index === k ? ioError() : null,
  /** From here on nothing can be forced to the disk. */
  syncs: (k: number): Fault => (operation, index) =>
    operation === "sync" && index >= k ? ioError() : null,
  /** From here on nothing is done: the process has been killed. */
  killed: (k: number): Fault => (_, index) => index >= k ? ioError() : null,
  /** The same, in the middle of a write. */
  torn: (k: number): Fault => (operation, index) =>
    index === k && operation === "write"
      ? new TornWrite()
      : index >= k
      ? ioError()
      : null,
};

/**
 * Lets something go wrong at each file operation of a training.
 *
 * @param what The experiment.
 * @param fsync How much is forced to the disk.
 * @param kinds What goes wrong.
 * @param every At which operations: each how-manyth, and the last ones.
 * @returns What came of it.
 * @throws {AssertionError} If a run does not say how it ended, or what it
 * leaves is not what it should be.
 */
export async function injectFaults(
  what: CutExperiment,
  fsync: Fsync,
  kinds: readonly (keyof typeof FAULTS)[],
  every = 1,
): Promise<FaultTally> {
  const tally: FaultTally = { faults: 0, before: 0, resumed: 0, completed: 0 };
  const undisturbed = await train(what, fsync, () => null);
  assertEquals(undisturbed.status, "completed");
  const { nOperations, left: expected } = undisturbed;
  for (let k = 0; k < nOperations; k++) {
    if (k % every !== 0 && k < nOperations - LAST) continue;
    for (const kind of kinds) {
      const fault = FAULTS[kind](k);
      const { status } = await train(what, fsync, fault, expected);
      tally.faults++;
      if (status === "none") tally.before++;
      else if (status === "completed") tally.completed++;
      else tally.resumed++;
    }
  }
  return tally;
}

async function train(
  { experiment, config }: CutExperiment,
  fsync: Fsync,
  fault: Fault,
  expected?: Left,
): Promise<{ nOperations: number; status: string; left: Left }> {
  using folder = tempFolder();
  const runs = `${folder.path}/runs`;
  const options = optionsFor(runs, fsync);
  let nOperations = 0, isKilled = false;
  const before = (operation: Operation, path: string) => {
    const error = fault(operation, nOperations++);
    if (!error) return;
    error.message += `: ${operation} ${path}`;
    isKilled ||= fault("mkdir", Infinity) !== null;
    throw error;
  };
  const outcome = await recordOperations(
    folder.path,
    { before },
    () =>
      trainRun(experiment, {
        ...options,
        config: experiment.configSchema.parse(config),
      }).catch((error: Error) => error),
  );
  const database = new RunDatabase(runs);
  assertEquals(database.problems, []);
  const [run] = listRuns(runs).filter(({ path }) => hasBegun(path));
  const isFailure = outcome instanceof Error;
  if (!run || isFailure && !isKilled) {
    assert(isFailure);
    if (run) assertEquals(readRunInfo(run.path).status, "failed");
    return { nOperations, status: "none", left: { ...expected! } };
  }
  const { status } = readRunInfo(run.path);
  if (!isKilled) assertEquals(status, (outcome as RunOutcome).status);
  else assert(status === "completed" || status === "running");
  if (status !== "completed") {
    const resumed = await resumeRun(experiment, {
      ...options,
      runPath: run.path,
    });
    assertEquals([resumed.status, resumed.error], ["completed", undefined]);
  }
  const left = leftBy(run.path);
  if (expected) assertEquals(left, expected);
  return { nOperations, status, left };
}
