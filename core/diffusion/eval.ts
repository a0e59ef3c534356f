/**
 * Evaluation of trained diffusion models.
 *
 * @module
 */

import { batches } from "../data/table.ts";
import type { Run } from "../run/run.ts";
import { Meter } from "../utils/meters.ts";
import type { MetadataFields } from "../utils/results.ts";
import { Timer } from "../utils/timer.ts";
import { type DiffusionData, hashData, loadData } from "./data/data.ts";
import { type PointsPair, Reference } from "./data/reference.ts";
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
import { loadModel, type NoiseModel } from "./model.ts";
import type { ModelConfig } from "./model_config.ts";
import { computeDenoisingLosses } from "./noise/denoising.ts";
import {
  createExactScore,
  IDENTITY,
  type NoisePredictor,
} from "./noise/noise_predictor.ts";
import { addNoise, computeAlphaBars } from "./noise/noise_schedule.ts";
import { sample } from "./noise/samplers.ts";
import {
  computeSamplingTimes,
  findLevel,
  type NoiseLevel,
  type SamplingTimes,
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
  readonly name: Exclude<Source, "floor">;
  readonly predictor: NoisePredictor;
  /** What its records say besides its name. */
  readonly fields: Fields;
}

/** One way to draw samples. */
interface Setting {
  readonly at: SamplingTimes;
  /** What records say about it. */
  readonly fields: Fields;
}

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
  model: EvaluatedModel,
): Promise<void> {
  await new Evaluator(evalConfig, model).evaluate();
}

class Evaluator {
  readonly #evalConfig: EvalConfig;
  readonly #config: ModelConfig;
  readonly #run: Run;
  readonly #schedule: Float64Array;
  #nRepeats = 0;
  #nDone = 0;

  constructor(evalConfig: EvalConfig, { config, run }: EvaluatedModel) {
    this.#evalConfig = evalConfig;
    this.#config = config;
    this.#run = run;
    this.#schedule = computeAlphaBars(config);
  }

  async evaluate(): Promise<void> {
    const { sources: wanted, weights, nRepeats } = this.#evalConfig;
    const settings = this.#planSettings();
    await useBackend(this.#run);
    const data = await this.#loadData();
    using model = await loadModel(this.#run.path, {
      config: this.#config,
      nColumns: data.scaling.columns.length,
      weights,
    });
    const sources = this.#listSources(model, data);
    const sampled = sources.filter(({ name }) => wanted.includes(name));
    const hasFloor = wanted.includes("floor");
    this.#nRepeats = nRepeats *
      ((hasFloor ? FLOOR_REPEATS : 0) + settings.length * sampled.length);
    await this.#measureLosses(sources, data);
    const reference = this.#createReference(data);
    if (hasFloor) await this.#measureFloor(reference);
    for (const setting of settings) {
      for (const source of sampled) {
        await this.#measureSampling(source, { data, reference, setting });
      }
    }
  }

  #planSettings(): Setting[] {
    const { sampler, eta, nSteps: all, spacing } = this.#evalConfig;
    if (eta > 0 && sampler !== "ddim") {
      throw new RangeError(
        `Cannot use --eta with ${sampler}: only DDIM has it; add ` +
          "--sampler ddim",
      );
    }
    const nTimesteps = this.#schedule.length;
    const isDefault = all === evalConfigFields.nSteps.default;
    return all.map((n) => {
      const nSteps = isDefault ? Math.min(n, nTimesteps) : n;
      const chosen = spacing !== "auto"
        ? spacing
        : nSteps < nTimesteps
        ? "log-snr"
        : "time";
      return {
        at: computeSamplingTimes(this.#schedule, { nSteps, spacing: chosen }),
        fields: {
          sampler,
          ...(sampler === "ddim" ? { eta } : {}),
          nSteps,
          spacing: chosen,
        },
      };
    });
  }

  async #loadData(): Promise<DiffusionData> {
    const data = loadData(this.#config);
    const { dataHash } = this.#run.readJson(SCALING_FILE);
    if (await hashData(data) === dataHash) return data;
    throw new RangeError(
      `Cannot evaluate on ${this.#config.dataset}: it has changed since the ` +
        "run was trained on it",
    );
  }

