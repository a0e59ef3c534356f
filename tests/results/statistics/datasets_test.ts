import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  type DatasetRanks,
  type Estimate,
  estimateImprovement,
  estimateProfile,
  rankOverDatasets,
} from "../../../results/statistics/datasets.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR, vector } from "../../../testing/r.ts";

/**
 * AUC of C4.5, with -m, with -cf and with both on 14 datasets: Demšar 2006, table 6,
 * where rounding hides that 0.9751 has a rank of its own.
 */
const DEMSAR = [
  "763 599 954 628 882 936 661 583 775 1000 940 619 972 957",
  "768 591 971 661 888 931 668 583 838 1000 962 666 981 978",
  "771 590 968 654 886 916 609 563 866 1000 965 614 975.1 946",
  "798 569 967 657 898 931 685 625 875 1000 962 669 975 970",
].map((row) => row.split(" ").map((text) => Number(text) / 1000));

const rank = (scores: readonly (readonly number[])[]) =>
  rankOverDatasets(scores, "higher") as DatasetRanks;

Deno.test("rankOverDatasets() has the ranks and statistics of Demšar's example", () => {
  const { ranks, friedman, criticalDifference } = rank(DEMSAR);
  assertEquals(ranks.map((x) => x.toFixed(3)), [
    "3.143",
    "2.000",
    "2.893",
    "1.964",
  ]);
  assertEquals(friedman.df, [3, 39]);
  assertEquals(criticalDifference.toFixed(2), "1.25");
  // Without his correction for ties χ² is 9.28 and F 3.69.
  const sum = ranks.reduce((sum, x) => sum + x ** 2, 0);
  const square = 12 * 14 / 20 * (sum - 25);
  assertAlmostEquals(square, 9.28, 0.005);
});

testWithProgram(
  "Rscript",
  "rankOverDatasets() agrees with R's friedman.test and qtukey",
  () => {
    const { friedman, criticalDifference, pairs, ranks } = rank(DEMSAR);
    const matrix = `matrix(${vector(DEMSAR.flat())}, ncol = 4)`;
    const ps = pairs.map(({ rows: [a, b] }) =>
      `2 * pnorm(-abs(${ranks[a]} - ${ranks[b]}) / sqrt(20 / 84))`
    );
    assertAgreesWithR([
      [friedman.square, `friedman.test(${matrix})$statistic`],
      ...pairs.map(({ pAdjusted }, i) =>
        [pAdjusted, `p.adjust(c(${ps}))[${i + 1}]`] as const
      ),
    ]);
    assertAgreesWithR([
      [criticalDifference, "qtukey(0.95, 4, Inf) / sqrt(2) * sqrt(20 / 84)"],
    ], 1e-5);
  },
);

Deno.test("rankOverDatasets() says why too little has no ranks", () => {
  const reason = (scores: readonly (readonly number[])[]) =>
    rankOverDatasets(scores, "lower");
  const row = [1, 2, 3, 4, 5];
  assertEquals(reason([row, row]), { reason: "fewer than 3 rows" });
  assertEquals(reason([[1], [2], [3]]), { reason: "fewer than 5 datasets" });
  assertEquals(reason([row, row, row]), {
    reason: "all rows are equal on each dataset",
  });
  assertEquals(reason([row, row, [1, 2, NaN, 4, 5]]), {
    reason: "a mean is not finite",
  });
});

const random = new RandomStream(8, "datasets");
const draw = (runs: number, gain: number) =>
  Array.from(
    { length: 6 },
    () => Array.from({ length: runs }, () => gain + random.normal()),
  );

testWithProgram(
  "Rscript",
  "estimateImprovement() is the mean of Wilcoxon's W",
  () => {
    const [first, second] = [draw(5, 1), draw(6, 0)];
    const { value, interval: [low, high] } = estimateImprovement(
      first,
      second,
      {
        better: "higher",
      },
    ) as Estimate;
    const w = first.map((values, i) =>
      `wilcox.test(${vector(values)}, ${vector(second[i]!)})$statistic / 30`
    );
    assertAgreesWithR([[value, `mean(c(${w}))`]]);
    assertEquals(low < value && value < high, true);
    const reversed = estimateImprovement(first, second, { better: "lower" });
    assertAlmostEquals((reversed as Estimate).value, 1 - value);
  },
);

Deno.test("estimateProfile() is the share of better runs", () => {
  const runs = draw(10, 0);
  const [low, middle] = estimateProfile(runs, [-9, 0.5], {
    better: "lower",
  }) as Estimate[];
  assertEquals(low!.value, 0);
  const { value, interval } = middle!;
  const better = runs.flat().filter((run) => run < 0.5).length;
  assertAlmostEquals(value, better / 60);
  assertEquals(interval[0] < value && value < interval[1], true);
});

Deno.test("the bootstrap is refused where it covers too little", () => {
  const options = { better: "lower" } as const;
  assertEquals(estimateImprovement(draw(5, 0), draw(4, 0), options), {
    reason: "fewer than 5 runs of a row on a dataset",
  });
  assertEquals(estimateProfile(draw(10, 0).slice(2), [0], options), {
    reason: "fewer than 5 datasets",
  });
});
