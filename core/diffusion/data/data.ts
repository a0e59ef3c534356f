/**
 * The data of the diffusion experiment: named datasets, and CSV files of the
 * user's own, all in standard units.
 *
 * @module
 */

import type { ModelConfig } from "../model_config.ts";
import faithful from "../../data/faithful.csv" with { type: "text" };
import {
  computeScaling,
  parseTable,
  readTable,
  type Scaling,
  type Split,
  splitTable,
  standardise,
  type Table,
  takeRows,
} from "../../data/table.ts";
import { sha256 } from "../../utils/hash.ts";
import { RandomStream } from "../../utils/random.ts";
import { GENERATED, type GeneratedDataset } from "./datasets.ts";
import {
  type GaussianMixture,
  standardiseMixture,
} from "./gaussian_mixture.ts";

/** The part of `nTrain` that is drawn to be held out: a fifth of all rows. */
const HELD_OUT_PER_TRAIN = 0.25;

/** What the diffusion experiment trains on and is measured on. */
export interface DiffusionData extends Split {
  /** How the data were standardised: by the part that is trained on. */
  readonly scaling: Scaling;
  /** Draws fresh rows, in standard units; null where the data are finite. */
  readonly draw: ((random: RandomStream, nRows: number) => Table) | null;
  /** The density in standard units, where the data are a Gaussian mixture. */
  readonly mixture: GaussianMixture | null;
}

/** What was loaded, so that one command does not load its data twice. */
const loaded = new WeakMap<ModelConfig, DiffusionData>();

/**
 * Loads the dataset of a configuration, both parts standardised by the part
 * that is trained on. The same `dataset`, `dataSeed` and `nTrain` give the same
 * data, whatever `seed` is.
 *
 * @param config The configuration. The same object gives the same data, read
 * once.
 * @returns Both parts in standard units, the scaling, and what is known about
 * their distribution.
 * @throws {Deno.errors.NotFound} If there is no such CSV file.
 * @throws {SyntaxError} If it is no table of numbers.
 * @throws {RangeError} If it has too few rows, or a column of one value.
 */
export function loadData(config: ModelConfig): DiffusionData {
  return loaded.getOrInsertComputed(config, () => {
    const { dataset } = config;
    const generated = GENERATED[dataset];
    if (generated) {
      return standardiseSplit(drawSplit(generated, config), generated);
    }
    const table = dataset === "faithful"
      ? parseTable(faithful, dataset)
      : readTable(dataset);
    try {
      return standardiseSplit(splitFinite(table, config));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`${error.message}, in ${dataset}`);
    }
  });
}

function drawSplit(
  generated: GeneratedDataset,
  { dataSeed, nTrain }: ModelConfig,
): Split {
  const drawRows = (stream: string, nRows: number) =>
    drawTable(generated, new RandomStream(dataSeed, stream), nRows);
  const nHeldOut = Math.max(2, Math.round(nTrain * HELD_OUT_PER_TRAIN));
  return {
    train: drawRows("data/train", nTrain),
    heldOut: drawRows("data/held-out", nHeldOut),
  };
}

function drawTable(
  { columns, draw }: GeneratedDataset,
  random: RandomStream,
  nRows: number,
): Table {
  const values = new Float64Array(nRows * columns.length);
  for (let row = 0; row < nRows; row++) {
    values.set(draw(random), row * columns.length);
  }
  return { columns, nRows, values };
}

/** Splits a table: the held-out part is the same for any nTrain. */
function splitFinite(table: Table, { dataSeed, nTrain }: ModelConfig): Split {
  const random = new RandomStream(dataSeed, "data/split");
  const { train, heldOut } = splitTable(table, random);
  // The rows are in random order.
  const rows = [...Array(Math.min(nTrain, train.nRows)).keys()];
  return { train: takeRows(train, rows), heldOut };
}

function standardiseSplit(
  { train, heldOut }: Split,
  generated?: GeneratedDataset,
): DiffusionData {
  const scaling = computeScaling(train);
  return {
    train: standardise(train, scaling),
    heldOut: standardise(heldOut, scaling),
    scaling,
    draw: generated
      ? (random, nRows) =>
        standardise(drawTable(generated, random, nRows), scaling)
      : null,
    mixture: generated?.mixture
      ? standardiseMixture(generated.mixture, scaling)
      : null,
  };
}

/**
 * Draws points to compare generated points with: fresh ones, or of finite data
 * some of the held-out rows.
 *
 * @param data The data.
 * @param options What draws, and the number of points.
 * @returns Different points in standard units, shape [nRows, nColumns].
 */
export function drawPoints(
  { draw, heldOut }: DiffusionData,
  { random, nRows }: { readonly random: RandomStream; readonly nRows: number },
): Float64Array {
  if (draw) return draw(random, nRows).values;
  const rows = random.permutation(heldOut.nRows).subarray(0, nRows);
  return takeRows(heldOut, rows).values;
}

/**
 * A hash of all values, by which an evaluation knows whether the data are still
 * those of the training.
 *
 * @param data Both parts.
 * @returns SHA-256 in hexadecimal digits.
 */
export async function hashData({ train, heldOut }: Split): Promise<string> {
  const all = new Float64Array(train.values.length + heldOut.values.length);
  all.set(train.values);
  all.set(heldOut.values, train.values.length);
  return await sha256(new Uint8Array(all.buffer));
}