  #listSources(model: NoiseModel, { mixture }: DiffusionData): SampledSource[] {
    const { weights, sources: wanted } = this.#evalConfig;
    const isNamed = wanted !== evalConfigFields.sources.default;
    if (isNamed && wanted.includes("exact-score") && !mixture) {
      this.#run.warn(
        `there is no exact score of ${this.#config.dataset}, which is no ` +
          "Gaussian mixture",
      );
    }
    return [
      {
        name: "model",
        predictor: model,
        fields: weights === "ema" ? {} : { weights },
      },
      ...(mixture
        ? [{
          name: "exact-score" as const,
          predictor: createExactScore(mixture),
          fields: {},
        }]
        : []),
      { name: "identity", predictor: IDENTITY, fields: {} },
    ];
  }

  #createReference(data: DiffusionData): Reference {
    const { dataset } = this.#config;
    const { nSamples } = this.#evalConfig;
    const reference = new Reference(data, nSamples);
    if (reference.nSamples < MIN_SAMPLES) {
      throw new RangeError(
        `Cannot compare samples with ${dataset}: half of its held-out rows ` +
          `must be at least ${MIN_SAMPLES}, it has ${data.heldOut.nRows} ` +
          "held-out rows",
      );
    }
    if (reference.nSamples < nSamples) {
      this.#run.warn(
        `only ${reference.nSamples} samples are compared, not ${nSamples}: ` +
          `half of the held-out rows of ${dataset}`,
      );
    }
    return reference;
  }

  async #measureLosses(
    sources: readonly SampledSource[],
    data: DiffusionData,
  ): Promise<void> {
    const [model] = sources;
    const losses = new Float64Array(data.heldOut.nRows);
    for (let draw = 0; draw < DRAWS_PER_ROW; draw++) {
      const stream = `eval/noise/${draw}`;
      const drawn = await this.#computeLosses(model!, data, { stream });
      drawn.forEach((loss, row) => losses[row]! += loss / DRAWS_PER_ROW);
    }
    this.#recordMean({ name: "loss/held-out", ...model!.fields }, losses);
    for (const source of sources) {
      if (source.name === "identity") continue;
      for (const noise of NOISE_LEVELS) {
        const level = findLevel(this.#schedule, noise);
        if (!level) continue; // The schedule does not reach it.
        const stream = `eval/level/${noise}`;
        const name = "loss/denoising";
        this.#recordMean(
          { name, noise, source: source.name, ...source.fields },
          await this.#computeLosses(source, data, { stream, level }),
        );
      }
    }
  }

  #recordMean(metadata: MetadataFields, losses: Float64Array): void {
    const meter = new Meter();
    meter.update({ loss: losses });
    this.#run.record(metadata, meter.result("loss"));
  }

  /** The losses of the held-out rows, at random times or at one noise level. */
  async #computeLosses(
    { predictor }: SampledSource,
    { heldOut }: DiffusionData,
    { stream, level }: { readonly stream: string; readonly level?: NoiseLevel },
  ): Promise<Float64Array> {
    const [rows] = batches(heldOut, { batchSize: heldOut.nRows });
    const losses = await computeDenoisingLosses(
      predictor,
      addNoise(rows!, {
        schedule: this.#schedule,
        random: this.#run.random(stream),
        ...(level ? { level } : {}),
      }),
    );
    await this.#run.yield();
    return losses;
  }

  async #measureFloor(reference: Reference): Promise<void> {
    await this.#measureDistances({ source: "floor" }, {
      reference,
      nRepeats: this.#evalConfig.nRepeats * FLOOR_REPEATS,
      pair: (repeat) =>
        reference.drawPair(this.#run.random(`eval/floor/${repeat}`)),
    });
  }

  async #measureSampling(
    source: SampledSource,
    { data, reference, setting: { at, fields } }: {
      readonly data: DiffusionData;
      readonly reference: Reference;
      readonly setting: Setting;
    },
  ): Promise<void> {
    const { sampler, eta, nRepeats } = this.#evalConfig;
    const { nColumns, nSamples } = reference;
    const keeper = new SampleKeeper(data, at);
    const timer = new Timer();
    // All sources get the same noise and data, so that the differences between
    // them are not affected by either.
    const random = (what: string, repeat: number) =>
      this.#run.random(
        ["eval", what, ...Object.values(fields), repeat].join("/"),
      );
    const drawSamples = async (repeat: number) => {
      using _span = timer.start();
      return await sample(sampler, source.predictor, {
        at,
        nColumns,
        nRows: nSamples,
        random: random("noise", repeat),
        eta,
        onStep: (rows, step) => {
          if (repeat === 0) keeper.keepStep(rows, step);
          return this.#run.yield();
        },
      });
    };
    const all = { ...fields, ...source.fields };
    await this.#measureDistances({ source: source.name, ...all }, {
      reference,
      nRepeats,
      async pair(repeat) {
        const samples = await drawSamples(repeat);
        if (repeat === 0) keeper.keepSamples(samples);
        return [samples, reference.draw(random("data", repeat))];
      },
    });
    if (source.name !== "model") return;
    const metadata = { name: "time/sampling", ...all, nSamples };
    this.#run.record(metadata, timer.result());
    keeper.save(this.#run, all);
  }

  /** Measures the distances between two samples, over repeats. */
  async #measureDistances(
    fields: Fields,
    { reference, nRepeats, pair }: {
      readonly reference: Reference;
      readonly nRepeats: number;
      readonly pair: (repeat: number) => PointsPair | Promise<PointsPair>;
    },
  ): Promise<void> {
    const { nColumns, nSamples } = reference;
    const meter = new Meter();
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const values = await pair(repeat);
      const a = { nColumns, values: values[0] };
      const b = { nColumns, values: values[1] };
      meter.update({
        "sliced-wasserstein": slicedWasserstein1(a, b),
        "energy-distance": energyDistance(a, b),
        mmd2: mmdSquared(a, b, BANDWIDTH),
      });
      this.#run.progress({
        done: ++this.#nDone,
        total: this.#nRepeats,
        unit: "repeats",
      });
      await this.#run.yield();
    }
    for (const name of meter.measures) {
      this.#run.record({
        name,
        ...fields,
        nSamples,
        nRepeats,
        ...(reference.isFinite ? { reference: "held-out" } : {}),
        ...(name === "mmd2" ? { bandwidth: BANDWIDTH } : {}),
      }, meter.result(name));
    }
  }
}
