import type { ModelConfig } from "../../model_config.ts";
import type {
  SampleOptions,
  SamplingState,
  Step,
} from "../../noise/samplers.ts";

/** What `kernels/sampling.ts` exports. */
export interface SamplingKernels {
  readonly memory: WebAssembly.Memory;
  readonly points: WebAssembly.Global;
  readonly before: WebAssembly.Global;
  readonly plan: WebAssembly.Global;
  readonly MAX_STEPS: WebAssembly.Global;
  readonly STEP_SIZE: WebAssembly.Global;
  useStream(...words: number[]): void;
  takeSteps(
    nRows: number,
    nSteps: number,
    isVelocity: boolean,
    position: number,
    nDrawn: number,
  ): void;
}

/** What a {@linkcode FusedSampler} samples from. */
export interface SampledNetwork {
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** The most rows at once. */
  readonly maxRows: number;
  /** The number of weights. */
  readonly nWeights: number;
  /** What the network gives. */
  readonly prediction: ModelConfig["prediction"];
}

/** Products and sums in one call of the kernels: a fraction of a second. */
const MAX_OPERATIONS = 5e9;
/** Rows that pass through the network together. */
const BLOCK = 64;
/** Each normal number is made from two words of a stream. */
const WORDS_PER_NORMAL = 2;

/**
 * Takes the steps of a sampler in WebAssembly, random numbers included: in one
 * call as many rows and steps as take a fraction of a second. No result depends on
 * how many these are.
 */
export class FusedSampler {
  readonly #kernels: SamplingKernels;
  readonly #network: SampledNetwork;
  readonly #points: Float64Array;
  readonly #before: Float64Array;
  readonly #plan: Float64Array;

  /**
   * Prepares to sample.
   *
   * @param kernels The kernels, which have a network.
   * @param network The network.
   */
  constructor(kernels: SamplingKernels, network: SampledNetwork) {
    this.#kernels = kernels;
    this.#network = network;
    const { memory, points, before, plan, MAX_STEPS, STEP_SIZE } = kernels;
    const view = (place: WebAssembly.Global, length: number) =>
      new Float64Array(memory.buffer, place.value, length);
    const size = network.maxRows * network.nColumns;
    this.#points = view(points, size);
    this.#before = view(before, size);
    this.#plan = view(plan, MAX_STEPS.value * STEP_SIZE.value);
  }

  /**
   * Takes steps.
   *
   * @param state The state, which is changed in place.
   * @param steps The steps to take, in order.
   * @param options What to await after each call of the kernels.
   */
  async takeSteps(
    { rows, data, random }: SamplingState,
    steps: readonly Step[],
    { pause }: Pick<SampleOptions, "pause">,
  ): Promise<void> {
    const { nRows, nSteps } = this.#chooseSize(steps.length);
    const { prediction, nColumns } = this.#network;
    const kernels = this.#kernels, size = nRows * nColumns;
    const { state } = random, perStep = WORDS_PER_NORMAL * rows.length;
    kernels.useStream(...random.words);
    let position = state.position;
    for (let first = 0; first < steps.length; first += nSteps) {
      const taken = steps.slice(first, first + nSteps);
      this.#writePlan(taken);
      for (let start = 0; start < rows.length; start += size) {
        const points = rows.subarray(start, start + size);
        const before = data.subarray(start, start + size);
        this.#points.set(points);
        this.#before.set(before);
        kernels.takeSteps(
          points.length / nColumns,
          taken.length,
          prediction === "v",
          position + WORDS_PER_NORMAL * start,
          perStep,
        );
        points.set(this.#points.subarray(0, points.length));
        before.set(this.#before.subarray(0, points.length));
        await pause?.();
      }
      position += perStep * taken.filter(({ noise }) => noise > 0).length;
    }
    random.restore({ ...state, position });
  }

  /** How many rows and steps a call takes: all steps, where they are not too many. */
  #chooseSize(nSteps: number): { nRows: number; nSteps: number } {
    const { maxRows, nWeights } = this.#network;
    const nPasses = MAX_OPERATIONS / (2 * nWeights);
    const nBlocks = Math.max(Math.floor(nPasses / nSteps / BLOCK), 1);
    const nRows = Math.min(nBlocks * BLOCK, maxRows);
    const most = Math.max(Math.floor(nPasses / nRows), 1);
    return { nRows, nSteps: Math.min(most, this.#kernels.MAX_STEPS.value) };
  }

  #writePlan(steps: readonly Step[]): void {
    const size = this.#kernels.STEP_SIZE.value;
    steps.forEach(({ time, alphaBar, row, data, before, noise }, i) => {
      const kept = Math.sqrt(alphaBar), mixed = Math.sqrt(1 - alphaBar);
      const numbers = [time, kept, mixed, row, data, before, noise];
      this.#plan.set(numbers, i * size);
    });
  }
}
