/**
 * Evaluation of trained diffusion models.
 *
 * @module
 */

import type { Run } from "../run/run.ts";
import { Meter } from "../utils/meters.ts";
import type { MetadataFields } from "../utils/results.ts";
import { Timer } from "../utils/timer.ts";
import {
  type DiffusionData,
  drawPoints,
  hashData,
  loadData,
} from "./data/data.ts";
import { useBackend } from "./engines/backend.ts";
import {
  type EvalConfig,
  evalConfigFields,
  type Source,
} from "./eval_config.ts";
import {
  energyDistance,
  mmdSquared,
  slicedWasserstein1,
} from "./metrics/distances.ts";
import { SampleKeeper } from "./metrics/sample_keeper.ts";
import { loadModel, MAX_ROWS } from "./model.ts";
import type { ModelConfig } from "./model_config.ts";
import {
  computeDenoisingLosses,
  createExactScore,
  IDENTITY,
  type NoiseLevels,
  type NoisePredictor,
} from "./noise/noise_predictor.ts";
import { addNoise, computeAlphaBars } from "./noise/noise_schedule.ts";
import { sample } from "./noise/samplers.ts";
import {
  computeSamplingTimes,
  findLevel,
  type NoiseLevel,
} from "./noise/sampling_times.ts";
import { SCALING_FILE } from "./train.ts";

/**
 * How often each held-out row is measured, each time with another time and
 * other noise. The mean of a row counts as one observation: the rows are
 * independent, the draws of one row are not.
 */
const DRAWS_PER_ROW = 8;

/** The shares of noise √(1 − ᾱ) at which the loss is measured. */
const NOISE_LEVELS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99];

/** The floor is measured more often: everything is compared with it. */
const FLOOR_REPEATS = 5;

/** Unbiased distances need pairs within each sample. */
const MIN_SAMPLES = 2;

/** The width of the kernel of MMD² in standard units, for every dataset. */
const BANDWIDTH = 0.5;

/** Fields of a record's metadata. */
type Fields = Readonly<Record<string, string | number>>;

/** A source of samples: what predicts the noise for the sampler. */
interface SampledSource {
  readonly predictor: NoisePredictor;
  /** What its records say about it. */
  readonly fields: { readonly source: Source; readonly weights?: string };
}

/** One way to draw samples. */
interface Setting {
  readonly at: NoiseLevels;
  /** What records say about it. */
  readonly fields: Fields;
}

/** What all parts of an evaluation need. */
interface Evaluation {
  readonly evalConfig: EvalConfig;
  readonly run: Run;
  readonly data: DiffusionData;
  readonly schedule: Float64Array;
  /** The number of points in a sample. */
  readonly nSamples: number;
  /** The number of repeats that are done, and that there will be. */
  readonly progress: { done: number; readonly total: number };
}

/** Two samples of the same size, each of shape [nSamples, nColumns]. */
type PointsPair = readonly [Float64Array, Float64Array];

/** What an evaluation is made for. */
export interface EvaluatedModel {
  /** The run's configuration. */
  readonly config: ModelConfig;
  /** The run, opened for evaluation. */
  readonly run: Run;
}

/**
 * Measures a trained diffusion model, and the best possible model and the
 * baseline with it.
 *
 * `loss/held-out` is the mean squared error of the predicted noise over the
 * held-out rows. `loss/denoising` is the same at one share of noise √(1 − ᾱ);
 * with `source` "exact-score" it is the least possible.
 *
 * Samples are measured by `sliced-wasserstein` (in one dimension the
 * Wasserstein distance itself), `energy-distance` and `mmd2`, all in standard
 * units, as means over repeats. Each repeat compares fresh points of a source
 * with as many fresh points of the data:
 *
 * - `model`: samples of the trained model;
 * - `exact-score`: the same sampler with the score of a perfect model, for
 *   Gaussian mixtures;
 * - `floor`: the data themselves, what a perfect sampler would reach;
 * - `identity`: the same sampler with the baseline, which assumes pure noise.
 *
 * With finite data each repeat splits the held-out rows into two new halves,
 * and the records say `reference` "held-out". Their errors describe the
 * splitting only, not what other rows would give.
 *
 * @param evalConfig What to measure.
 * @param model The run and its configuration.
 * @throws {Deno.errors.NotFound} If the run has no model.
 * @throws {RangeError} If the data have changed since the training, there are
 * more steps than timesteps, or `eta` is given to another sampler than DDIM.
 */
