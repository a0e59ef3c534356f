/**
 * Instances of the kernels in WebAssembly: one for each thread, in one memory.
 *
 * @module
 */

import type { SamplingKernels } from "./sampler.ts";

/** The arrays in the memory of the kernels; each is exported as its place. */
export type ArrayName =
  | "weights"
  | "averaged"
  | "gradient"
  | "first"
  | "second"
  | "decaying"
  | "rows"
  | "times"
  | "targets"
  | "losses"
  | "frequencies"
  | "timeFrequencies";

/** What `kernels/kernels.ts` exports. */
export interface Kernels
  extends Readonly<Record<ArrayName, WebAssembly.Global>>, SamplingKernels {
  begin(
    nColumns: number,
    nFeatures: number,
    nTime: number,
    nUnits: number,
  ): void;
  addLayer(nInputs: number, nUnits: number, activation: number): void;
  finish(maxRows: number): void;
  setThread(index: number, count: number): void;
  share(count: number): void;
  work(task: number, argument: number): void;
  predict(nRows: number, isTimeShared: boolean): void;
  computeNorm(): number;
  planUpdate(...factors: number[]): void;
}

/** The tasks that threads share, by the numbers in `kernels/kernels.ts`. */
export const TASKS = {
  differentiate: 0,
  sumUp: 1,
  update: 2,
  use: 3,
  sample: 4,
} as const;

/** What an instance allocates: the same in each thread. */
export interface Layout {
  /** The numbers of columns, features, times and units of the first layer. */
  readonly inputs: readonly [number, number, number, number];
  /** The inputs, units and activation of each layer. */
  readonly layers: readonly (readonly [number, number, number])[];
  /** The most rows at once. */
  readonly maxRows: number;
  /** How many threads there are at most. */
  readonly nThreads: number;
}

/** The pages of WebAssembly's memory: 4 GiB, of which only what is used exists. */
const MAX_PAGES = 65536;

/**
 * Creates the memory of a network.
 *
 * @returns The memory, which instances share.
 */
export function createMemory(): WebAssembly.Memory {
  const maximum = MAX_PAGES;
  return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
}

/**
 * Creates an instance.
 *
 * @param module The kernels.
 * @param memory The memory of all threads.
 * @param layout What it allocates.
 * @param thread Which thread it is.
 * @returns The instance.
 */
export function createInstance(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { inputs, layers, maxRows, nThreads }: Layout,
  thread: number,
): Kernels {
  const imports = { Math, env: { memory } } as never;
  const { exports } = new WebAssembly.Instance(module, imports);
  const kernels = exports as unknown as Kernels;
  kernels.setThread(thread, nThreads);
  kernels.begin(...inputs);
  for (const layer of layers) kernels.addLayer(...layer);
  kernels.finish(maxRows);
  return kernels;
}
