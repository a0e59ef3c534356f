/**
 * The columns of a comparison: their order, headings and directions.
 *
 * @module
 */

import type {
  MetadataValue,
  ResultMetadata,
} from "../../core/utils/results.ts";
import { order } from "../database/select.ts";
import type { Column, CompareOptions } from "./comparison.ts";
import { singleLine } from "./labels.ts";
import { collectRepeats, findDirection, type Metrics } from "./metrics.ts";

/**
 * Makes the columns of a comparison.
 *
 * @param metadata What the columns show.
 * @param options The axes, and which way the user says is better.
 * @param metrics What experiments declare.
 * @returns The columns in order.
 */
export function makeColumns(
  metadata: readonly ResultMetadata[],
  options: CompareOptions,
  metrics: Metrics,
): Column[] {
  const repeats = collectRepeats(metrics);
  const sorted = sortMetadata(metadata, repeats);
  const groups = Map.groupBy(sorted, ({ name }) => name);
  const differences = new Map(
    groups.entries().map(([name, same]) => [
      name,
      describeDifferences(same, repeats),
    ]),
  );
  const isOnlyName = options.cols?.length && groups.size === 1;
  return sorted.map((item) => {
    const { name } = item;
    const declared = metrics.get(name);
    const better = findDirection(name, options, declared);
    const difference = differences.get(name)!.get(item)!;
    const heading = difference === ""
      ? name
      : isOnlyName
      ? difference
      : `${name} (${difference})`;
    return {
      metadata: item,
      heading: singleLine(heading),
      ...(declared?.unit ? { unit: declared.unit } : {}),
      ...(better ? { better } : {}),
    };
  });
}

/**
 * Sorts metadata by name, within a name by the further fields, and by those
 * that count repetitions last.
 *
 * @param metadata The metadata.
 * @param repeats The fields that count repetitions.
 * @returns The same in order.
 */
export function sortMetadata(
  metadata: readonly ResultMetadata[],
  repeats: ReadonlySet<string>,
): ResultMetadata[] {
  return metadata.toSorted((a, b) => {
    if (a.name !== b.name) return a.name < b.name ? -1 : 1;
    const keys = Object.keys({ ...a.fields, ...b.fields }).sort();
    const isRepeats = (key: string) => repeats.has(key) ? 1 : 0;
    for (const key of keys.sort((a, b) => isRepeats(a) - isRepeats(b))) {
      const difference = order(a.field(key), b.field(key), 1);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/**
 * What tells each column from others of its name: the fields that have several
 * values, or if those are not enough, all in which some column differs.
 */
function describeDifferences(
  columns: readonly ResultMetadata[],
  repeats: ReadonlySet<string>,
): Map<ResultMetadata, string> {
  const values = new Map<string, Set<MetadataValue>>();
  const counts = new Map<string, number>();
  for (const { fields } of columns) {
    for (const [key, value] of Object.entries(fields)) {
      values.getOrInsertComputed(key, () => new Set()).add(value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const isSeveral = (key: string) => values.get(key)!.size > 1;
  const isDifferent = (key: string) =>
    isSeveral(key) || counts.get(key)! < columns.length;
  const format = (
    { fields }: ResultMetadata,
    isShown: (key: string) => boolean,
  ) =>
    Object.entries(fields).filter(([key]) => isShown(key))
      .map(([key, value]) => `${key}=${value}`).join(", ");
  const formatSeveral = (column: ResultMetadata) =>
    format(column, (key) => isSeveral(key) && !repeats.has(key));
  const texts = Map.groupBy(columns, formatSeveral);
  return new Map(
    texts.entries().flatMap(([text, same]) =>
      same.map((column) => [
        column,
        same.length === 1 ? text : format(column, isDifferent),
      ])
    ),
  );
}
