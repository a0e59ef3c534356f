/**
 * `deno task speed`: steps of training and of sampling by the fused engine beside
 * PyTorch's eager mode, in turns on this machine. PyTorch and OpenBLAS are
 * Debian's: apt-get install python3-torch libopenblas0-pthread.
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
import { RandomStream } from "../../core/utils/random.ts";
import { defineCommand, EXIT, main } from "../../scripts/_command.ts";
import { compile } from "../../testing/kernels.ts";
import { markdownTable } from "markdown-table";

const WIDTHS = [[128, 64, 32], [256, 256, 256]];
const BATCHES = [32, 256, 2048];
const N_SAMPLES = 2048;

/** How often each side has its turn, and for how long. */
const TURNS = 3, SECONDS = 1;

const N_COLUMNS = 2;

/** A model of the default configuration but for its size. */
async function createModel(widths: readonly number[], batchSize: number) {
  const config = modelConfigSchema.parse({
    model: "mlp",
    hiddenLayerSizes: widths,
    batchSize,
  });
  const random = new RandomStream(0, "speed");
  const model = await buildModel(config, { nColumns: N_COLUMNS, random });
  return { config, random, model, network: await model.fuse(config) };
}

/** The fastest step of the fused engine in milliseconds. */
async function timeStep(
  widths: readonly number[],
  batchSize: number,
): Promise<number> {
  const created = await createModel(widths, batchSize);
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
  let least = Infinity;
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    await engine.step(batch);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** The fastest step of DDPM by the fused engine in milliseconds. */
async function timeSampling(
  widths: readonly number[],
  nRows: number,
): Promise<number> {
  const created = await createModel(widths, 32);
  using model = created.model;
  const alphaBars = computeAlphaBars(created.config).reverse();
  const times = alphaBars.map((_, i) => 1 - i / alphaBars.length);
  const { random } = created;
  let least = Infinity, start = Infinity;
  await sample("ddpm", model, {
    ...{ at: { times, alphaBars }, nRows, nColumns: N_COLUMNS, random },
    onStep() {
      const now = performance.now();
      least = Math.min(least, Math.abs(now - start));
      start = now;
    },
  });
  return least;
}

/** The operations of a step: one per product and sum, of three passes. */
function countOperations(widths: readonly number[], batchSize: number): number {
  const { embeddingSize } = modelConfigSchema.defaults;
  let nInputs = N_COLUMNS + embeddingSize, count = 0;
  [...widths, N_COLUMNS].forEach((nUnits, i) => {
    // Nothing passes back to the inputs of the first layer.
    count += 2 * batchSize * nInputs * nUnits * (i === 0 ? 2 : 3);
    nInputs = nUnits;
  });
  return count;
}

/** What `_peak.ts` exports. */
interface Peak {
  readonly PER_ITERATION: WebAssembly.Global;
  run(nIterations: number): number;
}

/** Multiplications and additions of 4 numbers that a core makes in a millisecond. */
function measurePeak({ run, PER_ITERATION }: Peak): number {
  const N = 20_000;
  let least = Infinity;
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    run(N);
    least = Math.min(least, performance.now() - start);
  }
  return N * PER_ITERATION.value / least;
}

/** What a PyTorch script prints, with the better number of threads. */
async function timeTorch(
  script: string,
  widths: readonly number[],
  nRows: number,
): Promise<number> {
  let least = Infinity;
  for (const nThreads of new Set([1, navigator.hardwareConcurrency])) {
    const args = [nThreads, SECONDS, widths.join(), nRows].map(String);
    // Debian's own Python has Debian's PyTorch.
    const { success, stdout, stderr } = await new Deno.Command(
      "/usr/bin/python3",
      {
        args: ["-B", `${import.meta.dirname}/${script}`, ...args],
        // Without it Debian's reference BLAS may be loaded, which is far slower.
        env: {
          LD_LIBRARY_PATH:
            `/usr/lib/${Deno.build.arch}-linux-gnu/openblas-pthread`,
        },
      },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    least = Math.min(least, Number(new TextDecoder().decode(stdout)));
  }
  return least;
}

/** Times both in turns; returns the least of each in milliseconds. */
async function compareInTurns(
  script: string,
  timeOwn: typeof timeStep,
  ...size: Parameters<typeof timeStep>
): Promise<{ torch: number; own: number }> {
  let torch = Infinity, own = Infinity;
  for (let turn = 0; turn < TURNS; turn++) {
    own = Math.min(own, await timeOwn(...size));
    torch = Math.min(torch, await timeTorch(script, ...size));
  }
  return { torch, own };
}

async function compareSpeed(): Promise<string> {
  await setBackend("fused");
  const module = await compile(import.meta.dirname!, "_peak.ts");
  const { instance } = await WebAssembly.instantiate(
    module as Uint8Array<ArrayBuffer>,
  );
  const rows = [
    ["hidden layers", "rows", "PyTorch", "Whisker", "ratio", "of the peak"],
  ];
  const add = (
    what: string,
    nRows: number,
    { torch, own }: { torch: number; own: number },
    share = "",
  ) =>
    rows.push([
      ...[what, String(nRows), `${torch.toPrecision(3)} ms`],
      ...[`${own.toPrecision(3)} ms`, (own / torch).toPrecision(2), share],
    ]);
  let peak = 0;
  for (const widths of WIDTHS) {
    for (const size of BATCHES) {
      const times = await compareInTurns(
        "torch_step.py",
        timeStep,
        widths,
        size,
      );
      peak = Math.max(peak, measurePeak(instance.exports as unknown as Peak));
      const speed = countOperations(widths, size) / times.own;
      const share = `${Math.round(100 * speed / peak)} %`;
      add(`(${widths.join(", ")})`, size, times, share);
    }
  }
  const [widths] = WIDTHS as [number[]];
  add(
    `(${widths.join(", ")}), a step of sampling`,
    N_SAMPLES,
    await compareInTurns("torch_sampling.py", timeSampling, widths, N_SAMPLES),
  );
  return `${
    markdownTable(rows, { align: ["l", "r", "r", "r", "r", "r"] })
  }\n\n` +
    `The peak is ${(peak / 1e6).toPrecision(3)} billion multiplications and ` +
    "additions a second, in vectors of 128 bits.";
}

const command = defineCommand({
  name: "speed",
  summary: "Time steps of the fused engine beside PyTorch's.",
  usage: [""],
  notes: [
    "Needs PyTorch: apt-get install python3-torch libopenblas0-pthread. Each " +
    "time is the least of all steps in three turns of a second.",
  ],
  examples: ["deno task speed"],
  flags: {},
  async run() {
    console.log(await compareSpeed());
    return EXIT.done;
  },
});

if (import.meta.main) main(command);
