/**
 * The list of runs: how each stands, and in what they differ.
 *
 * @module
 */

import type { StoredRun } from "../database/run_database.ts";
import { findDifferingKeys, formatKey } from "../database/select.ts";
import { formatTerminal } from "../tables/table.ts";
import { singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";

/** The units of an age, in seconds, largest first. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
];

/**
 * Says how long ago something was.
 *
 * @param time An ISO 8601 date.
 * @param now The present, in milliseconds of the epoch.
 * @returns The age in its largest unit, `3m ago` for example.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatAge } from "./runs.ts";
 *
 * const now = Date.parse("2026-11-22T12:00:00Z");
 * assertEquals(formatAge("2026-11-22T09:59:00Z", now), "2h ago");
 * ```
 */
export function formatAge(time: string, now: number = Date.now()): string {
  // A clock set back makes no run younger than now.
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ??
    UNITS.at(-1)!;
  return `${Math.floor(seconds / length)}${unit} ago`;
}

/**
 * Writes the list of runs, the newest last.
 *
 * @param runs The runs.
 * @param now The present, in milliseconds of the epoch.
 * @returns A table for a terminal: id, status, age, tags, what differs, note.
 */
export function formatRuns(
  runs: readonly StoredRun[],
  now: number = Date.now(),
): string {
  const keys = findDifferingKeys(runs);
  const hasTags = runs.some(({ info }) => info.tags.length > 0);
  const hasNotes = runs.some(({ info }) => info.note !== "");
  const column = (heading: string, isNumeric = false) => ({
    heading: singleLine(heading),
    isNumeric,
    isKey: heading === "run",
  });
  return formatTerminal({
    columns: [
      column("run"),
      column("status"),
      column("age", true),
      ...(hasTags ? [column("tags")] : []),
      ...keys.map((key) => column(key)),
      ...(hasNotes ? [column("note")] : []),
    ],
    rows: runs.map((run) =>
      [
        run.id,
        run.status,
        formatAge(run.info.startedAt, now),
        ...(hasTags ? [run.info.tags.join(", ")] : []),
        ...keys.map((key) => formatKey(run, key) ?? NO_VALUE),
        ...(hasNotes ? [run.info.note] : []),
      ].map((text) => ({ text: singleLine(text) }))
    ),
  });
}
