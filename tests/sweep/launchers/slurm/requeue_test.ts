import { assertEquals } from "@std/assert";
import { hasProgressed } from "../../../../core/sweep/launchers/slurm/requeue.ts";
import type { Sweep } from "../../../../core/sweep/manifest.ts";
import type { EndStatus } from "../../../../core/sweep/types.ts";
import { skipUnlessGranted, tempFolder } from "../../../../testing/helpers.ts";
import { INFO, makeRun } from "../../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test(
  "hasProgressed() is false where all that a task did would be done again",
  () => {
    using folder = tempFolder();
    const runs = folder.path;
    makeRun(runs, { id: "trained" });
    makeRun(runs, { id: "without", info: { status: "interrupted" } });
    const path = makeRun(runs, { id: "with", info: { status: "interrupted" } });
    Deno.writeTextFileSync(`${path}/checkpoint.safetensors`, "");
    const trainedAt = Date.parse(INFO.finishedAt!);
    const test = (status: EndStatus, runId: string | null, startedAt = 0) =>
      hasProgressed(
        { runs } as Sweep,
        [{ status, runId, seconds: 1 }],
        startedAt,
      );
    assertEquals(test("completed", "trained"), true);
    assertEquals(test("failed", null), true);
    assertEquals(test("interrupted", "with"), true);
    assertEquals(test("interrupted", "without"), false);
    assertEquals(test("interrupted", null), false);
    // The evaluation of a run that was trained in this task, or before it.
    assertEquals(test("interrupted", "trained", trainedAt - 1), true);
    assertEquals(test("interrupted", "trained", trainedAt + 1), false);
    assertEquals(hasProgressed({ runs } as Sweep, [], 0), false);
  },
);
