/**
 * How far a run has come, how fast it goes on, and how long it will take.
 *
 * @module
 */

import { readMeasure } from "../../core/store/history.ts";
import type { RunInfo } from "../../core/store/run_info.ts";
import type { JsonObject } from "../../core/utils/json.ts";

/** The fields of a history that count steps, the first one that there is. */
export const STEP_FIELDS: readonly string[] = ["step", "epoch"];

/** The rate is that of so many seconds. */
const WINDOW_SECONDS = 30;

const MILLISECONDS_PER_SECOND = 1000;

/**
 * Reads the number of steps done from a line of a history.
 *
 * @param line The line, usually the last.
 * @returns The number of steps, or of epochs where it has no steps; null where
 * it has neither.
 */
export function readStep(line: JsonObject): number | null {
  const field = findStepField(line);
  return field === undefined ? null : readMeasure(line[field])!;
}

/** The units of `run.progress`, by the field of a history that counts them. */
const UNITS: Readonly<Record<string, string>> = {
  step: "steps",
  epoch: "epochs",
};

/**
 * Finds how many steps a training has, as it said itself by `run.progress`.
 *
 * @param info What `run.json` says.
 * @param line A line of its history, usually the last.
 * @returns The number of steps, or of epochs where it has no steps; null if
 * unknown.
 */
export function readTotal(
  { planned }: Pick<RunInfo, "planned">,
  line: JsonObject,
): number | null {
  const field = findStepField(line);
  if (!field || !planned || planned.unit !== UNITS[field]) return null;
  return planned.total;
}

/**
 * Finds the field of a line that counts steps.
 *
 * @param line The line.
 * @returns `step`, or `epoch` where there are no steps; undefined without either.
 */
export function findStepField(line: JsonObject): string | undefined {
  return STEP_FIELDS.find((field) => Number.isFinite(readMeasure(line[field])));
}

/** What was seen of a run at one moment. */
interface Sighting {
  readonly at: number;
  readonly step: number;
}

/** How fast a run goes on, from its steps as they are seen. */
export class StepRate {
  readonly #sightings: Sighting[] = [];

  /**
   * Begins with the start of the run, whose mean rate counts until its steps have
   * been seen for a while.
   *
   * @param startedAt When the first step began, in milliseconds of the epoch;
   * left out where that is unknown, as of a resumed run.
   */
  constructor(startedAt?: number) {
    if (startedAt !== undefined) {
      this.#sightings.push({ at: startedAt, step: 0 });
    }
  }

  /**
   * Adds what is seen now.
   *
   * @param step The number of steps done.
   * @param now The time, in milliseconds of the epoch.
   */
  see(step: number, now: number): void {
    const sightings = this.#sightings;
    const last = sightings.at(-1);
    // A resume has cut it back, or the clock was set back.
    if (last && (step < last.step || now < last.at)) sightings.length = 0;
    sightings.push({ at: now, step });
    // One is kept that is older than the window.
    const begin = now - WINDOW_SECONDS * MILLISECONDS_PER_SECOND;
    while (sightings.length > 2 && sightings[1]!.at <= begin) sightings.shift();
  }

  /**
   * Computes the rate.
   *
   * @param now The time, in milliseconds of the epoch: a run that stands still
   * becomes slower.
   * @returns Steps per second; null where too little was seen.
   */
  compute(now: number): number | null {
    const [first] = this.#sightings, last = this.#sightings.at(-1);
    if (!first || !last || first === last) return null;
    const seconds = (now - first.at) / MILLISECONDS_PER_SECOND;
    return seconds > 0 ? (last.step - first.step) / seconds : null;
  }
}

/**
 * Estimates how long a run will still take.
 *
 * @param step The number of steps done; null if unknown.
 * @param nSteps The number of steps of the whole training; null if unknown.
 * @param stepsPerSecond How fast it goes on; null if unknown.
 * @returns The number of seconds; null if it cannot be known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { estimateSecondsLeft } from "./progress.ts";
 *
 * assertEquals(estimateSecondsLeft(200, 1000, 40), 20);
 * assertEquals(estimateSecondsLeft(200, null, 40), null);
 * ```
 */
export function estimateSecondsLeft(
  step: number | null,
  nSteps: number | null,
  stepsPerSecond: number | null,
): number | null {
  if (step === null || nSteps === null || !stepsPerSecond) return null;
  return Math.max(0, nSteps - step) / stepsPerSecond;
}
