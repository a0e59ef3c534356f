import type { Run } from "../../run/run.ts";
import { RandomStream } from "../../utils/random.ts";
import { type DiffusionData, drawPoints } from "../data/data.ts";
import { computeDensity } from "../data/gaussian_mixture.ts";
import type { NoiseLevels } from "../noise/noise_predictor.ts";

/** The number of points in a figure. */
const MAX_POINTS = 2000;
/** The number of points in each frame of the reverse process. */
const MAX_MOVING = 600;
/** The shares of noise at which the reverse process is shown. */
const FRAMES = [1, 0.95, 0.85, 0.7, 0.5, 0.3, 0.1];
/** The number of points of a density, and the margin on both sides. */
const DENSITY = { points: 300, margin: 0.1 };
/** The number of digits kept. */
const DIGITS = 5;

/** Points in the units of the data, row after row. */
type Rows = readonly (readonly number[])[];

/** Keeps some samples of one setting, and how they emerged, for figures. */
export class SampleKeeper {
  readonly #data: DiffusionData;
  readonly #noises: readonly number[];
  /** The steps before which {@linkcode SampleKeeper.keepStep} wants the rows. */
  readonly shownSteps: ReadonlySet<number>;
  readonly #frames: { noise: number; rows: Rows }[] = [];
  #samples: Rows = [];

  /**
   * Starts with nothing kept.
   *
   * @param data The data, for their units.
   * @param at The times where the sampler stops.
   */
  constructor(data: DiffusionData, { alphaBars }: NoiseLevels) {
    this.#data = data;
    this.#noises = Array.from(alphaBars, (kept) => Math.sqrt(1 - kept));
    this.shownSteps = new Set(
      FRAMES.map((wanted) => findNearest(this.#noises, wanted)),
    );
  }

  /**
   * Keeps the rows before one of the shown steps.
   *
   * @param rows The rows in standard units.
   * @param step Which step.
   */
  keepStep(rows: Float64Array, step: number): void {
    this.#keepFrame(rows, this.#noises[step]!);
  }

  /**
   * Keeps the samples.
   *
   * @param rows The samples in standard units.
   */
  keepSamples(rows: Float64Array): void {
    this.#keepFrame(rows, 0);
    this.#samples = this.#unscale(rows, MAX_POINTS);
  }

  #keepFrame(rows: Float64Array, noise: number): void {
    this.#frames.push({
      noise: round(noise),
      rows: this.#unscale(rows, MAX_MOVING),
    });
  }

  /**
   * Writes the samples into the run, under `samples/`.
   *
   * @param run The run.
   * @param setting How the samples were drawn.
   */
  save(run: Run, setting: Readonly<Record<string, string | number>>): void {
    const name = Object.entries(setting)
      .map(([key, value]) =>
        typeof value === "string" ? value : `${key}=${value}`
      ).join("_");
    const data = drawPoints(this.#data, {
      random: new RandomStream(0, "figure"),
      nRows: this.#samples.length,
    });
    run.writeJson(`samples/${name}.json`, {
      setting,
      columns: this.#data.scaling.columns,
      samples: this.#samples,
      data: this.#unscale(data, MAX_POINTS),
      ...(this.#data.mixture && this.#samples[0]?.length === 1
        ? { density: this.#computeDensity() }
        : {}),
      frames: this.#frames,
    });
  }

  #unscale(rows: Float64Array, maxRows: number): Rows {
    const { means, deviations } = this.#data.scaling;
    const nColumns = means.length;
    const nRows = Math.min(rows.length / nColumns, maxRows);
    return Array.from(
      { length: nRows },
      (_, row) =>
        means.map((mean, column) =>
          round(mean + deviations[column]! * rows[row * nColumns + column]!)
        ),
    );
  }

  /** The true density in one dimension, as pairs of place and density. */
  #computeDensity(): Rows {
    const { mixture, scaling: { means: [mean], deviations: [deviation] } } =
      this.#data;
    const { points, margin } = DENSITY;
    const ends = mixture!.flatMap(({ means: [mean], deviations: [width] }) => [
      mean! - 4 * width!,
      mean! + 4 * width!,
    ]);
    const low = Math.min(...ends) - margin, high = Math.max(...ends) + margin;
    return Array.from({ length: points }, (_, i) => {
      const z = low + (high - low) * i / (points - 1);
      const density = computeDensity(mixture!, [z]) / deviation!;
      return [round(mean! + deviation! * z), round(density)];
    });
  }
}

/** Finds the index of the nearest number. */
function findNearest(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}

function round(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
