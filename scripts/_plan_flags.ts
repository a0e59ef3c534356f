/**
 * The flags of sweeps that decide by themselves what to run: seeds until resolved,
 * and searches.
 *
 * @module
 */

import { choice, integer, names, text, texts } from "../core/config/fields.ts";
import { formatFlag } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import type { Experiment } from "../core/experiment.ts";
import type { SweepManifest } from "../core/sweep/manifest.ts";
import { CONFIRM_FROM } from "../core/sweep/members.ts";
import type { JsonObject } from "../core/utils/json.ts";
import { usageError } from "./_command.ts";
import type { SweepRequest } from "./_sweep_flags.ts";

const MIN_SEEDS = 3;

/** The flags that say what decides what is run. */
export const planSchema = new ConfigSchema({
  until: text({
    placeholder: "resolved",
    rule: "resolved",
    allows: (until) => ["", "resolved"].includes(until),
    description: "add seeds until verdicts are reached",
  }),
  maxSeeds: integer({
    default: 30,
    min: MIN_SEEDS,
    description: "with --until resolved: how many seeds a row has at most",
  }),
  baseline: texts({
    placeholder: "<key=value>",
    description:
      "resolve each row against this one; by default the best of all",
  }),
  search: choice({
    default: "none",
    choices: ["none", "random", "sobol", "asha"],
    description: "search the ranges, and confirm the best on fresh seeds",
  }),
  budget: integer({
    default: 50,
    min: 2,
    description: "with --search: how many configurations are begun",
  }),
  rungs: names({
    placeholder: "<place,…>",
    description:
      "with asha: where trainings wait for promotion (100steps,300steps or " +
      "3seeds)",
  }),
  reduction: integer({
    default: 3,
    min: 2,
    description: "with asha: one of so many is promoted",
  }),
  confirm: integer({
    default: 3,
    min: 1,
    description: "with --search: how many of the best are run again",
  }),
  confirmSeeds: integer({
    default: 5,
    min: MIN_SEEDS,
    description: "with --search: on how many fresh seeds",
  }),
  objective: text({
    placeholder: "<record>",
    description:
      "what is compared: a record such as 'mmd2 nSteps=50', or a measure",
  }),
  better: choice({
    default: "declared",
    choices: ["declared", "lower", "higher"],
    description: "which way of the objective is better",
  }),
});

/** The values of these flags. */
export type PlanFlags = typeof planSchema.defaults;

/** Which flags belong to which plan. */
const USED: Readonly<Record<string, readonly string[]>> = {
  list: [],
  until: ["until", "maxSeeds", "baseline", "objective", "better"],
  search: [
    ...["search", "budget", "confirm", "confirmSeeds", "objective", "better"],
    ...["rungs", "reduction"],
  ],
};

/** What {@linkcode readPlan} reads. */
export interface PlanSources {
  /** The flags. */
  readonly flags: PlanFlags;
  /** The keys of those that were given. */
  readonly given: readonly string[];
  /** What is to be run. */
  readonly request: SweepRequest;
  /** The experiment. */
  readonly experiment: Experiment;
}

/** A plan, and what it changes of what is to be run. */
export interface PlannedRequest {
  /** What is to be run. */
  readonly request: SweepRequest;
  /** What lists the tasks, for the rows of the sweep. */
  readonly makePlan: (rows: readonly object[]) => SweepManifest["plan"];
}

/**
 * Reads which plan a sweep has.
 *
 * @param sources The flags, and what is to be run.
 * @returns The plan.
 * @throws {ConfigError} If flags do not go together, or the objective has no
 * direction.
 */
export async function readPlan(sources: PlanSources): Promise<PlannedRequest> {
  const { flags, given, request } = sources;
  const isUntil = flags.until === "resolved";
  const isSearch = flags.search !== "none";
  if (isUntil && isSearch) {
    throw usageError(
      "Cannot use --until with --search: add seeds to the rows that a search " +
        "has found in a sweep of their own",
    );
  }
  const used = USED[isUntil ? "until" : isSearch ? "search" : "list"]!;
  const unused = given.find((key) => !used.includes(key));
  if (unused !== undefined) {
    throw usageError(
      `Cannot use ${formatFlag(unused)} ` +
        (used.length > 0
          ? `with ${isUntil ? "--until" : "--search"}`
          : "without --until resolved or --search"),
    );
  }
  if (used.length === 0) return { request, makePlan: () => ({ type: "list" }) };
  if (flags.objective === "") {
    throw usageError(
      "Name what is compared: --objective RECORD, such as --objective loss/held-out",
    );
  }
  const better = await findBetter(sources);
  return isUntil
    ? { request, makePlan: await planUntil(sources, better) }
    : await planSearch(sources, better);
}

