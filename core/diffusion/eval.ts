/**
 * Evaluation of diffusion models that have been trained.
 *
 * @module
 */

import {
  type EvalConfig,
  evalConfigSchema,
  type Source,
} from "./eval_config.ts";
import { type ModelConfig, modelConfigSchema } from "./model_config.ts";
import { evaluationOf } from "../run/lifecycle.ts";
import { batches } from "../data/table.ts";
import type { Run } from "../run/run.ts";
import { Meter } from "../utils/meters.ts";
import type { MetadataFields, ResultCollection } from "../utils/results.ts";
import { Timer } from "../utils/timer.ts";
import { type DiffusionData, hashData, loadData } from "./data/data.ts";
import { denoisingLosses } from "./noise/denoising.ts";
import {
  energyDistance,
  mmdSquared,
  type Points,
  slicedWasserstein1,
} from "./metrics/distances.ts";
import { useEngine } from "./engines/backend.ts";
import { loadModel, type NoiseModel } from "./model.ts";
import {
  exactScore,
  IDENTITY,
  type NoisePredictor,
} from "./noise/noise_predictor.ts";
import { addNoise, alphaBars } from "./noise/noise_schedule.ts";
import { type PointsPair, Reference } from "./data/reference.ts";
import { SampleKeeper } from "./metrics/sample_keeper.ts";
import { sample } from "./noise/samplers.ts";
import {
  levelOf,
  type NoiseLevel,
  type SamplingTimes,
  samplingTimes,
  type Spacing,
} from "./noise/sampling_times.ts";
import { SCALING_FILE } from "./train.ts";

/**
 * How often each held-out row is measured, at times and with noise of its own.
 * A row's mean counts as one observation: its draws are not independent of
 * each other, the rows are.
 */
const DRAWS_PER_ROW = 8;

/** Where the loss is measured: shares of noise √(1 − ᾱ), whatever schedule. */
const NOISE_LEVELS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99];

/** The floor is what all else is held against, so it is measured more often. */
const FLOOR_REPEATS = 5;

/** Distances without bias need pairs on both sides. */
const MIN_SAMPLES = 2;

/** The width of the kernel of MMD², in standard units, for every dataset. */
const BANDWIDTH = 0.5;

/** A source of samples: what predicts the noise for the sampler. */
interface SampledSource {
  readonly name: Exclude<Source, "floor">;
  readonly predictor: NoisePredictor;
  /** With which weights, where they are not the usual ones. */
  readonly weights?: Exclude<EvalConfig["weights"], "ema">;
}

/** What records tell of a source beside its name. */
function told({ weights }: SampledSource): { readonly weights?: string } {
  return weights ? { weights } : {};
}

/**
 * Measures a trained diffusion model against the best that is possible and
 * against the baseline.
 *
 * `loss/held-out` is the mean squared error of predicted noise over the
 * held-out rows, and `loss/denoising` the same where noise has one share alone,
 * √(1 − ᾱ); with `source` "exact-score" it is the least that is possible.
 *
 * Of samples there are `sliced-wasserstein` (in one dimension the Wasserstein
 * distance itself), `energy-distance` and `mmd2`, all in standard units, as
 * means over repeats.
 * Each repeat compares as many fresh points of a source with as many fresh
 * points of the data:
 *
 * - `model`: samples of the trained model;
 * - `exact-score`: the same sampler with the score that a perfect model would
 *   have, for Gaussian mixtures;
 * - `floor`: the data themselves, what a perfect sampler would reach;
 * - `identity`: the same sampler with the baseline that takes all for noise.
 *
 * Finite data are not drawn but halved anew each repeat, the held-out rows
 * alone: `reference` "held-out" says so. The errors tell of the halving, and
 * nothing of other rows.
 */
export class Evaluator {
  readonly #config: EvalConfig;
  readonly #run: Run;
  readonly #modelConfig: ModelConfig;
  readonly #schedule: Float64Array;
  #nRepeats = 0;
  #done = 0;

