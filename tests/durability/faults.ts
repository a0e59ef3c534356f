/**
 * Proof by faults: each file operation of a training fails in turn. However
 * that ends, the run says so, and nothing that was kept is lost.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { resumeRun, trainRun } from "../../core/conduct.ts";
import { listRuns } from "../../core/utils/find_run.ts";
import { hasBegun, readRunInfo } from "../../core/utils/run_directory.ts";
import { RunDatabase } from "../../results/database.ts";
import { tempFolder } from "../_helpers.ts";
import { type Operation, recordOperations } from "./_recording.ts";
import { type Left, leftBy } from "./_work.ts";
import { type CutExperiment, type Fsync, optionsFor } from "./power.ts";

/** What came of the faults. */
export interface FaultTally {
  /** Operations that failed, each in a training of its own. */
  faults: number;
  /** Trainings that never became a run. */
  before: number;
  /** Trainings that failed, and were resumed to the same end. */
  resumed: number;
  /** Trainings that were completed all the same. */
  completed: number;
}

/** The operations with which a run ends. */
const LAST = 12;

/** Which operations fail: one alone, or from some on all that force to disk. */
type Fault = (operation: Operation, index: number) => boolean;

/**
 * Lets each file operation of a training fail once, and from each on all that
 * force something to the disk.
 *
 * @param what The experiment.
 * @param fsync How much is forced to the disk.
 * @param every Which operations: each how-manyth, and the last ones.
 * @returns What came of it.
 * @throws {AssertionError} If a run does not say how it ended, or what it
 * leaves is not what it should be.
 */
export async function injectFaults(
  what: CutExperiment,
  fsync: Fsync,
  every = 1,
): Promise<FaultTally> {
  const tally: FaultTally = { faults: 0, before: 0, resumed: 0, completed: 0 };
  const { nOperations, left: expected } = await train(what, fsync, () => false);
  for (let k = 0; k < nOperations; k++) {
    if (k % every !== 0 && k < nOperations - LAST) continue;
    const faults: Fault[] = [
      (_operation, index) => index === k,
      (operation, index) => operation === "sync" && index >= k,
    ];
    for (const fault of faults) {
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
  let nOperations = 0;
  const before = (operation: Operation, path: string) => {
    if (fault(operation, nOperations++)) {
      throw new Error(`Input/output error (os error 5): ${operation} ${path}`);
    }
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
  if (outcome instanceof Error) {
    assert(outcome.message.includes("os error 5"));
    if (run) assertEquals(readRunInfo(run.path).status, "failed");
    return { nOperations, status: "none", left: { ...expected! } };
  }
  const { status } = readRunInfo(run!.path);
  assertEquals(status, outcome.status);
  if (status === "failed") {
    assert(String(outcome.error).includes("os error 5"), `${outcome.error}`);
    const resumed = await resumeRun(experiment, {
      ...options,
      runPath: run!.path,
    });
    assertEquals([resumed.status, resumed.error], ["completed", undefined]);
  } else assertEquals(status, "completed");
  const left = leftBy(run!.path);
  if (expected) assertEquals(left, expected);
  return { nOperations, status, left };
}
