/**
 * Trainings that pause at a given step, to be resumed later.
 *
 * @module
 */

import type { PausePlace } from "../config/checkpoint_interval.ts";

/** Thrown to end a training where it should pause. */
export class Pause extends Error {
  /** The place: `500steps`, `2epochs`. */
  readonly at: string;
  readonly #isPause = true;
  /** The length of the history there, in bytes; null if the run had passed it. */
  readonly historyLength: number | null;

  /**
   * Creates the error.
   *
   * @param place Where the training should pause.
   * @param historyLength The length of the history there, in bytes; null if the run
   * had passed it.
   */
  constructor({ count, unit }: PausePlace, historyLength: number | null) {
    super(`paused after ${count} ${count === 1 ? unit.slice(0, -1) : unit}`);
    this.at = `${count}${unit}`;
    this.historyLength = historyLength;
  }

  /**
   * Says whether an error is one of these. Unlike `instanceof` it runs no code of
   * the error, which an experiment may have thrown.
   *
   * @param error What was thrown.
   * @returns Whether it is a pause.
   */
  static is(error: unknown): error is Pause {
    return typeof error === "object" && error !== null && #isPause in error;
  }
}