export async function evaluateDiffusionModel(
  evalConfig: EvalConfig,
  { config, run }: EvaluatedModel,
): Promise<void> {
  const schedule = computeAlphaBars(config);
  const settings = planSettings(evalConfig, schedule);
  const backend = await useBackend(run, config);
  const data = loadData(config);
  if (run.readJson(SCALING_FILE).dataHash !== await hashData(data)) {
    throw new RangeError(
      `Cannot evaluate on ${config.dataset}: it has changed since the run ` +
        "was trained on it",
    );
  }
  const { sources: wanted, weights, nRepeats } = evalConfig;
  const nColumns = data.scaling.columns.length;
  using model = await loadModel(run.path, { config, nColumns, weights });
  if (backend === "fused") {
    // The number of threads depends on the rows of a step.
    const batchSize = Math.min(evalConfig.nSamples, MAX_ROWS);
    await model.fuse({ ...config, batchSize }, run.globals.threads);
  }
  const own = weights === "ema" ? {} : { weights };
  const sources: SampledSource[] = [
    { predictor: model, fields: { source: "model", ...own } },
  ];
  if (data.mixture) {
    const predictor = createExactScore(data.mixture);
    sources.push({ predictor, fields: { source: "exact-score" } });
  } else if (
    wanted !== evalConfigFields.sources.default &&
    wanted.includes("exact-score")
  ) {
    run.warn(
      `there is no exact score of ${config.dataset}, which is no Gaussian ` +
        "mixture",
    );
  }
  sources.push({ predictor: IDENTITY, fields: { source: "identity" } });
  const sampled = sources
    .filter(({ fields }) => wanted.includes(fields.source));
  const nFloor = wanted.includes("floor") ? nRepeats * FLOOR_REPEATS : 0;
  const total = nFloor + nRepeats * settings.length * sampled.length;
  const nSamples = limitSamples(evalConfig.nSamples, { config, run, data });
  const progress = { done: 0, total };
  const evaluation = { evalConfig, run, data, schedule, nSamples, progress };
  await measureLosses(sources, evaluation);
  if (nFloor > 0) await measureFloor(nFloor, evaluation);
  for (const setting of settings) {
    for (const source of sampled) {
      await measureSampling(source, { ...evaluation, setting });
    }
  }
}

function planSettings(
  { sampler, eta, nSteps: all, spacing: wanted }: EvalConfig,
  schedule: Float64Array,
): Setting[] {
  if (eta > 0 && sampler !== "ddim") {
    throw new RangeError(
      `Cannot use --eta with ${sampler}: only DDIM has it; add --sampler ddim`,
    );
  }
  const nTimesteps = schedule.length;
  const isDefault = all === evalConfigFields.nSteps.default;
  return all.map((n) => {
    const nSteps = isDefault ? Math.min(n, nTimesteps) : n;
    const auto = nSteps < nTimesteps ? "log-snr" : "time";
    const spacing = wanted === "auto" ? auto : wanted;
    return {
      at: computeSamplingTimes(schedule, { nSteps, spacing }),
      fields: {
        sampler,
        ...(sampler === "ddim" ? { eta } : {}),
        nSteps,
        spacing,
      },
    };
  });
}

/** Limits samples to half of the held-out rows, where the data are finite. */
function limitSamples(
  nSamples: number,
  { config: { dataset }, run, data: { draw, heldOut } }:
    & EvaluatedModel
    & Pick<Evaluation, "data">,
): number {
  const half = Math.floor(heldOut.nRows / 2);
  if (draw || half >= nSamples) return nSamples;
  if (half < MIN_SAMPLES) {
    throw new RangeError(
      `Cannot compare samples with ${dataset}: it must have at least ` +
        `${2 * MIN_SAMPLES} held-out rows, and has ${heldOut.nRows}`,
    );
  }
  run.warn(
    `only ${half} samples are compared, not ${nSamples}: half of the ` +
      `held-out rows of ${dataset}`,
  );
  return half;
}

