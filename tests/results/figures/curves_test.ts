import { assertEquals } from "@std/assert";
import { drawCurve, makeBuckets } from "../../../results/figures/curves.ts";
import { makeHistories, readAllHistories } from "../../../testing/figures.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("makeBuckets() divides an axis into parts of two pixels, on its scale", () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    () => [1, 10, 100].map((step) => ({ step, loss: 0 })),
  );
  const histories = readAllHistories(folder.path);
  const linear = makeBuckets(histories, "step", { width: 198 });
  assertEquals([1, 2, 3, 100].map(linear), [0, 1, 2, 99]);
  const log = makeBuckets(histories, "step", { width: 200, xScale: "log" });
  assertEquals([1, 11, 99].map(log), [0, 52, 99]);
});

Deno.test("drawCurve() keeps the extremes of the mean in each part, and both ends", () => {
  using folder = tempFolder();
  makeHistories(
    folder.path,
    (_, seed) =>
      [0, 4, -4, 1, 2, 3].map((loss, step) => ({ step, loss: loss * seed })),
  );
  const [several] = readAllHistories(folder.path);
  const { places, gaps } = drawCurve(several!.runs, {
    x: "step",
    measure: "loss",
    findBucket: () => 0,
  });
  assertEquals(
    places.map(({ at, mean }) => [at, mean]),
    [[0, 0], [1, 8], [2, -8], [5, 6]],
  );
  assertEquals(places[1]!.values, [4, 8, 12]);
  assertEquals(gaps, []);
});