  /**
   * Opens a run for measuring.
   *
   * @param config What to measure.
   * @param runPath The directory of a completed run, or the run opened for
   * evaluation.
   * @throws {Deno.errors.NotFound} If the run has no configuration.
   */
  constructor(config: EvalConfig, runPath: string | Run) {
    const path = typeof runPath === "string" ? runPath : runPath.path;
    this.#config = config;
    this.#modelConfig = modelConfigSchema.load(path);
    this.#schedule = alphaBars(this.#modelConfig);
    this.#run = typeof runPath === "string"
      ? evaluationOf(runPath, this.#modelConfig)
      : runPath;
  }

  /**
   * Measures all that the configuration names.
   *
   * @returns The records, which are in the run directory by then.
   * @throws {Deno.errors.NotFound} If the run has no model.
   * @throws {RangeError} If the data are no longer those it was trained on, or
   * there are to be more steps than timesteps.
   */
  async evaluate(): Promise<ResultCollection> {
    const { eta, sampler } = this.#config;
    if (eta > 0 && sampler !== "ddim") {
      throw new RangeError(
        `Cannot use --eta with ${sampler} as DDIM alone has it: add ` +
          "--sampler ddim",
      );
    }
    const settings = this.#nSteps.map((nSteps) => this.#timesOf(nSteps));
    await useEngine(this.#run);
    const data = await this.#loadData();
    using model = await loadModel(this.#run.path, {
      config: this.#modelConfig,
      nColumns: data.scaling.columns.length,
      weights: this.#config.weights,
    });
    const sources = this.#sourcesOf(model, data);
    const sampled = this.#wantedOf(sources);
    const hasFloor = this.#config.sources.includes("floor");
    this.#nRepeats = this.#config.nRepeats *
      ((hasFloor ? FLOOR_REPEATS : 0) + settings.length * sampled.length);
    await this.#measureLosses(sources, data);
    const reference = this.#referenceOf(data);
    if (hasFloor) await this.#measureFloor(reference);
    for (const at of settings) {
      for (const source of sampled) {
        await this.#measureSampling(source, { data, reference, at });
      }
    }
    return this.#run.records;
  }

  #sourcesOf(model: NoiseModel, { mixture }: DiffusionData): SampledSource[] {
    const { weights } = this.#config;
    const sources: SampledSource[] = [
      {
        name: "model",
        predictor: model,
        ...(weights === "ema" ? {} : { weights }),
      },
    ];
    if (mixture) {
      sources.push({ name: "exact-score", predictor: exactScore(mixture) });
    }
    sources.push({ name: "identity", predictor: IDENTITY });
    return sources;
  }

  async #loadData(): Promise<DiffusionData> {
    const data = loadData(this.#modelConfig);
    const { dataHash } = this.#run.readJson(SCALING_FILE);
    if (await hashData(data) === dataHash) return data;
    throw new RangeError(
      `Cannot evaluate on ${this.#modelConfig.dataset} as it has changed ` +
        "since the run was trained on it",
    );
  }

