import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import {
  drawPaired,
  type PairedOptions,
} from "../../../results/figures/paired.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const RUNS = replicates([
  [{ model: "a" }, [1, 2, 3, 4]],
  [{ model: "b" }, [0.5, 1.75, 3.25, 2.5]],
  [{ model: "c" }, [3, 4, 6]],
]);

async function draw(options: CompareOptions & PairedOptions = {}, runs = RUNS) {
  const comparison = await compareRuns(runs, {
    baseline: ["model=a"],
    planned: true,
    ...options,
  });
  const { spec, omitted } = drawPaired(
    comparison,
    comparison.columns[0]!,
    options,
  );
  // deno-lint-ignore no-explicit-any
  const { vconcat: [panels, strip], title } = spec as any;
  return {
    panels: panels.concat ?? [panels],
    differences: strip.layer.at(-1).data.values,
    seeds: strip.layer[1].data.values,
    subtitle: title.text.join(" ") as string,
    omitted,
  };
}

Deno.test("drawPaired() joins the two values of each seed", async () => {
  const { panels, omitted } = await draw();
  assertEquals(omitted, []);
  const [b, c] = panels;
  assertEquals(b.title.text, "3 of 4 better");
  assertEquals(
    b.data.values.map(({ side, value }: { side: string; value: number }) => [
      ...[side, value],
    ]),
    [[1, 0.5], [2, 1.75], [3, 3.25], [4, 2.5]].flatMap(([a, b]) => [
      ["a", a],
      ["b", b],
    ]),
  );
  assertEquals(b.encoding.x.title, "model");
  // Seeds that one of them lacks are not joined.
  assertEquals([c.title.text, c.data.values.length], ["0 of 3 better", 6]);
});

Deno.test("drawPaired() draws differences with the intervals of the verdicts", async () => {
  const { differences: [b, c], seeds, subtitle } = await draw({
    where: [],
    test: "t",
  });
  // R: t.test(c(0.5, 1.75, 3.25, 2.5), 1:4, paired = TRUE)
  assertEquals(b.row, "model=b");
  assertAlmostEquals(b.difference, -0.5, 1e-12);
  assertAlmostEquals(b.low, -1.671109, 1e-6);
  assertAlmostEquals(b.high, 0.671109, 1e-6);
  assertEquals(
    seeds.slice(0, 4).map(({ difference }: { difference: number }) =>
      difference
    ),
    [-0.5, -0.25, 0.25, -1.5],
  );
  assertEquals(c.row, "model=c");
  assert(subtitle.includes("95 % confidence interval"), subtitle);
  assert(subtitle.includes("not adjusted for several rows"), subtitle);
});

Deno.test("drawPaired() adjusts intervals for the rows, and says so", async () => {
  const { differences: [b], subtitle } = await draw({ adjusted: true });
  // The best row is looked for as well, so that α = 0.025: R:
  // t.test(c(0.5, 1.75, 3.25, 2.5), 1:4, paired = TRUE, conf.level = 1 - 0.025 / 2)
  assertAlmostEquals(b.high, 1.484184, 1e-6);
  assert(subtitle.includes("97.5 % (98.75 % each, Bonferroni"), subtitle);
});

Deno.test("drawPaired() names intervals that hold although seeds were added", async () => {
  const { differences: [b], subtitle } = await draw({
    planned: false,
    anytime: true,
  });
  assert(subtitle.includes("anytime t, valid although seeds"), subtitle);
  assert(b.low === undefined || b.low < -1.67);
});

Deno.test("drawPaired() says which rows are not tested", async () => {
  const few = await draw({}, [
    ...RUNS.slice(0, 8),
    ...replicates([[{ model: "d" }, [1, 2]]]).map((run) => ({
      ...run,
      id: `z${run.id}`,
    })),
  ]);
  assertEquals(few.omitted, ["model=d: fewer than 3 runs on a side"]);
  const alone = await compareRuns(RUNS.slice(0, 4), { baseline: ["model=a"] });
  assertThrows(
    () => drawPaired(alone, alone.columns[0]!),
    RangeError,
    "there is no other row than the baseline",
  );
});
