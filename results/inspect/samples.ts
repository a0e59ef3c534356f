/**
 * Values of a run at some of its steps, in constant memory.
 *
 * @module
 */

/** The values of a run at one step. */
export interface Sample {
  /** The number of steps done. */
  readonly step: number;
  /** The values of its measures. */
  readonly values: Readonly<Record<string, number>>;
}

/** More samples are thinned to half as many. */
const MAX_SAMPLES = 1000;

/** Values of a run at some of its steps. */
export class Samples {
  #samples: Sample[] = [];
  #minGap = 0;

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  /** The last step; minus infinity without any. */
  get lastStep(): number {
    return this.#samples.at(-1)?.step ?? -Infinity;
  }

  /**
   * Adds values, unless the step is too near to the last one. After a resume that
   * has cut the history back, later samples are dropped.
   *
   * @param step The number of steps done.
   * @param values The values of the measures there.
   */
  add(step: number, values: Sample["values"]): void {
    while (this.lastStep > step) this.#samples.pop();
    if (step - this.lastStep <= this.#minGap) return;
    this.#samples.push({ step, values });
    if (this.#samples.length <= MAX_SAMPLES) return;
    this.#samples = this.#samples.filter((_, place) => place % 2 === 0);
    this.#minGap = (this.lastStep - this.#samples[0]!.step) / MAX_SAMPLES;
  }

  /**
   * Finds the last sample up to a step.
   *
   * @param step The step.
   * @returns The sample; undefined without any.
   */
  findAt(step: number): Sample | undefined {
    return this.#samples.findLast((sample) => sample.step <= step);
  }
}