  #wantedOf(sources: readonly SampledSource[]): readonly SampledSource[] {
    const { sources: wanted } = this.#config;
    const { dataset } = this.#modelConfig;
    const isNamed = wanted !== evalConfigSchema.fields.sources.default;
    const hasExact = sources.some(({ name }) => name === "exact-score");
    if (isNamed && wanted.includes("exact-score") && !hasExact) {
      this.#run.warn(
        `there is no exact score of ${dataset}, which is no Gaussian mixture`,
      );
    }
    return sources.filter(({ name }) => wanted.includes(name));
  }

  #referenceOf(data: DiffusionData): Reference {
    const { dataset } = this.#modelConfig;
    const { nSamples } = this.#config;
    const reference = new Reference(data, nSamples);
    if (reference.nSamples < MIN_SAMPLES) {
      throw new RangeError(
        `Cannot compare samples with ${dataset} as half of its held-out rows ` +
          `must be at least ${MIN_SAMPLES}: current count of held-out rows ` +
          `is ${data.heldOut.nRows}`,
      );
    }
    if (reference.nSamples < nSamples) {
      this.#run.warn(
        `only ${reference.nSamples} samples are compared, not ${nSamples}: ` +
          `half of the rows of ${dataset} that are held out`,
      );
    }
    return reference;
  }

  /** Where none are named, a short schedule needs no more steps than it has. */
  get #nSteps(): readonly number[] {
    const { nSteps } = this.#config;
    return nSteps === evalConfigSchema.fields.nSteps.default
      ? nSteps.map((n) => Math.min(n, this.#schedule.length))
      : nSteps;
  }

  #timesOf(nSteps: number): SamplingTimes {
    const spacing = this.#spacingOf(nSteps);
    return samplingTimes(this.#schedule, { nSteps, spacing });
  }

  async #measureLosses(
    sources: readonly SampledSource[],
    data: DiffusionData,
  ): Promise<void> {
    const [model] = sources;
    const losses = new Float64Array(data.heldOut.nRows);
    for (let draw = 0; draw < DRAWS_PER_ROW; draw++) {
      const stream = `eval/noise/${draw}`;
      const drawn = await this.#lossesOf(model!, data, { stream });
      drawn.forEach((loss, row) => losses[row]! += loss / DRAWS_PER_ROW);
    }
    this.#recordMean({ name: "loss/held-out", ...told(model!) }, losses);
    for (const source of sources) {
      if (source.name === "identity") continue; // Of no use here.
      for (const noise of NOISE_LEVELS) {
        const level = levelOf(this.#schedule, noise);
        if (!level) continue; // Beyond either end of the schedule.
        const stream = `eval/level/${noise}`;
        const losses = await this.#lossesOf(source, data, { stream, level });
        this.#recordMean(
          {
            name: "loss/denoising",
            noise,
            source: source.name,
            ...told(source),
          },
          losses,
        );
      }
    }
  }

  #recordMean(metadata: MetadataFields, losses: Float64Array): void {
    const meter = new Meter();
    meter.update({ loss: losses });
    this.#run.record(metadata, meter.result("loss"));
  }

  /** The losses of the held-out rows, at times of their own or all at one. */
  async #lossesOf(
    { predictor }: SampledSource,
    { heldOut }: DiffusionData,
    { stream, level }: { readonly stream: string; readonly level?: NoiseLevel },
  ): Promise<Float64Array> {
    const [rows] = batches(heldOut, { batchSize: heldOut.nRows });
    const losses = await denoisingLosses(
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
    await this.#measure({ source: "floor" }, {
      reference,
      nRepeats: this.#config.nRepeats * FLOOR_REPEATS,
      pair: (repeat) =>
        reference.pair(this.#run.random(`eval/floor/${repeat}`)),
    });
  }

  async #measureSampling(
    source: SampledSource,
    { data, reference, at }: {
      readonly data: DiffusionData;
      readonly reference: Reference;
      readonly at: SamplingTimes;
    },
  ): Promise<void> {
    const { sampler, eta, nRepeats } = this.#config;
    const { nColumns, nSamples } = reference;
    const setting = { ...this.#settingOf(at), ...told(source) };
    const keeper = new SampleKeeper(data, at);
    const timer = new Timer();
    // The same noise and data for every source: what they share of both tells
    // nothing of their differences, and so is kept out of them.
    const stream = (what: string, repeat: number) =>
      this.#run.random(
        ["eval", what, ...Object.values(this.#settingOf(at)), repeat].join("/"),
      );
    const draw = async (repeat: number) => {
      using _span = timer.start();
      return await sample(sampler, source.predictor, {
        at,
        nColumns,
        nRows: nSamples,
        random: stream("noise", repeat),
        eta,
        onStep: (rows, step) => {
          if (repeat === 0) keeper.keepStep(rows, step);
          return this.#run.yield();
        },
      });
    };
    await this.#measure({ source: source.name, ...setting }, {
      reference,
      nRepeats,
      async pair(repeat) {
        const samples = await draw(repeat);
        if (repeat === 0) keeper.keepSamples(samples);
        return [samples, reference.draw(stream("data", repeat))];
      },
    });
    if (source.name !== "model") return;
    const metadata = { name: "time/sampling", ...setting, nSamples };
    this.#run.record(metadata, timer.result());
    keeper.save(this.#run, setting);
  }

  /** How samples are drawn, as records tell it. */
  #settingOf({ times }: SamplingTimes): Record<string, string | number> {
    const { sampler, eta } = this.#config;
    const nSteps = times.length;
    return {
      sampler,
      ...(sampler === "ddim" ? { eta } : {}),
      nSteps,
      spacing: this.#spacingOf(nSteps),
    };
  }

  #spacingOf(nSteps: number): Spacing {
    const { spacing } = this.#config;
    if (spacing !== "auto") return spacing;
    return nSteps < this.#schedule.length ? "log-snr" : "time";
  }

  /** Compares points of a source with data, again and again. */
  async #measure(
    setting: Readonly<Record<string, string | number>>,
    { reference, nRepeats, pair }: {
      readonly reference: Reference;
      readonly nRepeats: number;
      readonly pair: (repeat: number) => PointsPair | Promise<PointsPair>;
    },
  ): Promise<void> {
    const { nColumns, nSamples } = reference;
    const meter = new Meter();
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      const [a, b] = (await pair(repeat)).map((values) => ({
        nColumns,
        values,
      })) as [Points, Points];
      meter.update({
        "sliced-wasserstein": slicedWasserstein1(a, b),
        "energy-distance": energyDistance(a, b),
        mmd2: mmdSquared(a, b, BANDWIDTH),
      });
      this.#done++;
      const [done, total] = [this.#done, this.#nRepeats];
      this.#run.progress({ done, total, unit: "repeats" });
      await this.#run.yield();
    }
    for (const name of meter.measures) {
      this.#run.record({
        name,
        ...setting,
        nSamples,
        nRepeats,
        ...(reference.isFinite ? { reference: "held-out" } : {}),
        ...(name === "mmd2" ? { bandwidth: BANDWIDTH } : {}),
      }, meter.result(name));
    }
  }
}
