/**
 * How a run is carried out: nothing that its result depends on.
 *
 * @module
 */

import type { PausePlace } from "../config/checkpoint_interval.ts";
import type { GlobalConfig } from "../config/global_config.ts";
import type { SourceInfo, SweepMark } from "../store/run_info.ts";
import type { ResultRecord } from "../utils/results.ts";
import type { Run } from "./run.ts";

/** How far a run has come. */
export interface Progress {
  /** How much is done, in the unit of `total`. */
  readonly done: number;
  /** How much there is to do. */
  readonly total: number;
  /** What is counted: `steps`, for example; then their rate is shown too. */
  readonly unit?: string;
  /** Values worth seeing meanwhile: the loss, for example. */
  readonly values?: Readonly<Record<string, number>>;
}

/** How a run is carried out: nothing that its result depends on. */
export interface RunOptions {
  /** Where things lie and how they run; the defaults, if it is left out. */
  readonly globals?: GlobalConfig;
  /** The experiment's file within the project, unless it is Whisker's own. */
  readonly experimentFile?: string | null;
  /** The command, as `run.json` keeps it. */
  readonly command?: string;
  /** The command's arguments. */
  readonly args?: readonly string[];
  /** The user's tags. */
  readonly tags?: readonly string[];
  /** The user's note. */
  readonly note?: string;
  /** Keeps the source that runs; called when there is to be a run. */
  readonly keepSource?: () => Promise<SourceInfo>;
  /** Where a training pauses: it is then interrupted, with a checkpoint. */
  readonly pauseAt?: PausePlace | undefined;
  /** The sweep that the run belongs to. */
  readonly sweep?: SweepMark;
  /** Called when the run has a directory, before it has begun. */
  readonly onCreate?: (runPath: string) => void;
  /** Prints a record; `console.log` by default. */
  readonly print?: ((record: ResultRecord) => void) | undefined;
  /** Called with each warning; `console.warn` by default. */
  readonly warn?: (warning: string) => void;
  /** Called when the run has begun. */
  readonly onStart?: (run: Run) => void;
  /** Called with how far the run has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Interrupts the run when it is aborted. A training that keeps checkpoints has a
   * few seconds to keep one more; everything else stops at once.
   */
  readonly signal?: AbortSignal | undefined;
  /** After the signal: stops waiting for a checkpoint. */
  readonly forceSignal?: AbortSignal;
  /**
   * Fails the run when it is aborted, with its reason: an error that was thrown
   * outside of the experiment's own promise, in a timer for example. The status is
   * written before `abort()` returns.
   */
  readonly failure?: AbortSignal;
}
