/**
 * The progress of runs for a list: steps, the latest loss, rate and time left.
 *
 * @module
 */

import { readMeasure } from "../../core/store/history.ts";
import { readRunInfo, type RunInfo } from "../../core/store/run_info.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import type { StoredRun } from "../database/run_database.ts";
import { readLastLine } from "./last_line.ts";
import {
  estimateSecondsLeft,
  readStep,
  readTotal,
  STEP_FIELDS,
  StepRate,
} from "./progress.ts";

/** The progress of a run. */
export interface RunProgress {
  /** The last line of its history; null if it has none. */
  readonly last: JsonObject | null;
  /** Steps per second; null unless it is running. */
  readonly stepsPerSecond: number | null;
  /** Seconds until it ends at this rate; null unless it is running. */
  readonly secondsLeft: number | null;
  /** The number of steps of the whole training; null if unknown. */
  readonly nSteps: number | null;
}

/** Reads the progress of runs, and measures the rates of those that are running. */
export class ProgressReader {
  readonly #rates = new Map<string, StepRate>();
  readonly #planned = new Map<string, NonNullable<RunInfo["planned"]>>();

  /**
   * Reads the progress of runs.
   *
   * @param runs The runs.
   * @param now The present, in milliseconds of the epoch.
   * @returns The progress of each; rates are those of the last half minute, or since
   * the start of the run if that is all that was seen.
   */
  readAll(
    runs: readonly StoredRun[],
    now: number,
  ): ReadonlyMap<StoredRun, RunProgress> {
    return new Map(runs.map((run) => [run, this.#read(run, now)]));
  }

  #read({ path, status, info }: StoredRun, now: number): RunProgress {
    const last = readLastLine(path);
    const step = last && readStep(last);
    if (status !== "running" || !last || step === null) {
      return { last, stepsPerSecond: null, secondsLeft: null, nSteps: null };
    }
    const rate = this.#rates.getOrInsertComputed(
      path,
      () => new StepRate(info.resumed ? undefined : Date.parse(info.startedAt)),
    );
    rate.see(step, now);
    const stepsPerSecond = rate.compute(now);
    const nSteps = readTotal(this.#readPlan(path), last);
    const secondsLeft = estimateSecondsLeft(step, nSteps, stepsPerSecond);
    return { last, stepsPerSecond, secondsLeft, nSteps };
  }

  #readPlan(path: string): Pick<RunInfo, "planned"> {
    const known = this.#planned.get(path);
    if (known) return { planned: known };
    try {
      const { planned } = readRunInfo(path);
      if (planned) this.#planned.set(path, planned);
      return planned ? { planned } : {};
    } catch {
      return {}; // The list of runs reports what cannot be read.
    }
  }
}

/**
 * Finds the measure of a line that tells most about a training: a loss, or else the
 * first one.
 *
 * @param line A line of a history.
 * @returns Its name and value; undefined if there is none.
 */
export function findMainMeasure(
  line: JsonObject,
): readonly [name: string, value: number] | undefined {
  const measures = Object.entries(line).flatMap(([name, field]) => {
    const value = readMeasure(field);
    return value === undefined || STEP_FIELDS.includes(name)
      ? []
      : [[name, value] as const];
  });
  return measures.find(([name]) => /loss/i.test(name)) ?? measures[0];
}
