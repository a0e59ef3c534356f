/**
 * What the signs of a comparison mean, and what else a reader should know.
 *
 * @module
 */

import type { Comparison } from "../compare/comparison.ts";
import { findFailed, findLacking } from "../compare/failed_runs.ts";
import { nameValue, singleLine, summarizeList } from "../compare/labels.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { LEVEL } from "../statistics/estimate.ts";
import { formatWithInterval } from "../statistics/format.ts";
import { isList } from "./row_keys.ts";
import { listNote, MARKS, type Note, WARNINGS } from "./text_table.ts";
import { noteAddedSeeds, noteFamilies, noteRanks } from "./verdict_notes.ts";

/**
 * Collects the notes under the table of a comparison.
 *
 * @param comparison The comparison.
 * @returns What its signs mean, what is not ranked and why, and its warnings.
 */
export function collectNotes(comparison: Comparison): Note[] {
  if (comparison.columns.length === 0) {
    const text =
      "The runs have no records but times; --metric 'time/*' shows those.";
    return [{ text }, ...noteRuns(comparison)];
  }
  return [
    ...noteNames(comparison),
    ...noteErrors(comparison),
    ...noteRanks(comparison),
    ...noteAcross(comparison),
    ...noteFamilies(comparison),
    ...noteAddedSeeds(comparison),
    ...noteWinners(comparison),
    ...noteRuns(comparison),
  ];
}

function noteNames(comparison: Comparison): Note[] {
  const { columns, options, rows: [row] } = comparison;
  const { rows = [], cols = [], relativeTo = [] } = options;
  const names = new Set(columns.map(({ metadata }) => metadata.name));
  const { runs = [], total } = row ?? {};
  const isOneName = cols.length > 0 && names.size === 1 &&
    !rows.includes(METRIC_KEY);
  const values = [
    isOneName && `of ${[...names].join()}`,
    relativeTo.length > 0 && `as ratios to the column ${relativeTo.join()}`,
  ].filter((text) => text !== false);
  const texts = [
    isList(comparison) &&
    (total === 1
      ? `All of run ${runs.join()}.`
      : `All of the same runs: ${runs.length} of ${total}.`),
    values.length > 0 && `Values are ${values.join(", ")}.`,
  ];
  return texts.flatMap((text) =>
    text ? { text: singleLine(text), role: "legend" } : []
  );
}

function noteErrors(
  { rows, columns, options, metrics }: Comparison,
): Note[] {
  const cells = rows.flatMap((row) => [...row.cells.values()]);
  const counts = columns.flatMap(({ metadata, heading }) => {
    const ns = rows.flatMap(({ cells }) => {
      const cell = cells.get(metadata);
      return cell?.kind === "within-run" && cell.hasError ? cell.result.n : [];
    }).sort((a, b) => a - b);
    if (ns.length === 0) return [];
    const name = options.rows?.includes(METRIC_KEY) ? heading : `${metadata}`;
    return `${name}: ${[...new Set([ns[0], ns.at(-1)])].join(" to ")}`;
  });
  const what = options.ci
    ? `${options.ci} % confidence interval`
    : "standard error";
  const between = cells.filter(({ kind }) => kind !== "within-run");
  const isBare = options.ci &&
    cells.some(({ result, hasError }) => result.n > 1 && !hasError);
  const isProportion = cells.some(({ kind, metadata, interval }) =>
    kind === "within-run" && interval &&
    metrics.get(metadata.name)?.kind === "proportion"
  );
  const shared = new Set(
    cells.flatMap(({ grid }) =>
      grid && "error" in grid
        ? grid.squares.slice(0, -1).map(({ key }) => key)
        : []
    ),
  );
  const others = rows.flatMap(({ label, cells }) =>
    cells.values().some(({ grid }) => grid && "reason" in grid) ? label : []
  );
  return [
    ...(between.length > 0
      ? [{
        text: explainBetween(options, {
          what,
          hasErrors: between.some(({ hasError }) => hasError),
        }),
        role: "legend" as const,
      }]
      : []),
    ...(shared.size > 0
      ? [{
        text:
          `Errors count the values of ${[...shared].join(" and ")} that runs ` +
          `share: crossed random effects${
            others.length > 0 ? `; not those of ${summarizeList(others)}` : ""
          }.`,
      }]
      : []),
    ...(counts.length > 0
      ? [{
        text: `${MARKS.withinRun} is the within-run ${what} of one run${
          isProportion
            ? `, of a proportion Wilson's ${
              options.ci || 100 * LEVEL
            } % interval`
            : ""
        }.`,
        role: "legend" as const,
      }]
      : []),
    ...listNote(`Observations behind each ${MARKS.withinRun}:`, counts),
    ...(isBare ? [{ text: SUMMARIES[nameValue(options)].bare }] : []),
    ...listNote(
      options.countFailedAs === undefined
        ? "(k of n): only k of n runs have such a record. Without it:"
        : `Completed without the record, and counted as ${options.countFailedAs}:`,
      listLacking({ rows, columns }),
      "caveat",
    ),
  ];
}

