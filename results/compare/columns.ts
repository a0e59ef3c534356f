/**
 * The columns of a comparison: their order, headings and directions.
 *
 * @module
 */

import type { ResultMetadata } from "../../core/utils/results.ts";
import { orderBy } from "../database/select.ts";
import type { Column, CompareOptions } from "./comparison.ts";
import { singleLine } from "./labels.ts";
import {
  collectRepeats,
  findDirection,
  findUnit,
  type Metrics,
} from "./metrics.ts";
import { findDifferences } from "./pivot.ts";

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
  const isOnlyName = options.cols?.length && groups.size === 1;
  return groups.entries().flatMap(([name, same]) => {
    const describe = findDescription(same, repeats);
    const unit = findUnit(name, metrics);
    const better = findDirection(name, options, metrics.get(name));
    return same.map((metadata) => {
      const text = describe(metadata);
      const heading = text === ""
        ? name
        : isOnlyName
        ? text
        : `${name} (${text})`;
      return { metadata, heading: singleLine(heading), unit, better };
    });
  }).toArray();
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
  const readField = (key: string) => (item: ResultMetadata) => item.field(key);
  const keys = new Set(metadata.flatMap(({ fields }) => Object.keys(fields)));
  return metadata.toSorted(orderBy([
    ({ name }) => name,
    ...[...keys.difference(repeats)].sort().map(readField),
    ...[...keys.intersection(repeats)].sort().map(readField),
  ]));
}

/**
 * Finds what distinguishes columns of one name: the fields that have several
 * values, or if those are not enough, all in which some column differs.
 */
function findDescription(
  columns: readonly ResultMetadata[],
  repeats: ReadonlySet<string>,
): (column: ResultMetadata) => string {
  const format = (keys: ReadonlySet<string>) => ({ fields }: ResultMetadata) =>
    Object.entries(fields).filter(([key]) => keys.has(key))
      .map(([key, value]) => `${key}=${value}`).join(", ");
  const several = format(new Set(findDifferences(columns, repeats).keys()));
  const keys = new Set(columns.flatMap(({ fields }) => Object.keys(fields)));
  const different = format(
    new Set(
      keys.values().filter((key) =>
        new Set(columns.map((column) => column.field(key))).size > 1
      ),
    ),
  );
  const texts = Map.groupBy(columns, several);
  return (column) => {
    const text = several(column);
    return texts.get(text)!.length === 1 ? text : different(column);
  };
}
