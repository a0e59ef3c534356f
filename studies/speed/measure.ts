/**
 * `deno task speed`: training and sampling by the fused engine beside PyTorch's
 * eager mode, in turns on this machine. PyTorch and OpenBLAS are Debian's:
 * apt-get install python3-torch libopenblas0-pthread.
 *
 * @module
 */

import { FusedEngine } from "../../core/diffusion/engines/fused/fused_engine.ts";
import { setBackend } from "../../core/diffusion/engines/backend.ts";
import { buildModel } from "../../core/diffusion/model.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import {
  addNoise,
  computeAlphaBars,
} from "../../core/diffusion/noise/noise_schedule.ts";
import { sample } from "../../core/diffusion/noise/samplers.ts";
import { computeSamplingTimes } from "../../core/diffusion/noise/sampling_times.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { defineCommand, EXIT, main } from "../../scripts/_command.ts";
import { ROOT, tempRuns } from "../../testing/helpers.ts";
import { compile } from "../../testing/kernels.ts";
import { markdownTable } from "markdown-table";
import {
  hasTorch,
  type Steps,
  THREADS,
  timeTorchStep,
  trainTorch,
} from "./_torch.ts";

const WIDTHS = [[128, 64, 32], [256, 256, 256]];
const BATCHES = [32, 256, 2048];
const N_SAMPLES = 2048;

/** How often each side has its turn, and for how long. */
const TURNS = 3, SECONDS = 1;

const N_COLUMNS = 2;

/** Steps of sampling that are timed together. */
const SAMPLING_STEPS = 20;

/** The epochs of a whole training; tiny-diffusion takes 200. */
const EPOCHS = 20;
/** tiny-diffusion's published configuration, as far as it decides on the speed. */
const TINY_DIFFUSION = [
  ...["--model=mlp", "--hidden-layer-sizes=128,128,128"],
  ...["--embedding-size=128", "--input-embedding=fourier"],
  ...["--optimizer=adamw", "--weight-decay=0.01", "--n-timesteps=50"],
  ...["--dataset=moons", "--fresh-data=false"],
];

/** The widths of the hidden layers, and the number of rows. */
export type Size = readonly [widths: readonly number[], nRows: number];

/** A model of the default configuration but for its size. */
async function createModel(
  widths: readonly number[],
  batchSize: number,
  nThreads: number,
) {
  const config = modelConfigSchema.parse({
    model: "mlp",
    hiddenLayerSizes: widths,
    batchSize,
  });
  const random = new RandomStream(0, "speed");
  const model = await buildModel(config, { nColumns: N_COLUMNS, random });
  return { config, random, model, network: await model.fuse(config, nThreads) };
}

/** The fewest milliseconds that a call takes. */
async function findLeast(call: () => unknown): Promise<number> {
  let least = Infinity;
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    await call();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/**
 * Times steps of training by the fused engine.
 *
 * @param nThreads How many threads train.
 * @param size The units of the hidden layers, and the number of rows.
 * @returns The fewest milliseconds of a step.
 */
export async function timeStep(
  nThreads: number,
  ...[widths, batchSize]: Size
): Promise<number> {
  const created = await createModel(widths, batchSize, nThreads);
  using model = created.model;
  const { config, random, network } = created;
  const engine = new FusedEngine(model, network, { config, nSteps: 1e6 });
  const batch = addNoise(
    {
      nRows: batchSize,
      values: random.fillNormal(new Float32Array(N_COLUMNS * batchSize)),
    },
    { schedule: computeAlphaBars(config), random },
  );
  return await findLeast(() => engine.step(batch));
}

/** The fastest steps of DDPM by the fused engine, in milliseconds for each. */
async function timeSampling(
  nThreads: number,
  ...[widths, nRows]: Size
): Promise<number> {
  const created = await createModel(widths, nRows, nThreads);
  using model = created.model;
  const { config, random } = created;
  const at = computeSamplingTimes(computeAlphaBars(config), {
    nSteps: SAMPLING_STEPS,
    spacing: "time",
  });
  const options = { at, nRows, nColumns: N_COLUMNS, random };
  const least = await findLeast(() => sample("ddpm", model, options));
  return least / SAMPLING_STEPS;
}

/** Trains from start to exit, by the command. */
async function train(nEpochs: number): Promise<void> {
  using runs = tempRuns();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "-P=train", "scripts/train.ts"],
      ...[...TINY_DIFFUSION, `--n-epochs=${nEpochs}`, "--quiet"],
      `--runs=${runs.path}`,
    ],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/**
 * Counts the operations of a step: one per product and sum, of three passes.
 *
 * @param widths The units of the hidden layers.
 * @param batchSize The number of rows.
 * @returns How many.
 */
