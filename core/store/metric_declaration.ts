/**
 * What an experiment declares about its metrics, as `run.json` keeps it.
 *
 * @module
 */

import { isJsonObject } from "../utils/json.ts";

/** What an experiment declares about one of its metrics. */
export interface MetricDeclaration {
  /** Which way is better. */
  readonly better?: "lower" | "higher";
  /**
   * Whether the best value is 0 on average, so that estimates may be negative:
   * ratios of them mean nothing.
   */
  readonly centredOnZero?: boolean;
  /** The unit of its values. */
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

/**
 * Reads the declarations of metrics. What is not of its type is dropped.
 *
 * @param value The parsed JSON.
 * @returns The declarations by the names of the metrics.
 */
export function parseMetrics(
  value: unknown,
): Readonly<Record<string, MetricDeclaration>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, declared]) =>
      isJsonObject(declared) ? [[name, parseMetric(declared)]] : []
    ),
  );
}

function parseMetric(value: Record<string, unknown>): MetricDeclaration {
  const { better, centredOnZero, notes } = value;
  const texts = ["unit", "series", "repeats"].flatMap((key) =>
    typeof value[key] === "string" ? [[key, value[key]]] : []
  );
  return {
    ...Object.fromEntries(texts),
    ...(better === "lower" || better === "higher" ? { better } : {}),
    ...(centredOnZero === true ? { centredOnZero } : {}),
    ...(isJsonObject(notes)
      ? {
        notes: Object.fromEntries(
          Object.entries(notes).filter(([condition, text]) =>
            condition.indexOf("=") > 0 && typeof text === "string"
          ),
        ) as Record<string, string>,
      }
      : {}),
  };
}
