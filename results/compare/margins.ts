/**
 * Verdicts with a margin, the smallest difference that matters.
 *
 * @module
 */

import { SAME_DIFFERENCE } from "../statistics/estimate.ts";
import { OptionError } from "../database/option_error.ts";
import {
  decideByMargin,
  findMoves,
  type MarginVerdict,
  type Move,
  parseMargin,
} from "../statistics/equivalence.ts";
import type { Observations } from "../statistics/crossed.ts";
import { contrast, isTested, type Untested } from "../statistics/contrast.ts";
import type { Cell, Column, Comparison } from "./comparison.ts";
import { explainIncomplete } from "./failed_runs.ts";
import { findGrid } from "./grid.ts";
import { sortByStart } from "./verdicts.ts";

/** Verdicts that need an honest mean of the row, and of the baseline. */
const IN_FAVOUR_OF_ROW: readonly MarginVerdict[] = [
  "better",
  "equal",
  "no worse",
];
const IN_FAVOUR_OF_BASELINE: readonly MarginVerdict[] = ["worse", "equal"];

const WITHHELD = {
  reason:
    "it would be in favour of a row without all its runs, whose mean is " +
    "that of the survivors",
};

/**
 * Adds what each row shows beside the baseline with a margin. The rows of a column share
 * α evenly (Bonferroni). No verdict is in favour of a row with failed runs.
 *
 * @param comparison A comparison with a baseline.
 * @param text The margin.
 * @returns The same with verdicts, in columns of which the better way is known.
 * @throws {OptionError} If the text is no margin.
 */
export function addMargins(comparison: Comparison, text: string): Comparison {
  const { rows, columns, options, baseline } = comparison;
  const margin = parseMargin(text);
  if (!margin) {
    throw new OptionError(
      "margin",
      `Cannot use the margin ${text}: it must be a number above 0, or such a ` +
        "share of the baseline as 2%",
    );
  }
  const grid = findGrid(comparison);
  const found = new Map<Cell, NonNullable<Cell["margin"]>>();
  const isDecided = ({ metadata, better, method }: Column) =>
    method && better && rows[baseline!.row]!.cells.has(metadata);
  for (const { metadata, better, method } of columns.filter(isDecided)) {
    const reference = rows[baseline!.row]!.cells.get(metadata)!;
    const compared = rows.flatMap(({ cells }) => cells.get(metadata) ?? [])
      .filter(({ comparison }) => comparison);
    const cells = compared.filter(({ comparison }) => isTested(comparison));
    for (const cell of compared) {
      if (!isTested(cell.comparison)) found.set(cell, cell.comparison!);
    }
    const looks = method?.looks;
    const contrastOptions = {
      ...(options.test && { test: options.test }),
      ...(looks && { looks }),
      isAnytime: method?.kind === "anytime",
      grid,
    };
    const alpha = (method?.alpha ?? 0) / cells.length;
    for (const cell of cells) {
      const [below, above] = findMoves(reference.sample, margin)
        .map((move) =>
          contrast(sortByStart(cell), moveSample(reference, move), {
            ...contrastOptions,
            observations: cell.observations && reference.observations &&
              [cell.observations, moveObservations(reference, move)],
          })
        );
      if (!isTested(below) || !isTested(above)) {
        found.set(cell, below as Untested);
        continue;
      }
      if (Number.isNaN(below.p)) {
        found.set(cell, { reason: SAME_DIFFERENCE });
        continue;
      }
      const verdict = decideByMargin(below, above, { alpha, better: better! });
      const isWithheld = explainIncomplete(cell, options) &&
          IN_FAVOUR_OF_ROW.includes(verdict) ||
        explainIncomplete(reference, options) &&
          IN_FAVOUR_OF_BASELINE.includes(verdict);
      found.set(cell, isWithheld ? WITHHELD : verdict);
    }
  }
  return {
    ...comparison,
    rows: rows.map((row) => ({
      ...row,
      cells: new Map(Array.from(row.cells, ([column, cell]) => {
        const verdict = found.get(cell);
        return [column, verdict ? { ...cell, margin: verdict } : cell];
      })),
    })),
  };
}

function moveSample(cell: Cell, move: Move): Cell["sample"] {
  return new Map(
    sortByStart(cell).entries().map(([key, value]) => [key, move(value)]),
  );
}

function moveObservations({ observations }: Cell, move: Move): Observations {
  return new Map(
    observations!.entries().map(([key, values]) => [
      key,
      Float64Array.from(values, move),
    ]),
  );
}
