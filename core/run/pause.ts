/**
 * Trainings that pause at a given step, to be resumed later.
 *
 * @module
 */

import type { PausePlace } from "../config/checkpoint_interval.ts";

/** Ends a training at the place where it was asked to pause. */
export class Pause extends Error {
  /** The place: `500steps`, `2epochs`. */
  readonly at: string;
  readonly #isPause = true;
  /** How many bytes the history has there; null if the run was past it already. */
  readonly historyLength: number | null;

  /**
   * Makes what is thrown after the checkpoint has been kept.
   *
   * @param place Where the training was asked to pause.
   * @param historyLength How many bytes the history has there; null if the run
   * was past it already.
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
