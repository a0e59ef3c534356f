/**
 * `deno task speed`: a training step of the diffusion model by the fused engine
 * beside PyTorch's eager mode, in turns on this machine. PyTorch and OpenBLAS are
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
import { RandomStream } from "../../core/utils/random.ts";
import { defineCommand, EXIT, main } from "../../scripts/_command.ts";
import { markdownTable } from "markdown-table";

const WIDTHS = [[128, 64, 32], [256, 256, 256]];
const BATCHES = [32, 256, 2048];

/** How often each side has its turn, and for how long. */
const TURNS = 5, SECONDS = 1;

/** The fastest step of the fused engine in milliseconds. */
async function timeFused(
  widths: readonly number[],
  batchSize: number,
): Promise<number> {
  const config = modelConfigSchema.parse({
    model: "mlp",
    hiddenLayerSizes: widths,
    batchSize,
  });
  const random = new RandomStream(0, "speed");
  using model = await buildModel(config, { nColumns: 2, random });
  const network = await model.fuse(config);
  const engine = new FusedEngine(model, network, { config, nSteps: 1e6 });
  const batch = addNoise(
    {
      nRows: batchSize,
      values: random.fillNormal(new Float32Array(2 * batchSize)),
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

/** The fastest step of PyTorch in milliseconds; with the better of both BLAS. */
async function timeTorch(
  widths: readonly number[],
  batchSize: number,
  nThreads: number,
): Promise<number> {
  // Debian's own Python has Debian's PyTorch.
  const { success, stdout, stderr } = await new Deno.Command(
    "/usr/bin/python3",
    {
      args: [
        `${import.meta.dirname}/torch_step.py`,
        ...[nThreads, SECONDS, widths.join(), batchSize].map(String),
      ],
      // Without it Debian's reference BLAS may be loaded, which is far slower.
      env: {
        LD_LIBRARY_PATH: `/usr/lib/${MACHINE}-linux-gnu/openblas-pthread`,
      },
    },
  ).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

const MACHINE = Deno.build.arch;

async function compareSteps(): Promise<string> {
  await setBackend("fused");
  const nCores = navigator.hardwareConcurrency;
  const rows = [["hidden layers", "batch", "PyTorch", "Whisker", "ratio"]];
  for (const widths of WIDTHS) {
    for (const batchSize of BATCHES) {
      let torch = Infinity, fused = Infinity;
      for (let turn = 0; turn < TURNS; turn++) {
        fused = Math.min(fused, await timeFused(widths, batchSize));
        for (const nThreads of new Set([1, nCores])) {
          const time = await timeTorch(widths, batchSize, nThreads);
          torch = Math.min(torch, time);
        }
      }
      rows.push([
        `(${widths.join(", ")})`,
        String(batchSize),
        `${torch.toPrecision(3)} ms`,
        `${fused.toPrecision(3)} ms`,
        (fused / torch).toPrecision(2),
      ]);
    }
  }
  return markdownTable(rows, { align: ["l", "r", "r", "r", "r"] });
}

const command = defineCommand({
  name: "speed",
  summary: "Time training steps of the fused engine beside PyTorch's.",
  usage: [""],
  notes: [
    "Needs PyTorch: apt-get install python3-torch libopenblas0-pthread. Each " +
    "time is the least of all steps in five turns of a second.",
  ],
  examples: ["deno task speed"],
  flags: {},
  async run() {
    console.log(await compareSteps());
    return EXIT.done;
  },
});

if (import.meta.main) main(command);