export function countOperations(
  widths: readonly number[],
  batchSize: number,
): number {
  const { embeddingSize } = modelConfigSchema.defaults;
  let nInputs = N_COLUMNS + embeddingSize, count = 0;
  [...widths, N_COLUMNS].forEach((nUnits, i) => {
    // Nothing passes back to the inputs of the first layer.
    count += 2 * batchSize * nInputs * nUnits * (i === 0 ? 2 : 3);
    nInputs = nUnits;
  });
  return count;
}

/** Compiled once, as that takes seconds. */
let peakBytes: Promise<Uint8Array> | undefined;

/** What `_peak.ts` exports. */
interface Peak {
  readonly PER_ITERATION: WebAssembly.Global;
  run(nIterations: number): number;
}

/**
 * Measures the limit of a core: multiplications and additions of 4 numbers in
 * registers alone.
 *
 * @returns How many of them it makes in a millisecond.
 */
export async function measurePeak(): Promise<number> {
  const bytes = await (peakBytes ??= compile(import.meta.dirname!, "_peak.ts"));
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module);
  const { run, PER_ITERATION } = exports as unknown as Peak;
  const N = 20_000;
  return N * PER_ITERATION.value / await findLeast(() => run(N));
}

/** The fewest milliseconds of both sides; PyTorch's are missing where it is. */
interface Times {
  readonly own: number;
  readonly torch: number | undefined;
}

/** Calls both sides in turns. Each says how many milliseconds it took. */
async function compareInTurns(
  callOwn: () => Promise<number>,
  callTorch: (() => Promise<number>) | false,
  nTurns = TURNS,
): Promise<Times> {
  let own = Infinity, torch = Infinity;
  for (let turn = 0; turn < nTurns; turn++) {
    own = Math.min(own, await callOwn());
    if (callTorch) torch = Math.min(torch, await callTorch());
  }
  return { own, torch: callTorch ? torch : undefined };
}

async function timeWhole(call: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${milliseconds.toPrecision(3)} ms`
    : `${(milliseconds / 1000).toPrecision(3)} s`;
}

function formatRow(
  what: string,
  nRows: number,
  { torch, own }: Times,
  share = "",
): string[] {
  const [torchText, ratio] = torch === undefined
    ? ["", ""]
    : [formatTime(torch), (own / torch).toPrecision(2)];
  return [what, String(nRows), torchText, formatTime(own), ratio, share];
}

async function compareSpeed(): Promise<string> {
  await setBackend("fused");
  const isThere = await hasTorch();
  if (!isThere) {
    console.error(
      "PyTorch is not installed: its columns stay empty (apt-get install " +
        "python3-torch libopenblas0-pthread)",
    );
  }
  const compare = (
    what: Steps,
    timeOwn: typeof timeStep,
    ...size: Size
  ) =>
    compareInTurns(
      async () => {
        let least = Infinity;
        for (const nThreads of THREADS) {
          least = Math.min(least, await timeOwn(nThreads, ...size));
        }
        return least;
      },
      isThere && (() => timeTorchStep(what, SECONDS, ...size)),
    );
  const rows = [
    ["what", "rows", "PyTorch", "Whisker", "ratio", "of the peak"],
  ];
  let peak = 0;
  for (const widths of WIDTHS) {
    for (const size of BATCHES) {
      const times = await compare("step", timeStep, widths, size);
      peak = Math.max(peak, await measurePeak());
      const speed = countOperations(widths, size) / times.own;
      const share = `${Math.round(100 * speed / peak)} %`;
      rows.push(
        formatRow(`training, (${widths.join(", ")})`, size, times, share),
      );
    }
  }
  for (const widths of WIDTHS) {
    const times = await compare("sampling", timeSampling, widths, N_SAMPLES);
    rows.push(formatRow(`DDPM, (${widths.join(", ")})`, N_SAMPLES, times));
  }
  const whole = await compareInTurns(
    () => timeWhole(() => train(EPOCHS)),
    isThere && (() => timeWhole(() => trainTorch(EPOCHS))),
    1,
  );
  rows.push(formatRow(`${EPOCHS} epochs of tiny-diffusion`, 32, whole));
  return `${
    markdownTable(rows, { align: ["l", "r", "r", "r", "r", "r"] })
  }\n\n` +
    "Times of steps are minimums; those of epochs are of whole processes. The " +
    "peak is " +
    `${(peak / 1e6).toPrecision(3)} billion multiplications and additions a ` +
    "second, in vectors of 128 bits on one thread.";
}

const command = defineCommand({
  name: "speed",
  summary: "Compare the speed of training and sampling with PyTorch.",
  usage: [""],
  notes: [
    "PyTorch is left out if it is not installed: apt-get install " +
    "python3-torch libopenblas0-pthread. The time of a step is the minimum of " +
    "three repeats, with one thread or all threads.",
  ],
  examples: ["deno task speed"],
  flags: {},
  async run() {
    console.log(await compareSpeed());
    return EXIT.done;
  },
});

if (import.meta.main) main(command);
