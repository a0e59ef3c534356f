/**
 * Instances of the kernels in WebAssembly: one for each thread, in one memory.
 *
 * @module
 */

import type { SamplingKernels } from "./sampler.ts";

/** The arrays in the memory of the kernels; the kernels export their addresses. */
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

/** The tasks that threads share, numbered as in `kernels/kernels.ts`. */
export const TASKS = {
  differentiate: 0,
  sumUp: 1,
  update: 2,
  use: 3,
  sample: 4,
} as const;

/** The size of a network; all threads allocate the same. */
export interface Layout {
  /**
   * The number of columns, Fourier features and time features, and the number of
   * units in the first layer.
   */
  readonly inputs: readonly [number, number, number, number];
  /** The number of inputs and units and the activation of each layer. */
  readonly layers: readonly (readonly [number, number, number])[];
  /** The most rows at once. */
  readonly maxRows: number;
  /** The number of threads. */
  readonly nThreads: number;
}

/** 4 GiB in pages of WebAssembly; only the pages in use take memory. */
const MAX_PAGES = 65536;

/**
 * Creates the memory of a network, which all threads share.
 *
 * @returns The memory.
 */
export function createMemory(): WebAssembly.Memory {
  const maximum = MAX_PAGES;
  return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
}

/**
 * Creates the instance of a thread.
 *
 * @param module The kernels.
 * @param memory The memory of all threads.
 * @param layout The size of the network.
 * @param thread The index of the thread; 0 is the calling one.
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
