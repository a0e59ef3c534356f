import { assertEquals } from "@std/assert";
import {
  collectMetrics,
  findDirection,
} from "../../../results/compare/metrics.ts";
import type { StoredRun } from "../../../results/database/run_database.ts";

Deno.test("findDirection() goes by the words of a name, the last that is known", () => {
  const ways: [name: string, way: string | undefined][] = [
    ["loss/held-out", "lower"],
    ["validationLoss", "lower"],
    ["sliced-wasserstein-distance", "lower"],
    ["time/epoch", "lower"],
    ["mmd2", "lower"],
    ["test_accuracy", "higher"],
    ["F1", "higher"],
    ["score/error", "lower"],
    ["error/recall", "higher"],
    ["sampling", undefined],
    ["glossary", undefined], // The word alone, not a part of one.
  ];
  for (const [name, way] of ways) assertEquals(findDirection(name), way, name);
});

Deno.test("findDirection() believes the user first", () => {
  assertEquals(
    findDirection("loss/x", { higherIsBetter: ["loss/*"] }),
    "higher",
  );
  assertEquals(findDirection("sampling", { lowerIsBetter: ["s*"] }), "lower");
});

Deno.test("findDirection() believes the experiment before the words of a name", () => {
  assertEquals(findDirection("loss", {}, { better: "higher" }), "higher");
  const options = { lowerIsBetter: ["loss"] };
  assertEquals(findDirection("loss", options, { better: "higher" }), "lower");
});

Deno.test("collectMetrics() takes the newest declaration of each metric", () => {
  const run = (metrics?: object) =>
    ({ info: metrics ? { metrics } : {} }) as unknown as StoredRun;
  const metrics = collectMetrics([
    run({ a: { better: "lower" }, b: { unit: "s" } }),
    run({ a: { better: "higher" } }),
    run(),
  ]);
  assertEquals([...metrics], [["a", { better: "higher" }], ["b", {
    unit: "s",
  }]]);
});
