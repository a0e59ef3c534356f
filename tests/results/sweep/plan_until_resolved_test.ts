import { assert, assertEquals, assertMatch } from "@std/assert";
import { listRuns } from "../../../core/store/find_run.ts";
import { readRunInfo } from "../../../core/store/run_info.ts";
import { Claims } from "../../../core/sweep/claims.ts";
import {
  planUntilResolved,
  type UntilResolved,
} from "../../../results/sweep/plan_until_resolved.ts";
import { reportSeeds } from "../../../results/sweep/report.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";
import { makeSweep } from "../../../testing/sweeps.ts";
import { makeDraws, workInProcess } from "../../../testing/work.ts";

skipUnlessGranted("files");

const PLAN: UntilResolved = {
  ...{ type: "until-resolved", objective: "error", better: "lower" },
  ...{ baseline: 0, maxSeeds: 7 },
};
const ROWS = [{ row: 0 }, { row: 1 }, { mean: 9 }];

const makeUntil = (runs: string, plan: Partial<UntilResolved> = {}) =>
  makeDraws(runs, ROWS, { seeds: [0, 1, 4], plan: { ...PLAN, ...plan } });

const describe = ({ config }: { config: object }) => {
  const { seed, mean, row } = config as Record<string, number>;
  return `${mean}/${row}:${seed}`;
};

Deno.test("a sweep adds seeds to what is not resolved, and only to that", async () => {
  using folder = tempFolder();
  const sweep = await makeUntil(folder.path);
  const plan = planUntilResolved(sweep);
  const { ran, outcomes } = await workInProcess(sweep, plan, { jobs: 3 });
  const seedsOf = (name: string) =>
    ran.map(describe).filter((text) => text.startsWith(`${name}:`))
      .map((text) => Number(text.split(":")[1])).sort((a, b) => a - b);
  // After those that were given come the next whole numbers.
  assertEquals(seedsOf("0/0"), [0, 1, 4, 5, 6, 7, 8]);
  assertEquals(seedsOf("0/1"), [0, 1, 4, 5, 6, 7, 8]);
  const n = seedsOf("9/0").length;
  assert(n >= 5 && n < 7, `${n}`);
  const [run] = listRuns(folder.path);
  assertEquals(readRunInfo(run!.path).sweep!.role, "until-resolved");

  const { document, text } = reportSeeds(sweep, outcomes);
  const rows = document.rows as { verdict: string; n: number }[];
  assertEquals(rows.map(({ verdict }) => verdict), [
    ...["baseline", "not resolved", "worse"],
  ]);
  assertEquals(rows.map((row) => row.n), [7, 7, n]);
  assertMatch(text, /mean=9, row=0 +\d .* worse/);
  assertMatch(text, /1 of 2 rows resolved against mean=0, row=0 with 7 seeds/);
});

Deno.test("a sweep that is stopped goes on with the same tasks", async () => {
  using whole = tempFolder();
  using parts = tempFolder();
  const [first, second] = await Promise.all(
    [whole, parts].map((folder) => makeUntil(folder.path)),
  );
  const all = await workInProcess(first!, planUntilResolved(first!));
  const ran = [];
  for (let i = 0; i < 10; i++) {
    const plan = planUntilResolved(second!);
    const some = await workInProcess(second!, plan, { maxTasks: 4 });
    ran.push(...some.ran);
  }
  assertEquals(ran.map(describe), all.ran.map(describe));
});

Deno.test("a sweep without a baseline ends when the best row is found", async () => {
  using folder = tempFolder();
  const sweep = await makeDraws(folder.path, [{ mean: 9 }, { mean: 0 }], {
    plan: { ...PLAN, baseline: null, maxSeeds: 30 },
  });
  const { outcomes } = await workInProcess(sweep, planUntilResolved(sweep));
  const { document, text } = reportSeeds(sweep, outcomes);
  const rows = document.rows as { verdict: string }[];
  assertEquals(rows.map(({ verdict }) => verdict), ["worse", "best"]);
  assertMatch(text, /The best: mean=0\. In at most 5 % of such sweeps/);
});

Deno.test("the report of a sweep says what is missing, and that runs failed", async () => {
  using folder = tempFolder();
  const sweep = await makeUntil(folder.path);
  const plan = planUntilResolved(sweep);
  const early = await workInProcess(sweep, plan, { maxTasks: 2 });
  assertMatch(
    reportSeeds(sweep, early.outcomes).text,
    /0 of 2 rows resolved against mean=0, row=0 so far/,
  );
  const { outcomes } = await workInProcess(sweep, plan, {
    endOf: ({ config }) =>
      config.seed === 1
        ? { status: "failed", runId: null, seconds: 1, error: "no luck" }
        : undefined,
  });
  const { document, text } = reportSeeds(sweep, outcomes);
  const [first, ...others] = document.rows as Record<string, unknown>[];
  assertEquals([first!.n, first!.nFailed], [6, 1]);
  assertEquals(others.at(-1)!.verdict, "no verdict, runs failed");
  assertMatch(text, /not resolved/);
});

Deno.test("the report says why a constant difference is not resolved", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path, {
    ...{ seeds: [1, 2, 3], plan: { ...PLAN, maxSeeds: 3 } },
  });
  const claims = new Claims(sweep.path);
  for (
    const { key, config } of await planUntilResolved(sweep).tasks(new Map())
  ) {
    const { rate } = config as unknown as { rate: number };
    const mean = config.seed ** 2 + rate;
    makeRun(folder.path, {
      id: key,
      records: [[{ name: "error" }, { mean, error: 0, n: 1 }]],
    });
    claims.note(key, { status: "completed", runId: key, seconds: 1 });
  }
  const { document } = reportSeeds(sweep, claims.read());
  const [, { verdict }] = document.rows as [object, { verdict: string }];
  assertEquals(verdict, "not resolved, the same difference in every seed");
});
