import { Meter, type MeterState } from "./meters.ts";
import type { ScalarResult } from "./scalar_result.ts";

const SECONDS = "seconds";

/** A running measurement of time; it ends with its scope. */
export interface Span extends Disposable {
  /** Ends the span, unless it has ended; returns its length in seconds. */
  stop(): number;
  /** Its length in seconds so far. */
  readonly seconds: number;
}

/** What {@linkcode Timer.timed} takes and returns: any function. */
// deno-lint-ignore no-explicit-any
export type AnyFunction = (this: any, ...args: any[]) => unknown;

/**
 * Measures spans of time by the monotonic clock, and computes their mean with its
 * standard error. A span that throws counts as well.
 *
 * @example Spans
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Timer } from "whisker";
 *
 * const timer = new Timer();
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   using _span = timer.start();
 *   // … the work to be measured
 * }
 * assertEquals(timer.result().n, 3);
 * ```
 *
 * @example Functions and methods, sync or async
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Timer } from "whisker";
 *
 * const timer = new Timer();
 * const square = timer.timed((x: number) => x * x);
 * assertEquals(square(3), 9);
 *
 * class Model {
 *   @timer.timed
 *   async load() {
 *     await Promise.resolve();
 *   }
 * }
 * await new Model().load();
 * assertEquals(timer.result().n, 2);
 * ```
 */
export class Timer {
  readonly #meter = new Meter();

  /** Creates a timer without measurements. */
  constructor() {
    this.#meter.update({ [SECONDS]: [] });
  }

  /**
   * Starts a span, to be held by `using` or stopped by hand. It counts once it has
   * ended.
   *
   * @param before The seconds that the span took already, for example before a run
   * was resumed.
   */
  start(before = 0): Span {
    const startedAt = performance.now();
    let ended: number | undefined;
    const measure = () =>
      ended ?? before + (performance.now() - startedAt) / 1000;
    const stop = () => {
      if (ended === undefined) this.#meter.observe(SECONDS, ended = measure());
      return ended;
    };
    return {
      stop,
      get seconds() {
        return measure();
      },
      [Symbol.dispose]: stop as () => void,
    };
  }

  /** The state of the timer, as JSON can hold it. */
  get state(): MeterState {
    return this.#meter.state;
  }

  /**
   * Continues from a state.
   *
   * @param state What {@linkcode Timer.state} gave.
   * @throws {TypeError} If it is not such a state.
   */
  restore(state: MeterState): void {
    this.#meter.restore(state);
  }

  /**
   * Wraps a function so that each call is measured; an async call until its
   * promise settles. It is a method decorator as well.
   */
  readonly timed = <F extends AnyFunction>(
    fn: F,
    _context?: ClassMethodDecoratorContext,
  ): F => {
    const start = () => this.start();
    return function (this: unknown, ...args: unknown[]): unknown {
      using spans = new DisposableStack();
      const { stop } = spans.use(start());
      const returned = fn.apply(this, args);
      if (!(returned instanceof Promise)) return returned;
      spans.move(); // Not disposed before the promise has settled.
      return returned.finally(stop);
    } as F;
  };

  /** The mean length in seconds of the spans that have ended; NaN before. */
  result(): ScalarResult {
    return this.#meter.result(SECONDS);
  }

  /** The mean length of a span in seconds, and how many there were. */
  toString(): string {
    const result = this.result();
    return `${result} s (n = ${result.n})`;
  }

  /** How `console.log` prints it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
