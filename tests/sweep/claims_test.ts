import { assert, assertEquals } from "@std/assert";
import {
  Claims,
  holdClaim,
  readClaim,
  writeEnd,
  writeRunId,
} from "../../core/sweep/claims.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeSweep, makeTask } from "../../testing/sweeps.ts";

skipUnlessGranted("files");

const task = makeTask("aa");

Deno.test("a task is taken by one, and by another only after that has died", async () => {
  using folder = tempFolder();
  const { path } = await makeSweep(folder.path);
  const first = new Claims(path), second = new Claims(path);
  first.read();
  second.read();
  const claim = first.take(task, null)!;
  assertEquals(readClaim(claim.path).task, task);
  assertEquals(second.take(task, null), null);
  assertEquals(second.read().get("aa")?.status, "running");
  assertEquals(first.read().get("aa")?.status, "running");
  assertEquals(second.take(task, null), null);
  writeRunId(claim.path, "run-1");
  // As when its process is killed: the lock goes, and nothing else is said.
  claim[Symbol.dispose]();
  const outcome = second.read().get("aa")!;
  assertEquals([outcome.status, outcome.deaths], ["died", 1]);
  assertEquals(outcome.runId, "run-1");
  using again = second.take(task, outcome.runId)!;
  assertEquals(readClaim(again.path).runId, "run-1");
  assertEquals(first.read().get("aa")?.attempt, 2);
});

Deno.test("the process of a task keeps the claim when its worker is gone", async () => {
  using folder = tempFolder();
  const { path } = await makeSweep(folder.path);
  const worker = new Claims(path), other = new Claims(path);
  worker.read();
  const claim = worker.take(task, null)!;
  {
    using held = holdClaim(claim.path);
    assert(held);
    claim[Symbol.dispose]();
    assertEquals(other.read().get("aa")?.status, "running");
  }
  assertEquals(other.read().get("aa")?.status, "died");
  using next = other.take(task, null);
  assert(next);
  // It was suspended, and wakes up when somebody else has the task.
  assertEquals(holdClaim(claim.path), null);
});

Deno.test("what a claim says is what was noted, and deaths in a row are counted", async () => {
  using folder = tempFolder();
  const { path } = await makeSweep(folder.path);
  const claims = new Claims(path);
  claims.read();
  claims.note("bb", { status: "completed", runId: "run-0", seconds: null });
  assertEquals(claims.read().get("bb")?.attempt, 0);
  for (const status of ["died", "interrupted", "died", null] as const) {
    using claim = claims.take(task, null)!;
    const end = { runId: "run-2", seconds: 1 };
    if (status) writeEnd(claim.path, { ...end, status });
    claims.read();
  }
  assertEquals(new Claims(path).read().get("aa")?.deaths, 2);
  claims.note("aa", { status: "interrupted", runId: "run-3", seconds: null });
  assertEquals(new Claims(path).read().get("aa")?.deaths, 0);
  // Killed before it could write down which run it goes on with.
  using _claim = claims.take(task, "run-3")!;
  _claim[Symbol.dispose]();
  Deno.removeSync(`${path}/claims/aa.5/task.json`);
  assertEquals(new Claims(path).read().get("aa")?.runId, "run-3");
});
