import { assertEquals } from "@std/assert";
import { directionOf, hasRatios } from "../../../results/compare/direction.ts";

Deno.test("directionOf() goes by the words of a name, the last that is known", () => {
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
  for (const [name, way] of ways) assertEquals(directionOf(name), way, name);
});

Deno.test("directionOf() believes the user first", () => {
  assertEquals(
    directionOf("loss/x", { higherIsBetter: ["loss/*"] }),
    "higher",
  );
  assertEquals(directionOf("sampling", { lowerIsBetter: ["s*"] }), "lower");
});

Deno.test("hasRatios() is false of estimates around 0 alone", () => {
  for (const name of ["mmd2", "energy-distance", "test/mmd2"]) {
    assertEquals(hasRatios(name), false, name);
  }
  for (const name of ["wasserstein", "distance", "loss", "mmd2-time"]) {
    assertEquals(hasRatios(name), true, name);
  }
});
