/**
 * Threads that work in the memory of one network.
 *
 * @module
 */

import { type Kernels, type Layout, TASKS } from "./instance.ts";

/** What a worker is sent. */
export interface Assignment {
  /** The kernels. */
  readonly module: WebAssembly.Module;
  /** The memory of all threads. */
  readonly memory: WebAssembly.Memory;
  /** What each allocates. */
  readonly layout: Layout;
  /** Which thread it is. */
  readonly thread: number;
  /** What {@linkcode SLOTS} names. */
  readonly control: Int32Array<SharedArrayBuffer>;
}

/** The numbers by which threads know what to do. */
export const SLOTS = {
  /** How many tasks there have been. */
  round: 0,
  /** The task. */
  task: 1,
  /** Its argument. */
  argument: 2,
  /** How many workers have done it. */
  done: 3,
} as const;

/** Waiting in turns of the loop takes microseconds less than sleeping. */
const N_TURNS = 2000;

/**
 * Waits until a number is no longer what it was.
 *
 * @param control The numbers.
 * @param slot Which of them.
 * @param value What it was.
 * @param timeout After how many milliseconds to stop waiting.
 * @returns Whether it has changed.
 */
export function waitForChange(
  control: Int32Array<SharedArrayBuffer>,
  slot: number,
  value: number,
  timeout?: number,
): boolean {
  for (let turn = 0; turn < N_TURNS; turn++) {
    if (Atomics.load(control, slot) !== value) return true;
  }
  return Atomics.wait(control, slot, value, timeout) !== "timed-out";
}

/** Rows × weights of a step from which a second thread pays: about a millisecond. */
const MIN_WORK = 4e6;
/** Rows that one thread takes at least. */
const MIN_ROWS = 64;

/**
 * Chooses how many threads train.
 *
 * @param wanted How many are asked for; 0 for as many as pay.
 * @param batchSize The number of rows of a step.
 * @param nWeights The number of weights.
 * @returns How many.
 */
export function chooseThreads(
  wanted: number,
  batchSize: number,
  nWeights: number,
): number {
  if (wanted > 0) return wanted;
  if (batchSize * nWeights < MIN_WORK) return 1;
  const count = Math.min(navigator.hardwareConcurrency, batchSize / MIN_ROWS);
  // Four groups of rows: a third thread would not be done sooner than two.
  return count >= 4 ? 4 : count > 1 ? 2 : 1;
}

const WORKER = new URL("./worker.ts", import.meta.url);

/** Whether a worker may be started: that takes the right to read its file. */
function mayStart(): boolean {
  if (WORKER.protocol !== "file:") return true;
  const { state } = Deno.permissions.querySync({ name: "read", path: WORKER });
  return state === "granted";
}

/**
 * Threads that share tasks. The first is the one that gives them; it works alone
 * until the others have started. What comes out does not depend on how many work.
 */
export class Team implements Disposable {
  readonly #kernels: Kernels;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * 4));
  readonly #workers: Worker[] = [];
  /** How many workers take part. */
  #nHelping = 0;
  #lastUse = 0;
  /** Settles when all threads work, or when it is known that they cannot. */
  readonly ready: Promise<void>;

  /**
   * Starts the workers.
   *
   * @param kernels The instance of the first thread.
   * @param common What all threads have.
   */
  constructor(
    kernels: Kernels,
    common: Pick<Assignment, "module" | "memory" | "layout">,
  ) {
    this.#kernels = kernels;
    const { nThreads } = common.layout;
    const control = this.#control;
    for (let thread = 1; thread < nThreads && mayStart(); thread++) {
      const worker = new Worker(WORKER.href, { type: "module" });
      worker.postMessage({ ...common, thread, control } satisfies Assignment);
      this.#workers.push(worker);
    }
    const started = this.#workers.map((worker) =>
      new Promise((resolve) =>
        worker.addEventListener("message", resolve, { once: true })
      )
    );
    this.ready = Promise.all(started).then(() => this.#begin());
  }

  /** How many threads there are, the first included. */
  get size(): number {
    return 1 + this.#workers.length;
  }

  /** Lets the workers take part. */
  #begin(): void {
    this.#nHelping = this.#workers.length;
    this.#kernels.share(1 + this.#nHelping);
    // What each thread keeps of the weights in use.
    this.work(TASKS.use, this.#lastUse);
  }

  /**
   * Does a task, and returns when it is done.
   *
   * @param task Its number.
   * @param argument What it depends on.
   */
  work(task: number, argument = 0): void {
    if (task === TASKS.use) this.#lastUse = argument;
    if (this.#nHelping === 0) return this.#kernels.work(task, argument);
    const control = this.#control;
    control[SLOTS.task] = task;
    control[SLOTS.argument] = argument;
    Atomics.store(control, SLOTS.done, 0);
    Atomics.add(control, SLOTS.round, 1);
    Atomics.notify(control, SLOTS.round);
    this.#kernels.work(task, argument);
    for (let done = 0; done < this.#nHelping;) {
      waitForChange(control, SLOTS.done, done);
      done = Atomics.load(control, SLOTS.done);
    }
  }

  /** Stops the workers; the first thread goes on alone. */
  [Symbol.dispose](): void {
    this.#workers.splice(0).forEach((worker) => worker.terminate());
    this.#nHelping = 0;
    this.#kernels.share(1);
  }
}
