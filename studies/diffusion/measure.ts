/**
 * `deno task quality [DATASET[:SEED,…] …]`: trains and measures the models of
 * this study, five seeds each, and keeps what comparisons read. What is there
 * already is not done again. A run takes about five minutes of one core: two
 * processes side by side have each their own datasets or seeds.
 *
 * @module
 */

import { evalConfigSchema } from "../../core/diffusion/eval_config.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import {
  type ModelConfig,
  modelConfigSchema,
} from "../../core/diffusion/model_config.ts";
import { formatValue, readConfigSource } from "../../core/config/schema.ts";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import type { RunOutcome } from "../../core/run/session.ts";
import diffusion from "../../core/diffusion/experiment.ts";
import { defineCommand, main } from "../../scripts/_command.ts";
import { omitBulk } from "../omit_bulk.ts";
import { RunDatabase } from "../../results/database/run_database.ts";

const FOLDER = "studies/diffusion";
const RUNS = `${FOLDER}/runs`;
const DATASETS = ["mixture", "gaussians", "moons"];
const SEEDS = [1, 2, 3, 4, 5];
const SETTINGS = [
  { sampler: "dpm-solver++", nSteps: [20] },
  // The floor is that of the first.
  {
    sampler: "ddpm",
    nSteps: [1000],
    sources: ["model", "exact-score", "identity"],
  },
];
const N_SAMPLES = 4096;

const globals = globalConfigSchema.parse({ runs: RUNS });
const print = () => {};

function readConfig(dataset: string, seed: number): ModelConfig {
  const source = readConfigSource(`${FOLDER}/${dataset}.json`);
  const nameKey = (key: string) => key;
  return modelConfigSchema.resolve([source, { values: { seed }, nameKey }]);
}

/** Whether a run of this configuration is complete; others are removed. */
function isMeasured(config: ModelConfig): boolean {
  const wanted = formatValue(config);
  return [...new RunDatabase(RUNS)].some(
    ({ path, status, config, records }) => {
      const { schemaVersion: _, ...values } = config;
      const own = formatValue(modelConfigSchema.parse(values));
      if (own !== wanted) return false;
      const measured = [...records].filter(({ metadata }) =>
        metadata.name === "mmd2"
      )
        .map(({ metadata }) => metadata.fields.sampler);
      const isWhole = status === "completed" &&
        SETTINGS.every(({ sampler }) => measured.includes(sampler));
      if (!isWhole) Deno.removeSync(path, { recursive: true });
      return isWhole;
    },
  );
}

function checkCompleted(outcome: RunOutcome): RunOutcome {
  if (outcome.status !== "completed") throw outcome.error;
  return outcome;
}

async function measure(config: ModelConfig): Promise<void> {
  const args = [`--config=${FOLDER}/${config.dataset}.json`];
  const { runPath, seconds } = checkCompleted(
    await trainRun(diffusion, {
      config,
      globals,
      print,
      command: "train",
      args: [...args, `--seed=${config.seed}`, `--runs=${RUNS}`],
    }),
  );
  console.log(`${config.dataset}, seed ${config.seed}: ${runPath}, ${seconds}`);
  for (const setting of SETTINGS) {
    const evalConfig = evalConfigSchema.parse({
      ...setting,
      nSamples: N_SAMPLES,
    });
    const evaluated = checkCompleted(
      await evaluateRun(diffusion, { runPath, evalConfig, globals, print }),
    );
    console.log(`  ${setting.sampler}: ${evaluated.seconds}`);
  }
  omitBulk(runPath);
}

const command = defineCommand({
  name: "quality",
  summary: "Train and measure the models of studies/diffusion again.",
  usage: ["[DATASET[:SEED,…] …]"],
  notes: [
    `DATASET is one of ${DATASETS.join(", ")} [default: all], SEED a number ` +
    `[default: ${SEEDS.join(",")}]. Only what is missing is measured. A run ` +
    "takes about five minutes of one core.",
  ],
  examples: ["deno task quality", "deno task quality mixture moons:1,2"],
  maxPositionals: Infinity,
  flags: {},
  async run({ positionals }) {
    const wanted = positionals.length > 0 ? positionals : DATASETS;
    for (const text of wanted) {
      const [dataset, seeds] = text.split(":") as [string, string | undefined];
      for (const seed of seeds?.split(",").map(Number) ?? SEEDS) {
        const config = readConfig(dataset, seed);
        if (!isMeasured(config)) await measure(config);
      }
    }
    return {};
  },
});

if (import.meta.main) main(command);
