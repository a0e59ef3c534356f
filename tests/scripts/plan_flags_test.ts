import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigError } from "../../core/config/schema.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { planSchema, readPlan } from "../../scripts/_plan_flags.ts";
import draws from "../../studies/honesty/draws.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const REQUEST = {
  specification: {
    ...{ config: { nSteps: 2 }, grid: {}, zip: {}, range: {} },
    ...{ random: 0, sobol: 0, sampleSeed: 0 },
  },
  seeds: [0, 1],
  evaluations: [],
};

/** Reads the plan of a sweep of three rows. */
async function plan(
  values: JsonObject,
  seeds = REQUEST.seeds,
): Promise<{ plan: JsonObject; specification: JsonObject }> {
  const flags = planSchema.resolve([{ values, nameKey: (key) => key }]);
  const given = Object.keys(values);
  const request = { ...REQUEST, seeds };
  const sources = { flags, given, request, experiment: draws };
  const read = await readPlan({ ...sources, runs: `${ROOT}/runs/.none` });
  const rows = [0, 1, 2].map((row) => ({ row, mean: row % 2 }));
  return {
    plan: read.makePlan(rows),
    specification: read.request.specification as unknown as JsonObject,
  };
}

const UNTIL = { until: "resolved", objective: "error" };
const SEARCH = { search: "asha", objective: "error", rungs: ["1step"] };

Deno.test("readPlan() makes a list, seeds until resolved, or a search", async () => {
  assertEquals((await plan({})).plan, { type: "list" });
  const until = await plan({ ...UNTIL, baseline: ["mean=1"], maxSeeds: 9 });
  assertEquals(until.plan, {
    ...{ type: "until-resolved", objective: "error", better: "lower" },
    ...{ baseline: 1, maxSeeds: 9 },
  });
  const { baseline } = (await plan({ ...UNTIL, better: "higher" })).plan;
  assertEquals(baseline, null);
  const { plan: search, specification } = await plan({ ...SEARCH, budget: 7 });
  assertEquals(search, {
    ...{ type: "search", objective: "error", better: "lower" },
    ...{ rungs: ["1steps"], reduction: 3, confirm: 3, confirmSeeds: 5 },
    default: { ...draws.configSchema.defaults, nSteps: 2 },
  });
  assertEquals([specification.random, specification.sobol], [7, 0]);
  const sobol = await plan({ search: "sobol", budget: 7, objective: "error" });
  assertEquals(sobol.specification.sobol, 7);
});

Deno.test("readPlan() refuses flags that do not go together", async () => {
  const cases: [JsonObject, RegExp][] = [
    [{ ...UNTIL, search: "random" }, /Cannot use --until with --search/],
    [{ objective: "error" }, /--objective without --until resolved or/],
    [{ ...UNTIL, rungs: ["1step"] }, /Cannot use --rungs with --until/],
    [{ until: "resolved" }, /Name the objective/],
    [{ ...UNTIL, objective: "x" }, /lower or higher values of x are better/],
    [{ ...UNTIL, baseline: ["mean=0"] }, /mean=0 names 2 of 3/],
    [{ ...UNTIL, objective: "eror" }, /Unknown .* eror: did you mean error/],
    [{ ...SEARCH, objective: "x" }, /lower or higher values of x are better/],
    [{ ...SEARCH, search: "random" }, /are for --search asha/],
    [{ ...SEARCH, rungs: [] }, /Give the rungs/],
  ];
  for (const [values, problem] of cases) {
    const error = await assertRejects(() => plan(values), ConfigError);
    assertMatch(error.message, problem);
  }
  const many = () => plan({ ...UNTIL, maxSeeds: 3 }, [0, 1, 2, 3]);
  assertMatch((await assertRejects(many)).message, /begin with 4 seeds/);
  const late = () => plan(SEARCH, [1_000_000]);
  assertMatch((await assertRejects(late)).message, /must be below 1000000/);
});

const DRAWS = "--experiment=studies/honesty/draws.ts";

Deno.test("sweep --search confirms the best on fresh seeds", async () => {
  using runs = tempRuns();
  const at = `--runs=${runs.path}`;
  const args = [
    ...[DRAWS, "--name=s", "--range=mean=linear(-40,-9)", "--json", at],
    ...["--search=asha", "--budget=3", "--rungs=2steps", "--objective=error"],
    ...["--confirm=1", "--confirm-seeds=3", "--fsync=never"],
  ];
  const { code, stdout } = await runScript("sweep", args);
  assertEquals(code, 0);
  const { found, counts } = JSON.parse(stdout);
  assertEquals([found.nConfigs, found.rungs], [3, [3, 1]]);
  assertEquals([counts.total, counts.completed], [10, 10]);
  const [{ config }, best] = found.confirmed;
  assertEquals([config.mean, best.verdict], [0, "better"]);
  const compare = async (where: string) =>
    (await runScript("compare", [at, `--where=sweep=${where}`])).stdout;
  assertMatch(await compare("s"), /3 runs of the search s are left out/);
  assertMatch(await compare("s/search"), /Neither ranked nor tested: a search/);
});

Deno.test("sweep says which objectives there are, where one is missing", async () => {
  using runs = tempRuns();
  const { code, stderr } = await runScript("sweep", [
    ...[DRAWS, "--grid=mean=0,9", "--n-steps=1", "--fsync=never"],
    ...["--until=resolved", "--objective=loss", "--better=lower"],
    ...["--jobs=1", "--quiet", `--runs=${runs.path}`],
  ]);
  assertEquals(code, 1);
  assertMatch(stderr, /Cannot read the objective loss: .* it has error; step/);
  // The list of sweeps has the others all the same.
  const at = `--runs=${runs.path}`;
  const other = [DRAWS, "--name=other", "--n-steps=1", "--fsync=never", at];
  assertEquals((await runScript("sweep", other)).code, 0);
  const list = await runScript("sweep", ["status", at]);
  assertEquals(list.code, 1);
  assertMatch(
    list.stdout,
    /^sweep draws-\w+: error: Cannot read the objective/m,
  );
  assertMatch(list.stdout, /^sweep other: 1 of 1 run completed/m);
});

Deno.test("sweep --dry-run describes the runs that results may add", async () => {
  const dryRun = async (...args: string[]) => {
    const flags = [DRAWS, "--objective=error", "--dry-run", ...args];
    return (await runScript("sweep", flags)).stdout;
  };
  assertMatch(
    await dryRun("--until=resolved", "--grid=mean=0,9", "--max-seeds=7"),
    /added to rows that are not resolved, up to 7 each/,
  );
  assertMatch(
    await dryRun("--search=random", "--range=mean=linear(0,1)", "--budget=2"),
    /, up to 15 runs confirm the best and the default configuration/,
  );
});
