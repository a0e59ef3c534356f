import { assertEquals, assertMatch } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import { readRunInfo, writeRunInfo } from "../../../core/store/run_info.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { ProgressReader } from "../../../results/inspect/run_progress.ts";
import {
  formatAge,
  formatRuns,
  formatStatus,
} from "../../../results/inspect/runs.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

const NOW = Date.parse("2026-11-22T12:30:00.000Z");

Deno.test("formatAge() formats an age in its largest unit", () => {
  const ages: [string, string][] = [
    ["2026-11-22T12:30:00.000Z", "0s ago"],
    ["2026-11-22T12:29:01.000Z", "59s ago"],
    ["2026-11-22T12:27:30.000Z", "2m ago"],
    ["2026-11-22T09:31:00.000Z", "2h ago"],
    ["2026-11-10T12:30:00.000Z", "12d ago"],
  ];
  for (const [time, age] of ages) assertEquals(formatAge(time, NOW), age);
});

Deno.test("formatStatus() tells a run that waits where it paused from an interrupted one", () => {
  using folder = tempFolder();
  const path = makeRun(folder.path, { id: "a" });
  using history = new History(path, "a");
  history.append({ step: 1 });
  writeRunInfo(path, {
    ...readRunInfo(path),
    status: "interrupted",
    pauses: { "1steps": history.length },
  });
  assertEquals(formatStatus(path, "interrupted"), "paused");
  assertEquals(formatStatus(path, "failed"), "failed");
  // It was resumed, and interrupted later.
  history.append({ step: 2 });
  assertEquals(formatStatus(path, "interrupted"), "interrupted");
  assertEquals(formatStatus(`${path}/none`, "interrupted"), "interrupted");
});

Deno.test(
  "formatRuns() lists status, age, tags, differing keys and notes",
  () => {
    using folder = tempFolder();
    makeRun(folder.path, { id: "a", config: { seed: 1, rate: 0.1 } });
    makeRun(folder.path, {
      id: "b",
      config: { seed: 2, rate: 0.1 },
      info: { status: "failed", tags: ["x", "y"], note: "hm" },
    });
    const lines = formatRuns([...new RunDatabase(folder.path)], NOW).split(
      "\n",
    );
    const words = lines.map((line) => line.split(/ {2,}/));
    assertEquals(words[0], ["run", "status", "age", "tags", "seed", "note"]);
    assertEquals(words[2]!.filter((_, i) => i !== 2), ["a", "completed", "1"]);
    assertEquals(words[3]!.filter((_, i) => i !== 2), [
      "b",
      "failed",
      "x, y",
      "2",
      "hm",
    ]);
  },
);

Deno.test("formatRuns() shows the rate and the time left of running runs", () => {
  using folder = tempFolder();
  const path = makeRun(folder.path, {
    id: "a",
    info: {
      status: "running",
      startedAt: "2026-11-22T12:29:50.000Z",
      planned: { unit: "steps", total: 1000 },
    },
  });
  using history = new History(path, "a");
  const reader = new ProgressReader();
  const list = (now: number) =>
    formatRuns([...new RunDatabase(folder.path)], now, reader).split("\n");
  history.append({ step: 100, gradNorm: 3, loss: 0.5 });
  const [heading, , row] = list(NOW);
  assertMatch(heading!, /^run +status +left +rate +progress +age/);
  assertMatch(
    row!,
    /^a +running +90 s +10\/s +step 100 \(10 %\), loss 0\.5 +10s/,
  );
  history.append({ step: 600, gradNorm: 3, loss: 0.25 });
  assertMatch(
    list(NOW + 10_000)[2]!,
    /running +14 s +30\/s +step 600 \(60 %\), loss 0\.25/,
  );
});
