/**
 * Runs that were measured on the same observations.
 *
 * @module
 */

import { readNumber } from "../database/read_run.ts";
import { computeMean } from "../statistics/estimate.ts";
import type { Cell, Comparison } from "./comparison.ts";

/** If runs agree as well in fewer cases by chance, they share observations. */
export const MAX_CHANCE = 0.001;

/**
 * Says of which columns the runs share their observations: as the experiment declares, or
 * because they agree better than the errors within them allow.
 *
 * @param comparison The comparison.
 * @returns A warning, if there are any.
 */
export async function warnOfSharedObservations(
  { rows, columns, metrics }: Comparison,
): Promise<string[]> {
  const headings: string[] = [];
  for (const { metadata, heading } of columns) {
    const cells = rows.flatMap(({ cells }) => cells.get(metadata) ?? [])
      .filter(({ runs, kind, grid }) =>
        // Splits and datasets are part of the other errors.
        runs.size > 1 && kind === "between-seed" && !grid
      );
    const chances = await Promise.all(
      cells.map(measureSpread).filter(isUnlikely).map(findChance),
    );
    const isShared = cells.some(({ metadata }) =>
      metrics.get(metadata.name)?.observations === "shared"
    ) || chances.some((chance) =>
      chance * cells.length < MAX_CHANCE
    );
    if (isShared) headings.push(heading);
  }
  return headings.length > 0
    ? [
      "All runs were tested on the same rows. ± does not include how results " +
      "would change with other rows, and verdicts hold for these rows: " +
      headings.join(", "),
    ]
    : [];
}

/** How far the runs of a cell differ, and how far they should. */
interface Spread {
  readonly square: number;
  readonly within: number;
  readonly n: number;
}

function measureSpread({ runs, metadata }: Cell): Spread {
  const means: number[] = [], squares: number[] = [];
  for (const run of runs.values()) {
    means.push(readNumber(run, metadata)!);
    squares.push(readNumber(run, metadata, "error")! ** 2);
  }
  const { error, n } = computeMean(means);
  const { mean: within } = computeMean(squares);
  return { square: n * error ** 2, within, n };
}

/** Distributions take long to load: most runs spread more than this. */
function isUnlikely({ square, within }: Spread): boolean {
  return 2 * square < within;
}

/** How likely the runs of a cell agree as well by chance. */
async function findChance({ square, within, n }: Spread): Promise<number> {
  const { chanceOfAgreement } = await import("../statistics/crossed.ts");
  return chanceOfAgreement({ square, df: n - 1 }, within);
}
