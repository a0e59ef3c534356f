/**
 * Threads that work in the memory of one network.
 *
 * @module
 */

import { type Kernels, type Layout, TASKS } from "./instance.ts";

/** The message that starts a worker. */
export interface Assignment {
  /** The kernels. */
  readonly module: WebAssembly.Module;
  /** The memory of all threads. */
  readonly memory: WebAssembly.Memory;
  /** The size of the network. */
  readonly layout: Layout;
  /** The index of the thread. */
  readonly thread: number;
  /** The numbers that {@linkcode SLOTS} names. */
  readonly control: Int32Array<SharedArrayBuffer>;
}

/** The positions of the numbers that tell threads what to do. */
export const SLOTS = {
  /** The number of tasks so far. */
  round: 0,
  /** The current task. */
  task: 1,
  /** Its argument. */
  argument: 2,
  /** The number of workers that have done it. */
  done: 3,
} as const;

/** Checks before a thread sleeps: waking up takes microseconds more. */
const N_CHECKS = 2000;

/**
 * Waits until a number differs from a value.
 *
 * @param control The numbers.
 * @param slot The position of the number.
 * @param value The value.
 * @param timeout The longest time to wait, in milliseconds.
 * @returns Whether it differs.
 */
export function waitForChange(
  control: Int32Array<SharedArrayBuffer>,
  slot: number,
  value: number,
  timeout?: number,
): boolean {
  for (let i = 0; i < N_CHECKS; i++) {
    if (Atomics.load(control, slot) !== value) return true;
  }
  return Atomics.wait(control, slot, value, timeout) !== "timed-out";
}

/** The fewest rows × weights for a second thread; one takes about a millisecond. */
const MIN_WORK = 4e6;
/** The fewest rows for each thread. */
const MIN_ROWS = 64;

/**
 * Chooses the number of threads.
 *
 * @param wanted The number asked for; 0 to choose it by the size of a step.
 * @param batchSize The number of rows of a step.
 * @param nWeights The number of weights.
 * @returns The number of threads.
 */
export function chooseThreads(
  wanted: number,
  batchSize: number,
  nWeights: number,
): number {
  if (wanted > 0) return wanted;
  if (batchSize * nWeights < MIN_WORK) return 1;
  const count = Math.min(navigator.hardwareConcurrency, batchSize / MIN_ROWS);
  // Three threads are as slow as two, as there are four groups of rows.
  return count >= 4 ? 4 : count > 1 ? 2 : 1;
}

const WORKER = new URL("./worker.ts", import.meta.url);

/** Checks for the permission that starting a worker needs: to read its file. */
function canStartWorkers(): boolean {
  if (WORKER.protocol !== "file:") return true;
  const { state } = Deno.permissions.querySync({ name: "read", path: WORKER });
  return state === "granted";
}

/**
 * Threads that share tasks. The calling thread is the first; it works alone until
 * the others have started. Results do not depend on the number of threads.
 */
export class Team implements Disposable {
  readonly #kernels: Kernels;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * 4));
  readonly #workers: Worker[] = [];
  /** The number of workers that take part. */
  #nHelping = 0;
  #lastUse = 0;
  /** Settles when all workers have started; at once if none can be started. */
  readonly ready: Promise<void>;

  /**
   * Starts the workers.
   *
   * @param kernels The instance of the first thread.
   * @param common What all threads share.
   */
  constructor(
    kernels: Kernels,
    common: Pick<Assignment, "module" | "memory" | "layout">,
  ) {
    this.#kernels = kernels;
    const { nThreads } = common.layout;
    const control = this.#control;
    for (let thread = 1; thread < nThreads && canStartWorkers(); thread++) {
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

  /** The number of threads, the first included. */
  get size(): number {
    return 1 + this.#workers.length;
  }

  /** Lets the workers take part. */
  #begin(): void {
    this.#nHelping = this.#workers.length;
    this.#kernels.share(1 + this.#nHelping);
    // Each thread has its own copy of the biases in use.
    this.work(TASKS.use, this.#lastUse);
  }

  /**
   * Does a task on all threads, and returns when it is done.
   *
   * @param task The number of the task.
   * @param argument Its argument.
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

  /** Stops the workers; the first thread continues alone. */
  [Symbol.dispose](): void {
    this.#workers.splice(0).forEach((worker) => worker.terminate());
    this.#nHelping = 0;
    this.#kernels.share(1);
  }
}
