import { assertEquals, assertRejects } from "@std/assert";
import { experiment } from "../../core/experiment.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { planList } from "../../core/sweep/plan.ts";
import { runTask, type TaskOptions } from "../../core/sweep/run_task.ts";
import type { Task } from "../../core/sweep/types.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeSweep } from "../../testing/sweeps.ts";

skipUnlessGranted("files");

const quiet: TaskOptions = { runId: null, onRun() {}, print() {} };

/** Begins a run of an experiment that ends when it is told, in one of two sweeps. */
async function beginRun(runs: string) {
  const end = Promise.withResolvers<void>();
  const started = Promise.withResolvers<string>();
  let nTrainings = 0;
  const waiting = experiment({
    name: "test",
    config: {},
    train() {
      nTrainings++;
      return end.promise;
    },
  });
  const manifest = { rows: [{ seed: 0 }], seeds: [1] };
  const sweep = await makeSweep(runs, manifest);
  const other = await makeSweep(runs, { ...manifest, name: "other" });
  const [task] = await planList(sweep).tasks(new Map()) as [Task];
  const run = (options: Partial<TaskOptions>) =>
    runTask(waiting, sweep, task, { ...quiet, ...options });
  const runInOther = () => runTask(waiting, other, task, quiet);
  const first = run({ onStart: ({ id }) => started.resolve(id) });
  const runId = await started.promise;
  return {
    run,
    runInOther,
    runId,
    first,
    end,
    countTrainings: () => nTrainings,
  };
}

Deno.test.each([{ status: "completed" }, { status: "failed" }])(
  "a run that another process trains is waited for until it has $status",
  async ({ status }) => {
    using folder = tempFolder();
    const { run, runId, first, end, countTrainings } = await beginRun(
      folder.path,
    );
    const second = run({ runId });
    if (status === "completed") end.resolve();
    else end.reject(new Error("boom"));
    for (const found of [await first, await second]) {
      assertEquals([found.status, found.runId], [status, runId]);
      assertEquals(found.error, status === "failed" ? "boom" : undefined);
    }
    assertEquals(countTrainings(), 1);
    assertEquals(listRuns(folder.path).length, 1);
  },
);

Deno.test.each([{ status: "completed" }, { status: "failed" }])(
  "a run that two sweeps have in common is trained by one of them, if it has $status",
  async ({ status }) => {
    using folder = tempFolder();
    const { runInOther, runId, first, end, countTrainings } = await beginRun(
      folder.path,
    );
    // It was launched before the run existed, so it knows of none.
    const second = runInOther();
    if (status === "completed") end.resolve();
    else end.reject(new Error("boom"));
    await first;
    const found = await second;
    assertEquals([found.status, found.runId], [status, runId]);
    const third = await runInOther();
    assertEquals([third.status, third.runId], [status, runId]);
    assertEquals(countTrainings(), 1);
    // Once it is removed, it can be trained again.
    Deno.removeSync(`${folder.path}/${runId}`, { recursive: true });
    await runInOther();
    assertEquals(countTrainings(), 2);
  },
);

Deno.test("who waits for a run of another process can be stopped", async () => {
  using folder = tempFolder();
  const { run, runId, first, end } = await beginRun(folder.path);
  const stop = new AbortController();
  const second = run({ runId, signal: stop.signal });
  stop.abort(new Error("stopped"));
  await assertRejects(() => second, Error, "stopped");
  end.resolve();
  assertEquals((await first).status, "completed");
});
