import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Claim,
  type ClaimEnd,
  Claims,
  writeEnd,
} from "../../core/sweep/claims.ts";
import { prepareLaunch } from "../../core/sweep/earlier.ts";
import { cancelSweep } from "../../core/sweep/manifest.ts";
import { planList } from "../../core/sweep/plan.ts";
import {
  describeTasks,
  estimateSecondsLeft,
} from "../../core/sweep/summary.ts";
import type { Plan, Task } from "../../core/sweep/types.ts";
import { MAX_DEATHS } from "../../core/sweep/summary.ts";
import { work } from "../../core/sweep/worker.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";
import { makeSweep, MANIFEST } from "../../testing/sweeps.ts";

skipUnlessGranted("files");

const completed: ClaimEnd = { status: "completed", runId: null, seconds: 2 };

/** Ends tasks as it is told, and lists which ones were run. */
function runner(endOf: (task: Task) => ClaimEnd | null) {
  const ran: string[] = [];
  const run = (claim: Claim, task: Task) => {
    const { seed, ...config } = task.config as unknown as Record<
      string,
      number
    >;
    ran.push(`${config.rate}:${seed}`);
    const end = endOf(task);
    if (end) writeEnd(claim.path, end);
    return Promise.resolve();
  };
  return { ran, run };
}

Deno.test("workers share the tasks of a sweep, and each is done once", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path);
  const { ran, run } = runner(() => completed);
  const plan = planList(sweep);
  await Promise.all(
    Array.from({ length: 3 }, () => work(sweep, plan, { jobs: 2, run })),
  );
  assertEquals(ran.sort(), ["1:1", "1:2", "2:1", "2:2"]);
});

Deno.test("a task that dies is tried again some times, one that failed only when asked", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path, { seeds: [1] });
  const plan = planList(sweep);
  let isMended = false;
  const { ran, run } = runner(({ config }) => {
    if (isMended) return completed;
    const { rate } = config as unknown as { rate: number };
    return rate === 1
      ? null
      : { status: "failed", runId: null, seconds: 1, error: "no luck" };
  });
  const launch = async (retryFailed: boolean) => {
    await prepareLaunch(sweep, plan, { retryFailed });
    await work(sweep, plan, { jobs: 1, run });
    const outcomes = new Claims(sweep.path).read();
    const tasks = await plan.tasks(outcomes);
    return describeTasks(tasks, outcomes)
      .map(({ status, error }) => [status, error]);
  };
  assertEquals(await launch(false), [
    ["failed", `died ${MAX_DEATHS} times, the last: its process died`],
    ["failed", "no luck"],
  ]);
  assertEquals(ran.length, MAX_DEATHS + 1);
  isMended = true;
  assertEquals(await launch(false), [["completed", undefined], [
    "failed",
    "no luck",
  ]]);
  assertEquals((await launch(true)).map(([status]) => status), [
    ...["completed", "completed"],
  ]);
});

Deno.test("when tasks cannot be started, the worker ends with the reason", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path);
  const run = () => Promise.reject(new Error("there is no deno"));
  const ended = work(sweep, planList(sweep), { jobs: 2, run });
  await assertRejects(() => ended, Error, "there is no deno");
});

Deno.test("when a plan cannot go on, running tasks are stopped first", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path);
  const [first, second] = await planList(sweep).tasks(new Map());
  const stopped: string[] = [];
  const plan: Plan = {
    tasks(outcomes) {
      if (outcomes.get(first!.key)?.status !== "completed") {
        return [first!, second!];
      }
      throw new Error("there is no such value");
    },
  };
  const isRunning = Promise.withResolvers<void>();
  const ended = work(sweep, plan, {
    jobs: 2,
    async run(claim, { key }, signal) {
      if (key === first!.key) {
        await isRunning.promise;
        return writeEnd(claim.path, completed);
      }
      isRunning.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      stopped.push(key);
    },
  });
  await assertRejects(() => ended, Error, "there is no such value");
  assertEquals(stopped, [second!.key]);
});

Deno.test("nothing is taken once a sweep is cancelled or a worker is to stop", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path);
  const plan = planList(sweep);
  const { ran, run } = runner(() => completed);
  await work(sweep, plan, { jobs: 1, run, signal: AbortSignal.abort() });
  cancelSweep(sweep);
  await work(sweep, plan, { jobs: 1, run });
  assertEquals(ran, []);
});

Deno.test("runs that are there are not run again; what was removed is", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path);
  const { source } = MANIFEST;
  const there = (id: string, rate: number, seed: number, info: object) =>
    makeRun(folder.path, { id, config: { seed, rate }, info });
  there("a", 1, 1, { source });
  there("b", 1, 2, { source: { ...source, sha256: "6" } });
  there("c", 2, 1, { source, experiment: "other" });
  there("d", 2, 2, { source, status: "failed" });
  const plan = planList(sweep);
  const { ran, run } = runner(({ config: { seed } }) => ({
    ...completed,
    runId: `new-${seed}`,
  }));
  const launch = async () => {
    await prepareLaunch(sweep, plan, { retryFailed: false });
    await work(sweep, plan, { jobs: 1, run });
  };
  await launch();
  // One has failed, of one the source, and of one the experiment differs.
  assertEquals(ran.splice(0).sort(), ["1:2", "2:1"]);
  // The new ones have no directory, as if they had been removed.
  Deno.removeSync(`${folder.path}/a`, { recursive: true });
  await launch();
  assertEquals(ran.splice(0).sort(), ["1:1", "1:2", "2:1"]);
  // Another sweep, for which the failed one is an earlier run.
  const other = await makeSweep(folder.path, { name: "other" });
  await prepareLaunch(other, planList(other), { retryFailed: true });
  await work(other, planList(other), { jobs: 1, run });
  assert(ran.includes("2:2"));
});

Deno.test("the time left is estimated by tasks of the same row, else by all", async () => {
  using folder = tempFolder();
  const sweep = await makeSweep(folder.path, { seeds: [1, 2, 3] });
  const plan = planList(sweep);
  const { run } = runner(({ config }) => ({
    ...completed,
    seconds: (config as unknown as { rate: number }).rate * 10,
  }));
  const estimate = async (jobs: number) => {
    const outcomes = new Claims(sweep.path).read();
    const tasks = await plan.tasks(outcomes);
    return estimateSecondsLeft(describeTasks(tasks, outcomes), jobs);
  };
  assertEquals(await estimate(1), null);
  await work(sweep, plan, { jobs: 1, run, maxTasks: 1 });
  assertEquals(await estimate(1), 50);
  await work(sweep, plan, { jobs: 1, run, maxTasks: 1 });
  assertEquals(await estimate(1), 2 * (10 + 20));
  assertEquals(await estimate(2), 30);
  await work(sweep, plan, { jobs: 1, run });
  assertEquals(await estimate(1), 0);
});
