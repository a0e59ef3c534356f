/**
 * What an experiment declares about its metrics, as `run.json` keeps it.
 *
 * @module
 */

import * as v from "valibot";
import { isJsonObject, type JsonObject } from "../utils/json.ts";
import { ifValid, isText, omitUndefined, pick } from "./_schemas.ts";

/** What an experiment declares about one of its metrics. */
export interface MetricDeclaration {
  /** Which way is better. */
  readonly better?: "lower" | "higher";
  /**
   * Whether it is an unbiased estimate of something that is 0 for a perfect
   * model: it may be negative, and ratios of it mean nothing.
   */
  readonly centredOnZero?: boolean;
  /** That its means are shares of observations, from 0 to 1, as an accuracy. */
  readonly kind?: "proportion";
  /**
   * That all runs measure it on the same observations, as one test set: then the
   * error between runs leaves out the error of sampling those.
   */
  readonly observations?: "shared";
  /** The unit of its values; none for pure numbers. */
  readonly unit?: string;
  /** The field of its records whose values are shown side by side. */
  readonly series?: string;
  /**
   * The field of its records that counts repetitions. It says nothing about
   * what was measured: of two records that differ in it alone, the one with
   * more repetitions counts.
   */
  readonly repeats?: string;
  /** What a reader must know about records that meet a condition `key=value`. */
  readonly notes?: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is JsonObject => isJsonObject(value);
const isNote = (value: unknown, key: string): value is string =>
  isText(value) && key.indexOf("=") > 0;

const metricsSchema = v.pipe(
  pick(isObject),
  v.record(
    v.string(),
    v.pipe(
      v.object({
        better: ifValid(v.picklist(["lower", "higher"])),
        centredOnZero: ifValid(v.boolean()),
        kind: ifValid(v.literal("proportion")),
        observations: ifValid(v.literal("shared")),
        unit: ifValid(v.string()),
        series: ifValid(v.string()),
        repeats: ifValid(v.string()),
        notes: ifValid(pick(isNote)),
      }),
      v.transform(omitUndefined),
    ),
  ),
);

/**
 * Reads the declarations of metrics. What is not of its type is dropped.
 *
 * @param value The parsed JSON.
 * @returns The declarations by the names of the metrics.
 */
export function parseMetrics(
  value: unknown,
): Readonly<Record<string, MetricDeclaration>> {
  return v.parse(v.fallback(metricsSchema, {}), value);
}
