/**
 * The flags of sweeps that decide what to run: seeds until resolved, and searches.
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

/** The schema of {@linkcode PlanFlags}. */
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
    description: "with --until resolved: the most seeds of a configuration",
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
    description: "with --search: how many configurations to try",
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
    description: "with asha: the best 1 of this many is promoted",
  }),
  confirm: integer({
    default: 3,
    min: 1,
    description: "with --search: how many of the best to confirm",
  }),
  confirmSeeds: integer({
    default: 5,
    min: MIN_SEEDS,
    description: "with --search: how many fresh seeds to confirm on",
  }),
  objective: text({
    placeholder: "<record>",
    description:
      "what is compared: a record such as 'mmd2 nSteps=50', or a measure",
  }),
  better: choice({
    default: "declared",
    choices: ["declared", "lower", "higher"],
    description: "whether lower or higher values of the objective are better",
  }),
});

/** The values of these flags. */
export type PlanFlags = typeof planSchema.defaults;

/** The flags of each plan. */
const USED: Readonly<Record<string, readonly string[]>> = {
  list: [],
  until: ["until", "maxSeeds", "baseline", "objective", "better"],
  search: [
    ...["search", "budget", "confirm", "confirmSeeds", "objective", "better"],
    ...["rungs", "reduction"],
  ],
};

/** The input of {@linkcode readPlan}. */
export interface PlanSources {
  /** The flags. */
  readonly flags: PlanFlags;
  /** The keys of the given flags. */
  readonly given: readonly string[];
  /** What to run. */
  readonly request: SweepRequest;
  /** The experiment. */
  readonly experiment: Experiment;
  /** The directory that holds the runs. */
  readonly runs: string;
}

/** What to run, changed by a plan. */
export interface PlannedRequest {
  /** What to run. */
  readonly request: SweepRequest;
  /** Creates the plan for the rows of the sweep. */
  readonly makePlan: (rows: readonly object[]) => SweepManifest["plan"];
}

/**
 * Reads the plan of a sweep from flags.
 *
 * @param sources The flags, and what to run.
 * @returns The plan.
 * @throws {ConfigError} If flags cannot be combined, or it is unknown which way the
 * objective is better.
 */
export async function readPlan(sources: PlanSources): Promise<PlannedRequest> {
  const { flags, given, request } = sources;
  const isUntil = flags.until === "resolved";
  const isSearch = flags.search !== "none";
  if (isUntil && isSearch) {
    throw usageError(
      "Cannot use --until with --search: use --until in another sweep, with the " +
        "configurations that the search has found",
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
      "Name the objective: --objective RECORD, such as --objective loss/held-out",
    );
  }
  await checkObjective(sources);
  const better = await findBetter(sources);
  return isUntil
    ? { request, makePlan: await readUntilPlan(sources, better) }
    : await readSearchPlan(sources, better);
}

/** Refuses a misspelt objective before anything is trained. */
async function checkObjective(
  { flags: { objective }, experiment: { name, metrics }, runs }: PlanSources,
): Promise<void> {
  const { correctObjective } = await import("../results/sweep/objective.ts");
  const meant = correctObjective(objective, Object.keys(metrics), {
    ...{ runs, experiment: name },
  });
  if (meant === undefined) return;
  throw usageError(
    `Unknown --objective ${objective}: did you mean ${meant}? (A record that no ` +
      "completed run has must be declared in the metrics of the experiment.)",
  );
}

/** Finds which way is better: by the flag, the experiment, or the name. */
async function findBetter(
  { flags: { better, objective }, experiment }: PlanSources,
): Promise<"lower" | "higher" | undefined> {
  if (better !== "declared") return better;
  const { parseObjective } = await import("../results/sweep/objective.ts");
  const { findDirection } = await import("../results/compare/metrics.ts");
  const { name } = parseObjective(objective);
  return findDirection(name, {}, experiment.metrics[name]);
}

async function readUntilPlan(
  { flags, request }: PlanSources,
  better: "lower" | "higher" | undefined,
): Promise<PlannedRequest["makePlan"]> {
  const { objective, maxSeeds, baseline } = flags;
  if (baseline.length === 0 && !better) throw unknownDirection(objective);
  const nSeeds = request.seeds.length;
  if (nSeeds > maxSeeds) {
    throw usageError(
      `Cannot begin with ${nSeeds} seeds, more than --max-seeds ${maxSeeds}: ` +
        "give fewer --seeds, or raise --max-seeds",
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

async function readSearchPlan(
  { flags, given, request, experiment }: PlanSources,
  better: "lower" | "higher" | undefined,
): Promise<PlannedRequest> {
  const { search, budget, objective, reduction, confirm, confirmSeeds } = flags;
  const { specification, seeds } = request;
  if (!better) throw unknownDirection(objective);
  if (specification.random + specification.sobol > 0) {
    throw usageError(
      "Cannot use --random or --sobol with --search: set the number of " +
        "configurations with --budget",
    );
  }
  const { checkRungs } = await import("../results/sweep/plan_search.ts");
  if (seeds.some((seed) => seed >= CONFIRM_FROM)) {
    throw usageError(
      `The seeds of a search must be below ${CONFIRM_FROM}: higher seeds are ` +
        "for confirmation",
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
    `Cannot tell whether lower or higher values of ${objective} are better: ` +
      "give --better lower or --better higher",
  );
}
