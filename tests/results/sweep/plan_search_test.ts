import { assert, assertEquals, assertMatch } from "@std/assert";
import { readRecords } from "../../../core/store/records.ts";
import { readRunInfo } from "../../../core/store/run_info.ts";
import { prepareLaunch } from "../../../core/sweep/earlier.ts";
import type { Sweep } from "../../../core/sweep/manifest.ts";
import { CONFIRM_FROM } from "../../../core/sweep/members.ts";
import { planList } from "../../../core/sweep/plan.ts";
import type { Outcome, Task } from "../../../core/sweep/types.ts";
import {
  checkRungs,
  followSearch,
  planSearch,
  type Search,
} from "../../../results/sweep/plan_search.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { selectRuns } from "../../../results/database/select.ts";
import { reportSearch } from "../../../results/sweep/report.ts";
import draws from "../../../studies/honesty/draws.ts";
import { readHistory } from "../../../testing/history.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeDraws, workInProcess } from "../../../testing/work.ts";

skipUnlessGranted("files");

const PLAN = {
  ...{ type: "search", objective: "error", better: "lower" },
  ...{ rungs: ["1steps", "2steps"], reduction: 3, confirm: 2, confirmSeeds: 3 },
  default: { ...draws.configSchema.defaults },
} as const satisfies Search;

const ROWS = Array.from({ length: 9 }, (_, i) => ({ mean: (5 * i) % 9 }));

const makeSearch = (runs: string, plan: Partial<Search> = {}, seeds = [0]) =>
  makeDraws(runs, ROWS, { seeds, plan: { ...PLAN, ...plan } });

const describe = ({ config, pauseAt = "end", role }: Task) => {
  const { seed, mean } = config as unknown as Record<string, number>;
  return `${role} ${mean}:${seed} to ${pauseAt}`;
};

/** The runs of a sweep, by configuration and seed. */
function readRuns({ runs }: Sweep, outcomes: ReadonlyMap<string, Outcome>) {
  const ids = new Set(outcomes.values().map(({ runId }) => runId!));
  return new Map(Array.from(ids, (id) => {
    const path = `${runs}/${id}`;
    const { config } = JSON.parse(
      `{"config":${Deno.readTextFileSync(`${path}/config.json`)}}`,
    );
    return [`${config.mean}:${config.seed}`, {
      info: readRunInfo(path),
      lines: readHistory(path).lines,
      records: readRecords(path).toJSON(),
    }];
  }));
}

Deno.test("a search trains the best on, and nothing twice", async () => {
  using folder = tempFolder();
  const sweep = await makeSearch(folder.path);
  const { ran, outcomes } = await workInProcess(sweep, planSearch(sweep));
  const { rungs, candidates } = followSearch(sweep)(outcomes);
  assertEquals(rungs[0]!.length, 9);
  assert(rungs[1]!.length >= 3 && rungs[1]!.length < 9);
  assert(rungs[2]!.length >= 1 && rungs[2]!.length < rungs[1]!.length);
  const isOf = (role: string) => (task: Task) => task.role === role;
  assertEquals(ran.filter(isOf("search")).length, rungs.flat().length);
  const runs = readRuns(sweep, outcomes);
  const searched = [...runs.values()].filter(({ info }) =>
    info.sweep!.role === "search"
  );
  // One run for each configuration, with as many steps as its rung has.
  assertEquals(
    searched.map(({ lines }) => lines.length).sort(),
    [
      ...rungs[0]!.slice(rungs[1]!.length).map(() => 1),
      ...rungs[1]!.slice(rungs[2]!.length).map(() => 2),
      ...rungs[2]!.map(() => 4),
    ],
  );
  // The default one and the best are confirmed on fresh seeds.
  const confirming = ran.filter(isOf("confirm"));
  assertEquals(confirming.length, 3 * candidates.length);
  assert(confirming.every(({ config }) => config.seed >= CONFIRM_FROM));
  assertEquals(candidates[0]!.config, PLAN.default);
});

