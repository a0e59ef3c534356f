import type { Sweep } from "../core/sweep/manifest.ts";
import { planEvaluations, planList } from "../core/sweep/plan.ts";
import type { Outcome, Plan } from "../core/sweep/types.ts";
import type { Search } from "../results/sweep/plan_search.ts";
import type { UntilResolved } from "../results/sweep/plan_until_resolved.ts";
import type { SweepReport } from "../results/sweep/report.ts";
import type { TerminalOptions } from "../results/tables/table.ts";

/**
 * Finds the plan of a sweep by the type that its manifest names.
 *
 * @param sweep The sweep.
 * @returns The plan.
 * @throws {RangeError} If this version has no such plan.
 */
export async function findPlan(sweep: Sweep): Promise<Plan> {
  const { type } = sweep.manifest.plan;
  switch (type) {
    case "list":
      return planList(sweep);
    case "evaluate":
      return planEvaluations(sweep);
    // Statistics are loaded only where they decide.
    case "until-resolved": {
      const { planUntilResolved } = await import(
        "../results/sweep/plan_until_resolved.ts"
      );
      return planUntilResolved(sweep);
    }
    case "search": {
      const { planSearch } = await import("../results/sweep/plan_search.ts");
      return planSearch(sweep);
    }
    default:
      throw new RangeError(
        `Cannot work on ${sweep.path}: this version of Whisker has no plan ` +
          `"${type}"`,
      );
  }
}

/**
 * Reports what a sweep has found, beyond which runs there are.
 *
 * @param sweep The sweep.
 * @param outcomes How its tasks stand.
 * @param terminal How wide its table may be.
 * @returns The report; null where `compare` says what was found.
 */
export async function reportPlan(
  sweep: Sweep,
  outcomes: ReadonlyMap<string, Outcome>,
  terminal: TerminalOptions,
): Promise<SweepReport | null> {
  const { type } = sweep.manifest.plan;
  if (type !== "until-resolved" && type !== "search") return null;
  const { reportSearch, reportSeeds } = await import(
    "../results/sweep/report.ts"
  );
  return (type === "search" ? reportSearch : reportSeeds)(
    ...[sweep, outcomes, terminal] as const,
  );
}

/**
 * Says which tasks a plan does not list before it has seen results.
 *
 * @param sweep The sweep.
 * @returns What may follow; null if all is listed.
 */
export function describeLater({ manifest }: Sweep): string | null {
  const { type } = manifest.plan;
  if (type === "until-resolved") {
    const { maxSeeds } = manifest.plan as unknown as UntilResolved;
    return `seeds are added to rows that are not resolved, up to ${maxSeeds} ` +
      "each (--max-seeds)";
  }
  if (type !== "search") return null;
  const plan = manifest.plan as unknown as Search;
  const { rungs, confirm, confirmSeeds } = plan;
  const nConfirm = (Math.min(confirm, manifest.rows.length) + 1) * confirmSeeds;
  return (rungs.length > 0 ? "the best go on to the next rung; then " : "") +
    `up to ${nConfirm} runs confirm the best and the default configuration`;
}
