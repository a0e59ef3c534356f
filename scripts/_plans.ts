import type { Sweep } from "../core/sweep/manifest.ts";
import { planEvaluations, planList } from "../core/sweep/plan.ts";
import type { Outcome, Plan } from "../core/sweep/types.ts";
import type { Search } from "../results/sweep/plan_search.ts";
import type { UntilResolved } from "../results/sweep/plan_until_resolved.ts";
import type { SweepReport } from "../results/sweep/report.ts";
import type { TerminalOptions } from "../results/tables/table.ts";

/**
 * Creates the plan of a sweep by the type in its manifest.
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
    // Statistics are loaded only if they decide.
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
        `Cannot run ${sweep.path}: this version of Whisker has no plan ` +
          `"${type}"`,
      );
  }
}

/**
 * Reports the results of a sweep that decides what to run.
 *
 * @param sweep The sweep.
 * @param outcomes The outcomes of its tasks.
 * @param terminal The width of the terminal.
 * @returns The report; null for other sweeps, whose results `compare` shows.
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
  const report = type === "search" ? reportSearch : reportSeeds;
  return report(sweep, outcomes, terminal);
}

/**
 * Describes the tasks that a plan may add once there are results.
 *
 * @param sweep The sweep.
 * @returns The description; null if the plan lists all tasks at once.
 */
export function describeLater({ manifest }: Sweep): string | null {
  const { type } = manifest.plan;
  if (type === "until-resolved") {
    const { maxSeeds } = manifest.plan as unknown as UntilResolved;
    return "seeds are added to rows that are not resolved, up to " +
      `${maxSeeds} each (--max-seeds)`;
  }
  if (type !== "search") return null;
  const plan = manifest.plan as unknown as Search;
  const { rungs, confirm, confirmSeeds } = plan;
  const nConfirm = (Math.min(confirm, manifest.rows.length) + 1) * confirmSeeds;
  return (rungs.length > 0 ? "the best continue to the next rung, and " : "") +
    `up to ${nConfirm} runs confirm the best and the default configuration`;
}