async function measureLosses(
  sources: readonly SampledSource[],
  { run, data: { heldOut }, schedule }: Evaluation,
): Promise<void> {
  /** At random times, or at one noise level. */
  const computeLosses = async (
    predictor: NoisePredictor,
    stream: string,
    level?: NoiseLevel,
  ) => {
    const random = run.random(stream);
    const batch = addNoise(heldOut, { schedule, random, level });
    const losses = await computeDenoisingLosses(predictor, batch);
    await run.yield();
    return losses;
  };
  const recordMean = (metadata: MetadataFields, losses: Float64Array) => {
    const meter = new Meter();
    meter.update({ loss: losses });
    run.record(metadata, meter.result("loss"));
  };
  const { predictor: model, fields: { source: _, ...own } } = sources[0]!;
  const losses = new Float64Array(heldOut.nRows);
  for (let draw = 0; draw < DRAWS_PER_ROW; draw++) {
    const drawn = await computeLosses(model, `eval/noise/${draw}`);
    drawn.forEach((loss, row) => losses[row]! += loss / DRAWS_PER_ROW);
  }
  // Kept one by one: all seeds are measured on the same rows.
  run.recordEach({ name: "loss/held-out", ...own }, losses);
  for (const { predictor, fields } of sources) {
    if (fields.source === "identity") continue;
    for (const noise of NOISE_LEVELS) {
      const level = findLevel(schedule, noise);
      if (!level) continue; // The schedule does not reach it.
      recordMean(
        { name: "loss/denoising", noise, ...fields },
        await computeLosses(predictor, `eval/level/${noise}`, level),
      );
    }
  }
}

function measureFloor(
  nRepeats: number,
  evaluation: Evaluation,
): Promise<void> {
  const { run, data, nSamples } = evaluation;
  const drawPair = (repeat: number) => {
    const random = run.random(`eval/floor/${repeat}`);
    const both = drawPoints(data, { random, nRows: 2 * nSamples });
    const half = both.length / 2;
    return [both.subarray(0, half), both.subarray(half)] as const;
  };
  const fields = { source: "floor" };
  return measureDistances(fields, { ...evaluation, nRepeats, drawPair });
}

async function measureSampling(
  source: SampledSource,
  { setting: { at, fields }, ...evaluation }: Evaluation & {
    readonly setting: Setting;
  },
): Promise<void> {
  const { evalConfig, run, data, nSamples } = evaluation;
  const { sampler, eta, nRepeats } = evalConfig;
  const keeper = new SampleKeeper(data, at);
  const timer = new Timer();
  // All sources get the same noise and data, so that the differences between
  // them are not affected by either.
  const random = (what: string, repeat: number) =>
    run.random(["eval", what, ...Object.values(fields), repeat].join("/"));
  const all = { ...fields, ...source.fields };
  await measureDistances(all, {
    ...evaluation,
    nRepeats,
    async drawPair(repeat) {
      const isKept = repeat === 0;
      const span = timer.start();
      const samples = await sample(sampler, source.predictor, {
        at,
        nColumns: data.scaling.columns.length,
        nRows: nSamples,
        random: random("noise", repeat),
        eta,
        observer: isKept ? keeper : undefined,
        pause: () => run.yield(),
      });
      span.stop();
      if (isKept) keeper.keepSamples(samples);
      const points = { random: random("data", repeat), nRows: nSamples };
      return [samples, drawPoints(data, points)];
    },
  });
  const { source: name, ...setting } = all;
  if (name !== "model") return;
  run.record({ name: "time/sampling", ...setting, nSamples }, timer.result());
  keeper.save(run, setting);
}

/** Measures the distances between two samples, over repeats. */
async function measureDistances(
  fields: Fields,
  { run, data, nSamples, progress, nRepeats, drawPair }: Evaluation & {
    readonly nRepeats: number;
    readonly drawPair: (repeat: number) => PointsPair | Promise<PointsPair>;
  },
): Promise<void> {
  const nColumns = data.scaling.columns.length;
  const meter = new Meter();
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    const [first, second] = await drawPair(repeat);
    const a = { nColumns, values: first }, b = { nColumns, values: second };
    meter.update({
      "sliced-wasserstein": slicedWasserstein1(a, b),
      "energy-distance": energyDistance(a, b),
      mmd2: mmdSquared(a, b, BANDWIDTH),
    });
    progress.done++;
    run.progress({ ...progress, unit: "repeats" });
    await run.yield();
  }
  for (const name of meter.measures) {
    run.record({
      name,
      ...fields,
      nSamples,
      nRepeats,
      ...(data.draw ? {} : { reference: "held-out" }),
      ...(name === "mmd2" ? { bandwidth: BANDWIDTH } : {}),
    }, meter.result(name));
  }
}