/** Lists runs that completed without a record that others of their row have. */
function listLacking(
  { rows, columns }: Pick<Comparison, "rows" | "columns">,
): string[] {
  return columns.flatMap(({ metadata, heading }) =>
    rows.flatMap(({ cells }) => {
      const cell = cells.get(metadata);
      const runs = cell ? [...findLacking(cell).values()] : [];
      return runs.length > 0
        ? `${heading}: ${summarizeList(runs.map(({ id }) => id))}`
        : [];
    })
  );
}

/** Why there are no ranks over the values of a key, and which rows have none. */
function noteAcross({ columns, options: { across } }: Comparison): Note[] {
  return [
    ...listNote(
      `No average ranks over ${across}:`,
      columns.flatMap(({ heading, ranks }) =>
        ranks && "reason" in ranks ? `${heading}: ${ranks.reason}` : []
      ),
    ),
    ...listNote(
      `Left out of the average ranks over ${across}:`,
      columns.flatMap(({ heading, ranks }) =>
        (ranks?.outside ?? []).map(({ label, reason }) =>
          `${label}, ${heading}: ${reason}`
        )
      ),
    ),
  ];
}

/** What the best mean of many rows is without the luck of being chosen. */
function noteWinners({ columns, options }: Comparison): Note[] {
  return listNote(
    "The best of many rows looks better than it is. Its " +
      `${options.ci || 100 * LEVEL} % interval, corrected for that (fresh ` +
      "seeds need no correction: --confirm):",
    columns.flatMap(({ heading, winner }) =>
      winner
        ? `${heading}: ${winner.label}, best of ${winner.nRows} rows, ${
          formatWithInterval(winner.mean, winner.interval)
        }`
        : []
    ),
  );
}

/** How values are named, how their intervals are found, and when not. */
const SUMMARIES = {
  mean: {
    name: "mean over the runs of a row",
    method: "Student's t",
    bare: "A mean has no interval if its runs do not vary or are not finite.",
  },
  median: {
    name: "median over the runs of a row",
    method: "order statistics",
    bare: "A median has no interval if there are too few runs: 95 % needs 6.",
  },
  iqm: {
    name: "interquartile mean over the runs of a row",
    method: "bootstrap",
    bare: "A mean has no interval if there are fewer than 10 runs.",
  },
  ratio: {
    name: "ratio of two means",
    method: "Fieller's",
    bare: "A ratio has no interval if its denominator may be 0, or if the " +
      "errors of the two means are of different kinds.",
  },
};

/** What the numbers of rows of several runs are. */
function explainBetween(
  options: Comparison["options"],
  { what, hasErrors }: {
    /** What an error is. */
    readonly what: string;
    /** Whether there are any. */
    readonly hasErrors: boolean;
  },
): string {
  const value = nameValue(options);
  const { method, ...summary } = SUMMARIES[value];
  const { across } = options;
  const name = across
    ? summary.name.replace(
      "the runs of a row",
      `the values of ${across}, each the mean of its runs`,
    )
    : summary.name;
  const between = `between-${across || "seed"}`;
  const sign = options.ci ? "[low, high]" : "±";
  const how = options.ci ? ` (${method})` : "";
  if (hasErrors && (value === "mean" || value === "ratio")) {
    // Without --across, a mean can only be over runs.
    const short = across || value === "ratio" ? name : "mean";
    return `${sign} is the ${between} ${what} of the ${short}${how}.`;
  }
  if (value === "mean" || value === "ratio") return `Values are the ${name}.`;
  return `Values are the ${name}${
    options.ci
      ? `, ${sign} its ${between} ${what}${how}`
      : "; --ci 95 shows intervals where there are enough runs"
  }.`;
}

function noteRuns(comparison: Comparison): Note[] {
  const { rows, baseline, omitted, superseded, warnings, options } = comparison;
  const { countFailedAs, confirms } = options;
  const counted = countFailedAs === undefined
    ? []
    : rows.flatMap((row) =>
      row.replicates.flatMap((some) =>
        [...findFailed(some).values()].map(({ id }) => id)
      )
    );
  const isCounted = (text: string) => counted.includes(text.split(" ", 1)[0]!);
  const alone = `There is no other row to compare with ${baseline?.name}.`;
  return [
    ...(baseline && rows.length === 1 ? [{ text: singleLine(alone) }] : []),
    ...(confirms
      ? [{
        text:
          `Confirming runs alone: those of ${confirms.join(", ")}, by which ` +
          "rows were chosen, take no part.",
        role: "caveat" as const,
      }]
      : []),
    ...listNote(
      "Not completed, and in no mean:",
      omitted.filter((text) => !isCounted(text)),
      "caveat",
    ),
    ...listNote(
      `Not completed, and counted as ${countFailedAs}:`,
      omitted.filter(isCounted),
      "caveat",
    ),
    ...listNote(
      "Superseded by a newer run of the same configuration and seed:",
      superseded,
    ),
    ...listNote(WARNINGS, warnings, "caveat"),
  ];
}