Deno.test("a search decides the same on several workers, and after stops", async () => {
  using one = tempFolder();
  using many = tempFolder();
  const [first, second] = await Promise.all(
    [one, many].map(({ path }) => makeSearch(path)),
  );
  const expected = await workInProcess(first!, planSearch(first!));
  const ran: Task[] = [];
  for (let i = 0; i < 5; i++) {
    const some = await Promise.all(
      [3, 1].map((jobs) =>
        workInProcess(second!, planSearch(second!), { jobs, maxTasks: 4 })
      ),
    );
    ran.push(...some.flatMap(({ ran }) => ran));
  }
  const { ran: rest, outcomes } = await workInProcess(
    second!,
    planSearch(second!),
  );
  assertEquals(
    [...ran, ...rest].map(describe).sort(),
    expected.ran.map(describe).sort(),
  );
  const strip = (runs: ReturnType<typeof readRuns>) =>
    Array.from(runs, ([name, { lines, records }]) => ({ name, lines, records }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  assertEquals(
    strip(readRuns(second!, outcomes)),
    strip(readRuns(first!, expected.outcomes)),
  );
});

Deno.test("rungs may be numbers of seeds", async () => {
  using folder = tempFolder();
  const sweep = await makeSearch(folder.path, { rungs: ["1seeds"] }, [5, 6, 7]);
  const { ran, outcomes } = await workInProcess(sweep, planSearch(sweep));
  const { rungs } = followSearch(sweep)(outcomes);
  const search = ran.filter(({ role }) => role === "search");
  assertEquals(search.length, 9 + 2 * rungs[1]!.length);
  assert(search.every(({ pauseAt }) => pauseAt === undefined));
});

Deno.test("the report of a search has the scores that chose beside fresh ones", async () => {
  using folder = tempFolder();
  const plan = { default: { ...PLAN.default, mean: 99 }, confirmSeeds: 5 };
  const sweep = await makeSearch(folder.path, plan);
  const early = await workInProcess(sweep, planSearch(sweep), { maxTasks: 3 });
  assertMatch(
    reportSearch(sweep, early.outcomes).text,
    /^Searching 9 configurations.*\nNo result yet/,
  );
  const { outcomes } = await workInProcess(sweep, planSearch(sweep));
  const { document, text } = reportSearch(sweep, outcomes);
  const [first, best] = document.confirmed as Record<string, number>[];
  assertEquals([first!.verdict, best!.verdict], ["the default", "better"]);
  assertEquals(best!.shrinkage, best!.mean! - best!.searchScore!);
  assertMatch(
    text,
    /after 1 step and \d after 2 steps, and ran the best 2 and/,
  );
  assertMatch(text, /The best of the search, mean=\d, is better than the/);
});

Deno.test("a search in which all runs fail confirms nothing", async () => {
  using folder = tempFolder();
  const sweep = await makeSearch(folder.path);
  const { outcomes, ran } = await workInProcess(sweep, planSearch(sweep), {
    endOf: () => ({ status: "failed", runId: null, seconds: 1, error: "no" }),
  });
  assertEquals(ran.length, 9);
  assertMatch(reportSearch(sweep, outcomes).text, /nothing to confirm/);
});

Deno.test("runs that fail while the best are confirmed are not left out", async () => {
  using folder = tempFolder();
  const plan = { default: { ...PLAN.default, mean: 99 }, confirmSeeds: 5 };
  const sweep = await makeSearch(folder.path, plan);
  const { outcomes } = await workInProcess(sweep, planSearch(sweep), {
    endOf: ({ config }) =>
      config.seed === CONFIRM_FROM && (config as { mean?: number }).mean !== 99
        ? { status: "failed", runId: null, seconds: 1, error: "no luck" }
        : undefined,
  });
  const { text } = reportSearch(sweep, outcomes);
  assertMatch(text, /no verdict, runs failed/);
  assertMatch(text, /is not shown to be better than the default/);
});

Deno.test("the score of a training that did not come to its end has no shrinkage", async () => {
  using folder = tempFolder();
  const sweep = await makeSearch(folder.path);
  const { outcomes } = await workInProcess(sweep, planSearch(sweep), {
    endOf: ({ role, pauseAt }) =>
      role === "search" && pauseAt === undefined
        ? { status: "failed", runId: null, seconds: 1, error: "no luck" }
        : undefined,
  });
  const { document } = reportSearch(sweep, outcomes);
  const [, best] = document.confirmed as Record<string, number>[];
  assert(Number.isFinite(best!.searchScore), `${best!.searchScore}`);
  assertEquals(best!.shrinkage, null);
});

Deno.test("checkRungs() says what is wrong", () => {
  assertEquals(checkRungs(["1 step", "3steps"], 1), ["1steps", "3steps"]);
  assertEquals(checkRungs(["1seed"], 2), ["1seeds"]);
  for (
    const [rungs, problem] of [
      [[], /Give the rungs/],
      [["5m"], /not "5m"/],
      [["3steps", "2steps"], /must rise/],
      [["1step", "2epochs"], /one unit/],
      [["2seeds"], /2seeds must be fewer than 2/],
    ] as const
  ) assertMatch(String(checkRungs(rungs, 2)), problem);
});

Deno.test("runs that were there before a search are selected as runs of the search", async () => {
  using folder = tempFolder();
  const runs = folder.path;
  const list = await makeDraws(runs, ROWS.slice(0, 4), {
    ...{ name: "list", seeds: [0], plan: { type: "list" } },
  });
  await workInProcess(list, planList(list));
  for (const name of ["first", "second"]) {
    const sweep = await makeDraws(runs, ROWS, {
      ...{ name, seeds: [0], plan: { ...PLAN, rungs: [] } },
    });
    const plan = planSearch(sweep);
    await prepareLaunch(sweep, plan, { retryFailed: false });
    const { ran } = await workInProcess(sweep, plan);
    assertEquals(ran.length, name === "first" ? 5 + 9 : 0);
  }
  const select = (sweep: string) =>
    selectRuns(new RunDatabase(runs), { where: [`sweep=${sweep}`] });
  for (const name of ["first", "second"]) {
    assertEquals(select(`${name}/search`).length, 9);
    assertEquals(select(`${name}/confirm`).length, 9);
    assert(select(name).every(({ info }) => info.sweep!.name === name));
  }
  assert(select("list").every(({ info }) => !info.sweep!.role));
});
