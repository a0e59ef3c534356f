/**
 * What a saved model says of the files that hold its weights.
 *
 * @module
 */

import { isJsonObject, type JsonObject } from "../../../core/utils/json.ts";

/** Files that hold the weights of a model, one after the other. */
export interface WeightsFiles {
  /** Their names in the folder of the model. */
  readonly paths: readonly string[];
  /** How many bytes they must have together. */
  readonly bytes: number;
  /** Whether a model may be without them. */
  readonly isOptional: boolean;
}

/** Other weights of the same model, of which its manifest tells nothing. */
const BESIDE = ["last.bin", "best.bin"];

/** How many bytes a number has, by TensorFlow.js's names. */
const BYTES: ReadonlyMap<unknown, number> = new Map([
  ["float32", 4],
  ["int32", 4],
  ["bool", 1],
]);

/**
 * Reads the manifest of a model as TensorFlow.js saves it.
 *
 * @param model What `model.json` holds; models of other kinds have no manifest.
 * @returns The files of each group of weights, and those beside; of what is no
 * such manifest, or quantized, nothing is known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { weightsOf } from "./weights.ts";
 *
 * const weights = [{ name: "kernel", shape: [3, 2], dtype: "float32" }];
 * const weightsManifest = [{ paths: ["weights.bin"], weights }];
 * assertEquals(weightsOf({ weightsManifest }), [
 *   { paths: ["weights.bin"], bytes: 24, isOptional: false },
 *   { paths: ["last.bin"], bytes: 24, isOptional: true },
 *   { paths: ["best.bin"], bytes: 24, isOptional: true },
 * ]);
 * ```
 */
export function weightsOf(model: JsonObject): WeightsFiles[] {
  const { weightsManifest: groups } = model;
  if (!Array.isArray(groups)) return [];
  const files = groups.flatMap((group: unknown): WeightsFiles[] => {
    const { paths, weights } = isJsonObject(group) ? group : {};
    const isKnown = Array.isArray(paths) && paths.length > 0 &&
      paths.every((path) => typeof path === "string") &&
      Array.isArray(weights);
    if (!isKnown) return [];
    const bytes = weights.reduce(
      (sum: number, weight: unknown) => sum + bytesOf(weight),
      0,
    );
    return Number.isNaN(bytes) ? [] : [{ paths, bytes, isOptional: false }];
  });
  const [only, another] = files;
  if (!only || another) return files;
  const { bytes } = only;
  return [
    only,
    ...BESIDE.map((path) => ({ paths: [path], bytes, isOptional: true })),
  ];
}

/** How many bytes a weight has; NaN where that cannot be told. */
function bytesOf(weight: unknown): number {
  const { shape, dtype, quantization } = isJsonObject(weight) ? weight : {};
  if (!Array.isArray(shape) || quantization !== undefined) return NaN;
  const count = shape.reduce((product, n) => product * Number(n), 1);
  return count * (BYTES.get(dtype) ?? NaN);
}
