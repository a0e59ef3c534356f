/**
 * When a run keeps a checkpoint, what is in it, and how its state is restored.
 *
 * @module
 */

import {
  type CheckpointInterval,
  parseInterval,
  type PausePlace,
} from "../config/checkpoint_interval.ts";
import {
  checkState,
  type State,
  writeCheckpoint,
} from "../store/checkpoint.ts";
import type { History } from "../store/history.ts";
import type { Run } from "./run.ts";
import { isJsonObject, type JsonObject } from "../utils/json.ts";
import { Pause } from "./pause.ts";

/** Something that can be resumed: a random stream, a meter, … */
export interface Resumable {
  /** All that it needs to be resumed, bit for bit. */
  readonly state: unknown;
  /** Restores the state. */
  restore(state: never): void;
}

/**
 * The state of a training by name: whatever has `state` and `restore`, and plain
 * objects of numbers, texts, lists and typed arrays.
 */
export type ResumableParts = Readonly<Record<string, Resumable | object>>;

/** After what a checkpoint may be due. */
export type CheckpointPlace = "step" | "epoch";

/** What {@linkcode Checkpoints} is made with. */
export interface CheckpointsOptions {
  /** The run. */
  readonly run: Run;
  /** The run's history, to which a checkpoint refers. */
  readonly history: History;
  /** What Whisker itself keeps of every run. */
  readonly own: ResumableParts;
  /** The checkpoint from which the run is resumed, or null. */
  readonly restored: JsonObject | null;
  /** Where the run pauses. */
  readonly pauseAt?: PausePlace | undefined;
}

/** The checkpoints of one run. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #interval: CheckpointInterval | null;
  #parts: ResumableParts | null = null;
  /** The number of steps and epochs, including those before the run was resumed. */
  readonly #ended = { steps: 0, epochs: 0 };
  /** How many of the interval's unit since the last checkpoint. */
  #count = 0;
  #lastAt = performance.now();

  /**
   * Prepares checkpoints; call {@linkcode Checkpoints.register} next.
   *
   * @param options Where to keep them, how often, and which one to restore.
   */
  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#interval = parseInterval(options.run.globals.checkpointEvery) ?? null;
  }

  /** Whether the experiment has registered its state. */
  get isUsed(): boolean {
    return this.#parts !== null;
  }

  /**
   * Whether the experiment repeats what it did before the checkpoint: there is one,
   * and the experiment has not asked for it yet.
   */
  get isReplaying(): boolean {
    return this.#options.restored !== null && !this.isUsed;
  }

  /**
   * Takes the state of the training, and restores it if there is a checkpoint.
   *
   * @param parts The state by name.
   * @returns Whether there was a checkpoint.
   * @throws {TypeError} If it was called before, or a part cannot be saved.
   * @throws {RangeError} If the checkpoint is of other parts.
   * @throws {Pause} If the run is where it pauses, or past it.
   */
  register(parts: ResumableParts): boolean {
    if (this.#parts) {
      throw new TypeError(
        "run.resumable() was called twice: pass all state in one call",
      );
    }
    // Fail now, not when the first checkpoint is due.
    checkState(collectStates(parts));
    this.#parts = parts;
    const { own, restored } = this.#options;
    if (!restored) return false;
    restore(own, restored.own);
    restore(parts, restored.parts);
    Object.assign(this.#ended, restored.ended);
    this.throwIfPaused();
    return true;
  }

  /**
   * Counts what has ended, and says whether a checkpoint is due.
   *
   * @param place What has just ended.
   * @returns Whether it is.
   */
  isDue(place: CheckpointPlace): boolean {
    if (!this.isUsed) {
      throw new TypeError(
        "Cannot keep a checkpoint: call run.resumable() with the state of the " +
          "training first, before the loop",
      );
    }
    this.#ended[`${place}s`]++;
    if (this.#isPaused) return true;
    if (!this.#interval) return false;
    const { unit, count } = this.#interval;
    if (unit === "seconds") {
      return performance.now() - this.#lastAt >= count * 1000;
    }
    if (unit === `${place}s`) this.#count++;
    return this.#count >= count;
  }

  get #isPaused(): boolean {
    const { pauseAt } = this.#options;
    return pauseAt !== undefined && this.#ended[pauseAt.unit] >= pauseAt.count;
  }

  /**
   * Ends the training if it should pause now; called after a checkpoint is kept.
   *
   * @throws {Pause} If it should.
   */
  throwIfPaused(): void {
    const { pauseAt, history } = this.#options;
    if (!pauseAt || !this.#isPaused) return;
    const isThere = this.#ended[pauseAt.unit] === pauseAt.count;
    throw new Pause(pauseAt, isThere ? history.length : null);
  }

  /** Keeps a checkpoint: the history up to now first, then all parts. */
  async save(): Promise<void> {
    const { run: { path, isDurable }, history, own } = this.#options;
    if (isDurable) history.sync();
    await writeCheckpoint(path, {
      historyLength: history.length,
      ended: this.#ended,
      own: collectStates(own),
      parts: collectStates(this.#parts ?? {}),
    }, { isDurable });
    this.#count = 0;
    this.#lastAt = performance.now();
  }
}

function isResumable(part: object): part is Resumable {
  return "state" in part && "restore" in part;
}

function collectStates(
  parts: ResumableParts,
): { readonly [key: string]: State } {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      (isResumable(part) ? part.state : part) as State,
    ]),
  );
}

function restore(parts: ResumableParts, states: unknown): void {
  const saved = isJsonObject(states) ? states : {};
  const names = (object: object) => Object.keys(object).sort().join(", ");
  if (names(parts) !== names(saved)) {
    throw new RangeError(
      `Cannot resume from the checkpoint: the code has the state ${
        names(parts)
      }, and the checkpoint ${names(saved)}`,
    );
  }
  for (const [name, part] of Object.entries(parts)) {
    const state = saved[name];
    if (isResumable(part)) part.restore(state as never);
    else if (!refill(part, state)) {
      throw new RangeError(
        `Cannot resume from the checkpoint: ${name} has another type or ` +
          "length there",
      );
    }
  }
}

/**
 * Gives an object, list or array of numbers what it had; it stays the same, since
 * the experiment may hold it. Says whether it could.
 */
function refill(part: object, state: unknown): boolean {
  if (ArrayBuffer.isView(part)) {
    const into = part as Float64Array, from = state as Float64Array;
    const isAlike = ArrayBuffer.isView(state) &&
      into.constructor === from.constructor && into.length === from.length;
    if (isAlike) into.set(from);
    return isAlike;
  }
  if (Array.isArray(part)) {
    if (!Array.isArray(state)) return false;
    part.splice(0, part.length, ...state);
    return true;
  }
  if (!isJsonObject(state)) return false;
  const fields = part as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    if (!Object.hasOwn(state, key)) delete fields[key];
  }
  for (const [key, value] of Object.entries(state)) {
    const own = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (ArrayBuffer.isView(own) && refill(own, value)) continue;
    Object.defineProperty(fields, key, {
      value,
      ...{ writable: true, enumerable: true, configurable: true },
    });
  }
  return true;
}