/** Which way is better: as the flag says, the experiment, or the name. */
async function findBetter(
  { flags: { better, objective }, experiment }: PlanSources,
): Promise<"lower" | "higher" | undefined> {
  if (better !== "declared") return better;
  const { parseObjective } = await import("../results/sweep/objective.ts");
  const { findDirection } = await import("../results/compare/metrics.ts");
  const { name } = parseObjective(objective);
  return findDirection(name, {}, experiment.metrics[name]);
}

async function planUntil(
  { flags, request }: PlanSources,
  better: "lower" | "higher" | undefined,
): Promise<PlannedRequest["makePlan"]> {
  const { objective, maxSeeds, baseline } = flags;
  if (baseline.length === 0 && !better) throw unknownDirection(objective);
  const nSeeds = request.seeds.length;
  if (nSeeds > maxSeeds) {
    throw usageError(
      `Cannot begin with ${nSeeds} seeds and add some up to --max-seeds ` +
        `${maxSeeds}`,
    );
  }
  const { matchesValue, parseCondition } = await import(
    "../results/database/select.ts"
  );
  const conditions = baseline.map((text) => parseCondition(text, "baseline"));
  return (rows) => {
    if (rows.length < 2) {
      throw usageError(
        "--until resolved compares configurations: give two or more, such as " +
          "--grid learningRate=1e-4,1e-3",
      );
    }
    const found = [...rows.keys()].filter((row) =>
      conditions.every(({ key, wanted }) =>
        matchesValue((rows[row] as JsonObject)[key], wanted)
      )
    );
    if (conditions.length > 0 && found.length !== 1) {
      throw usageError(
        `--baseline must name one configuration of the sweep; ` +
          `${baseline.join(" and ")} names ${found.length} of ${rows.length}`,
      );
    }
    return {
      ...{ type: "until-resolved", objective, maxSeeds },
      better: better ?? null,
      baseline: conditions.length > 0 ? found[0]! : null,
    };
  };
}

async function planSearch(
  { flags, given, request, experiment }: PlanSources,
  better: "lower" | "higher" | undefined,
): Promise<PlannedRequest> {
  const { search, budget, objective, reduction, confirm, confirmSeeds } = flags;
  const { specification, seeds } = request;
  if (!better) throw unknownDirection(objective);
  if (specification.random + specification.sobol > 0) {
    throw usageError(
      "Cannot use --random or --sobol with --search: --budget says how many " +
        "configurations are drawn",
    );
  }
  const { checkRungs } = await import("../results/sweep/plan_search.ts");
  if (seeds.some((seed) => seed >= CONFIRM_FROM)) {
    throw usageError(
      `The seeds of a search must be below ${CONFIRM_FROM}: those from there on ` +
        "are for confirmation",
    );
  }
  const isAsha = search === "asha";
  if (!isAsha && (given.includes("rungs") || given.includes("reduction"))) {
    throw usageError("--rungs and --reduction are for --search asha");
  }
  const rungs = isAsha ? checkRungs(flags.rungs, seeds.length) : [];
  if (typeof rungs === "string") throw usageError(rungs);
  const nameKey = formatFlag;
  const values = specification.config;
  const plan = {
    ...{ type: "search", objective, better, rungs, reduction },
    ...{ confirm, confirmSeeds },
    default: experiment.configSchema.resolve([
      { values, nameKey },
    ]) as unknown as JsonObject,
  };
  const [random, sobol] = search === "sobol" ? [0, budget] : [budget, 0];
  return {
    request: {
      ...request,
      specification: { ...specification, random, sobol },
    },
    makePlan: () => plan,
  };
}

function unknownDirection(objective: string): Error {
  return usageError(
    `It is not known which way of ${objective} is better: give --better lower ` +
      "or --better higher",
  );
}
