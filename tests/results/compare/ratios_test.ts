import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { estimateRatio } from "../../../results/statistics/ratio.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, startOf } from "../../../testing/made.ts";
import { PIVOT, result, SOURCES } from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() puts keys of the configuration and of records on either axis",
  async () => {
    const shape = async (options: CompareOptions) => {
      const { keys, columns, rows } = await compareRuns(PIVOT, options);
      return {
        keys,
        columns: columns.map(({ metadata }) => `${metadata}`),
        rows: rows.map(({ config, cells }) => [
          ...Object.values(config),
          ...columns.map((column) => cells.get(column.metadata)!.result.mean),
        ]),
      };
    };
    assertEquals(await shape({ rows: ["model"], cols: ["nSteps"] }), {
      keys: ["model"],
      columns: ["error (nSteps=5)", "error (nSteps=50)"],
      rows: [["identity", 17, 62], ["mlp", 7, 52]],
    });
    assertEquals(await shape({ rows: ["nSteps"], cols: ["model"] }), {
      keys: ["nSteps"],
      columns: ['error (model="identity")', 'error (model="mlp")'],
      rows: [[5, 17, 7], [50, 62, 52]],
    });
    // What is on no axis and differs goes to the rows.
    assertEquals((await shape({ cols: ["model"] })).keys, ["nSteps"]);
    assertEquals(await shape({ rows: ["metric", "nSteps"], cols: ["model"] }), {
      keys: ["metric", "nSteps"],
      columns: ['value (model="identity")', 'value (model="mlp")'],
      rows: [["error", 5, 17, 7], ["error", 50, 62, 52]],
    });
  },
);

Deno.test(
  "compare() shows ratios to a column, whose error knows what moves together",
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
  "compare() shows ratios of what has a reference, and says what is left out",
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
  "compare() takes ratios over shared seeds alone, and mixes no errors in them",
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
      variances: [0.1 ** 2, 0.2 ** 2],
      covariance: 0,
      df: 4,
    }, 0.95);
    assertEquals([within.result.error, within.interval], [
      expected.error,
      expected.interval,
    ]);
  },
);

Deno.test(
  "compare() knows records and configurations apart that share names",
  async () => {
    const runs = (config: (row: number) => Record<string, unknown>) =>
      [1, 2].map((row): MadeRun => ({
        id: `r${row}`,
        config: { seed: 1, ...config(row) },
        info: { startedAt: startOf(row) },
        records: [[{ name: "loss", width: 7 * row }, result(row)]],
      }));
    // A key called metric, and one called as a field of the records is.
    for (const key of ["metric", "width", "name"]) {
      const { rows, columns } = await compareRuns(
        runs((row) => ({ [key]: row })),
      );
      assertEquals(columns.map(({ metadata }) => `${metadata}`), [
        "loss (width=7)",
        "loss (width=14)",
      ]);
      assertEquals(rows.map(({ config }) => config[key]), [1, 2], key);
    }
    await assertRejects(
      () => compareRuns(runs((row) => ({ name: row })), { cols: ["name"] }),
      OptionError,
      "put it on `rows`",
    );
    // Equal values are equal however they are written down.
    const same = await compareRuns(
      runs((row) =>
        row === 1
          ? { sizes: [1, 2], deep: { a: 1, b: 2 } }
          : { deep: { b: 2, a: 1 }, sizes: "1,2" }
      ),
    );
    assertEquals(same.rows.length, 1);
    assertEquals(same.superseded, ["r1"]);
  },
);
