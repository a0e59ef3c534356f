/**
 * Runs that were measured on the same observations.
 *
 * @module
 */

import { computeMean } from "../statistics/estimate.ts";
import type { Cell, Comparison } from "./comparison.ts";

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
      .filter(({ runs }) => runs.size > 1);
    const isDeclared = (cell: Cell) =>
      metrics.get(cell.metadata.name)?.observations === "shared";
    let isShared = cells.some(isDeclared);
    for (const cell of cells) isShared ||= await agreesTooWell(cell);
    if (isShared) headings.push(heading);
  }
  return headings.length > 0
    ? [
      "The runs share the observations that they were evaluated on, so errors " +
      "leave out the sampling of those, and verdicts hold for these observations " +
      `only: ${headings.join(", ")}`,
    ]
    : [];
}

async function agreesTooWell({ runs, metadata }: Cell): Promise<boolean> {
  const results = Array.from(
    runs.values(),
    ({ records }) => records.get(metadata)!,
  );
  const means = results.map(({ mean }) => mean);
  const errors = results.map(({ error }) => error);
  const { error: between, n } = computeMean(means);
  // Distributions take long to load: most runs spread more than this.
  if (!(n * between ** 2 < computeMean(errors.map((e) => e ** 2)).mean)) {
    return false;
  }
  const { agreeTooWell } = await import("../statistics/crossed.ts");
  return agreeTooWell(means, errors);
}
