import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { estimateRatio } from "../../../results/statistics/ratio.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns } from "../../../testing/made.ts";
import { PIVOT, SOURCES } from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() shows ratios to a column, with the covariance in their error",
  async () => {
    const options: CompareOptions = {
      rows: ["model"],
      cols: ["nSteps"],
      relativeTo: ["nSteps=50"],
      ci: 95,
    };
    const { rows, columns } = await compareRuns(PIVOT, options);
    const [, mlp] = rows;
    const [ratio, one] = columns.map((column) =>
      mlp!.cells.get(column.metadata)!
    );
    assertAlmostEquals(ratio!.result.mean, 7 / 52, 1e-15);
    // R: a <- c(6, 7, 8); b <- c(51, 52, 53); r <- mean(a) / mean(b)
    //    sd(a - r * b) / sqrt(3) / mean(b)
    assertAlmostEquals(ratio!.result.error, 0.0096082700124013164, 1e-12);
    assertEquals(ratio!.interval!.length, 2);
    assertEquals([one!.result.mean, one!.result.error], [1, NaN]);
    assertEquals(ratio!.standing, undefined);
    const wrong = (relativeTo: string[], message: string) =>
      assertRejects(
        () => compareRuns(PIVOT, { ...options, relativeTo }),
        OptionError,
        message,
      );
    await wrong(["nSteps=7"], "no column matches: there are error (n");
    await wrong(["nStep=5"], "did you mean nSteps?");
    await assertRejects(
      () => compareRuns(PIVOT, { ...options, baseline: ["model=mlp"] }),
      OptionError,
      "Cannot use `relativeTo` with `baseline`",
    );
  },
);

Deno.test(
  "compare() shows ratios of metrics that have a reference, and names the others",
  async () => {
    const { rows, columns, warnings, keys } = await compareRuns(SOURCES, {
      cols: ["source"],
      relativeTo: ["source=floor"],
    });
    assertEquals(
      new Set(columns.map(({ metadata }) => metadata.name)),
      new Set(["distance"]),
    );
    assertEquals(keys, ["nSteps"]);
    const model = columns.find(({ metadata: { fields } }) =>
      fields.source === "model"
    )!;
    assertAlmostEquals(
      rows[0]!.cells.get(model.metadata)!.result.mean,
      1.62 / 1.02, // 8 / 5 + 2 / 100, over 1 + 2 / 100.
      1e-12,
    );
    assertEquals(warnings.slice(0, 2), [
      "No ratios of loss: there is no column source=floor",
      "No ratios of mmd2: the best value is 0 on average, and estimates may be " +
      "negative",
    ]);
  },
);

Deno.test(
  "compare() takes ratios over shared seeds only, and never mixes the two kinds of error",
  async () => {
    const options: CompareOptions = {
      rows: ["model"],
      cols: ["nSteps"],
      relativeTo: ["nSteps=50"],
      ci: 95,
    };
    const without = (run: MadeRun, nSteps: number): MadeRun => ({
      ...run,
      records: run.records!.filter(([{ nSteps: n }]) => n !== nSteps),
    });
    const [first, second, third, ...others] = PIVOT as [
      ...[MadeRun, MadeRun, MadeRun],
      ...MadeRun[],
    ];
    const ratioOfFirst = async (runs: MadeRun[]) => {
      const { rows, columns } = await compareRuns(
        [...runs, ...others],
        options,
      );
      const row = rows.find(({ config }) => config.model === "mlp");
      return row!.cells.get(columns[0]!.metadata)!;
    };
    // Over the two seeds that both columns have: (6 + 7) / (51 + 52).
    const some = await ratioOfFirst([first, second, without(third, 50)]);
    assertAlmostEquals(some.result.mean, 13 / 103, 1e-15);
    assertEquals([some.result.n, some.nRuns], [2, 3]);
    // One run over three: an error within a run beside one between seeds.
    const mixed = await ratioOfFirst([
      first,
      without(second, 5),
      without(third, 5),
    ]);
    assertAlmostEquals(mixed.result.mean, 6 / 52, 1e-15);
    assertEquals([mixed.result.error, mixed.interval], [NaN, undefined]);
    // Two records of one run: independent, and the fewer degrees of freedom.
    const one: MadeRun = {
      ...first,
      records: [
        [{ name: "error", nSteps: 5 }, { mean: 2, error: 0.1, n: 9, df: 4 }],
        [{ name: "error", nSteps: 50 }, { mean: 4, error: 0.2, n: 100 }],
      ],
    };
    const within = await ratioOfFirst([one]);
    const expected = estimateRatio({
      means: [2, 4],
      errors: [0.1, 0.2],
      correlation: 0,
      df: 4,
    }, 0.95);
    assertEquals([within.result.error, within.interval], [
      expected.error,
      expected.interval,
    ]);
  },
);
