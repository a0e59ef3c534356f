import type { ModelConfig } from "../../model_config.ts";
import type {
  SampleOptions,
  SamplingState,
  Step,
} from "../../noise/samplers.ts";
import { TASKS } from "./instance.ts";
import type { Team } from "./team.ts";

/** What `kernels/sampling.ts` exports. */
export interface SamplingKernels {
  readonly points: WebAssembly.Global;
  readonly before: WebAssembly.Global;
  readonly plan: WebAssembly.Global;
  readonly MAX_STEPS: WebAssembly.Global;
  readonly STEP_SIZE: WebAssembly.Global;
  readonly HEADER_SIZE: WebAssembly.Global;
}

/** What a {@linkcode FusedSampler} samples from. */
export interface SampledNetwork {
  /** Its memory. */
  readonly memory: WebAssembly.Memory;
  /** The threads that work in it. */
  readonly team: Team;
  /** The number of columns of a row. */
  readonly nColumns: number;
  /** The most rows at once. */
  readonly maxRows: number;
  /** The number of weights. */
  readonly nWeights: number;
  /** Whether it depends on time; otherwise all times are 0. */
  readonly hasTime: boolean;
  /** What the network gives. */
  readonly prediction: ModelConfig["prediction"];
}

/** The most operations of a thread in one call; they take a fraction of a second. */
const MAX_OPERATIONS = 5e9;
/** Rows that pass through the network together. */
const BLOCK = 64;
/** Each normal number is made from two words of a stream. */
const WORDS_PER_NORMAL = 2;

/**
 * Takes the steps of a sampler in WebAssembly, random numbers included. Rows and
 * steps are divided into calls of a fraction of a second; the results do not depend
 * on the division.
 */
export class FusedSampler {
  readonly #kernels: SamplingKernels;
  readonly #network: SampledNetwork;
  readonly #points: Float64Array;
  readonly #before: Float64Array;
  readonly #plan: Float64Array;

  /**
   * Creates a sampler.
   *
   * @param kernels The kernels of the network.
   * @param network The network.
   */
  constructor(kernels: SamplingKernels, network: SampledNetwork) {
    this.#kernels = kernels;
    this.#network = network;
    const { points, before, plan } = kernels;
    const view = (place: WebAssembly.Global, length: number) =>
      new Float64Array(network.memory.buffer, place.value, length);
    const size = network.maxRows * network.nColumns;
    this.#points = view(points, size);
    this.#before = view(before, size);
    const { MAX_STEPS, STEP_SIZE, HEADER_SIZE } = kernels;
    const planSize = HEADER_SIZE.value + MAX_STEPS.value * STEP_SIZE.value;
    this.#plan = view(plan, planSize);
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
    const { prediction, nColumns, team } = this.#network;
    const size = nRows * nColumns, perStep = WORDS_PER_NORMAL * rows.length;
    const { state } = random;
    let { position } = state;
    for (let first = 0; first < steps.length; first += nSteps) {
      const taken = steps.slice(first, first + nSteps);
      this.#writeSteps(taken);
      for (let start = 0; start < rows.length; start += size) {
        const points = rows.subarray(start, start + size);
        const before = data.subarray(start, start + size);
        this.#points.set(points);
        this.#before.set(before);
        this.#plan.set([
          ...[taken.length, prediction === "v" ? 1 : 0],
          ...[position + WORDS_PER_NORMAL * start, perStep, ...random.words],
        ]);
        team.work(TASKS.sample, points.length / nColumns);
        points.set(this.#points.subarray(0, points.length));
        before.set(this.#before.subarray(0, points.length));
        await pause?.();
      }
      position += perStep * taken.filter(({ noise }) => noise > 0).length;
    }
    random.restore({ ...state, position });
  }

  /** Chooses the number of rows and steps of a call: all steps, if possible. */
  #chooseSize(nSteps: number): { nRows: number; nSteps: number } {
    const { maxRows, nWeights, team } = this.#network;
    const nPasses = team.size * MAX_OPERATIONS / (2 * nWeights);
    const nBlocks = Math.floor(nPasses / nSteps / BLOCK);
    const nRows = Math.min(Math.max(nBlocks, team.size) * BLOCK, maxRows);
    const maxSteps = Math.max(Math.floor(nPasses / nRows), 1);
    return { nRows, nSteps: Math.min(maxSteps, this.#kernels.MAX_STEPS.value) };
  }

  #writeSteps(steps: readonly Step[]): void {
    const { HEADER_SIZE, STEP_SIZE } = this.#kernels;
    const { hasTime } = this.#network;
    steps.forEach(({ time, alphaBar, row, data, before, noise }, i) => {
      const kept = Math.sqrt(alphaBar), mixed = Math.sqrt(1 - alphaBar);
      const factors = [kept, mixed, row, data, before, noise];
      this.#plan.set(
        [hasTime ? time : 0, ...factors],
        HEADER_SIZE.value + i * STEP_SIZE.value,
      );
    });
  }
}
