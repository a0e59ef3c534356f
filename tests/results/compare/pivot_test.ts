import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type {
  MetadataFields,
  ScalarFields,
} from "../../../core/utils/results.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, startOf } from "../../../testing/made.ts";
import {
  METRICS,
  PIVOT,
  result,
  SOURCES,
} from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() refuses two values in one cell, and unknown keys",
  async () => {
    const wrong = (options: CompareOptions, message: string) =>
      assertRejects(() => compareRuns(PIVOT, options), OptionError, message);
    await wrong(
      { rows: ["nSamples"], cols: ["nSteps"] },
      "Cannot put two values of error (nSteps=5) into one cell: they differ in model",
    );
    await wrong({ rows: ["modle"] }, "did you mean model?");
    await wrong({ cols: ["nStep"] }, "did you mean nSteps?");
    await wrong({ rows: ["model"], cols: ["model"] }, "on both axes");
  },
);

Deno.test(
  "compare() shows a record that lacks a row's key in all rows, and ranks it in none",
  async () => {
    const { keys, rows, columns } = await compareRuns(SOURCES, {
      cols: ["source"],
      metric: ["distance"],
    });
    // What a column has in common, as nRepeats, tells no rows apart.
    assertEquals(keys, ["nSteps"]);
    assertEquals(rows.map(({ config }) => config.nSteps), [5, 50]);
    const cells = (source: string) => {
      const column = columns.find(({ metadata: { fields } }) =>
        fields.source === source
      )!;
      return rows.map((row) => row.cells.get(column.metadata)!);
    };
    const [floor, same] = cells("floor");
    assertAlmostEquals(floor!.result.mean, 1.02, 1e-12);
    assertEquals(same!.result, floor!.result);
    assertEquals([floor!.standing, same!.standing], [undefined, undefined]);
    // Nor are rows ranked that differ in a field of the records alone.
    assertEquals(cells("model").map(({ standing }) => standing), [
      undefined,
      undefined,
    ]);
    const against = await compareRuns(SOURCES, {
      cols: ["source"],
      metric: ["distance"],
      baseline: ["nSteps=5"],
    });
    const [, second] = against.rows;
    const told = against.columns.map((column) => [
      column.metadata.fields.source,
      second!.cells.get(column.metadata)!.comparison !== undefined,
    ]);
    assertEquals(Object.fromEntries(told), {
      exact: true,
      floor: false,
      model: true,
    });
  },
);

Deno.test(
  "compare() puts different settings into different rows, and merges repeats",
  async () => {
    const of = (fields: object): [MetadataFields, ScalarFields] => [
      { name: "distance", ...fields },
      result(1),
    ];
    const options = { cols: ["source"] };
    const apart = await compareRuns([{
      id: "a",
      info: METRICS,
      records: [
        of({ source: "floor", nSamples: 50, nRepeats: 20 }),
        of({ source: "model", nSamples: 800, nRepeats: 4 }),
      ],
    }], options);
    assertEquals(apart.rows.map(({ config }) => config.nSamples), [50, 800]);
    const repeated = await compareRuns([{
      id: "a",
      info: METRICS,
      records: [
        of({ source: "floor", nRepeats: 20 }),
        [{ name: "distance", source: "floor", nRepeats: 15 }, result(2)],
        of({ source: "model", nSteps: 5, nRepeats: 4 }),
        of({ source: "model", nSteps: 9, nRepeats: 3 }),
      ],
    }], options);
    assertEquals(repeated.keys, ["nSteps"]);
    assertEquals(repeated.rows.map(({ cells }) => cells.size), [2, 2]);
    // Of two the one that was repeated more often.
    const floor = repeated.columns.find((c) =>
      c.metadata.fields.source === "floor"
    )!;
    assertEquals(repeated.rows[0]!.cells.get(floor.metadata)!.result.mean, 1);
  },
);

Deno.test(
  "compare() takes conditions on fields of records, which records without the field meet",
  async () => {
    const told = async (where: string[]) => {
      const { columns, rows } = await compareRuns(SOURCES, {
        where,
        metric: ["distance", "loss"],
      });
      assertEquals(rows.length, 1);
      return columns.map(({ metadata }) => `${metadata}`);
    };
    assertEquals(await told(["nSteps=50", "source=model"]), [
      'distance (nRepeats=20, nSteps=50, source="model")',
      "loss",
    ]);
    assertEquals(await told(["nSteps=5", "seed=2"]), [
      'distance (nRepeats=20, nSteps=5, source="exact")',
      'distance (nRepeats=20, nSteps=5, source="model")',
      'distance (nRepeats=100, source="floor")',
      "loss",
    ]);
  },
);

Deno.test("compare() keeps a row for records that have no place in another", async () => {
  const { rows } = await compareRuns(SOURCES, { cols: ["source"] });
  // No loss knows steps: it stands in a row of its own, and in no other.
  assertEquals(rows.map(({ config }) => config.nSteps), [5, 50, undefined]);
  assertEquals(
    rows.map(({ cells }) => [...cells.keys()].map(({ name }) => name)),
    [
      ["distance", "distance", "mmd2", "distance", "mmd2"],
      ["distance", "distance", "distance"],
      ["loss"],
    ],
  );
  const alone = await compareRuns([{
    id: "a",
    records: [[{ name: "distance", source: "floor" }, result(1)]],
  }, {
    id: "b",
    config: { model: "other" },
    records: [[
      { name: "distance", source: "model", nSteps: 5 },
      result(1),
    ]],
  }], { rows: ["model", "nSteps"], cols: ["source"] });
  // The floor of one model stands in no row of another.
  assertEquals(alone.rows.map(({ config }) => config), [
    { model: "other", nSteps: 5 },
    { model: undefined, nSteps: undefined },
  ]);
});

Deno.test(
  "compare() lists the records of a single row for readers",
  async () => {
    const list = await compareRuns(SOURCES, { isForReaders: true });
    assertEquals(list.keys, ["metric", "nSteps"]);
    const labels = list.rows.map(({ config }) => Object.values(config));
    assertEquals(labels, [
      ["distance", 5],
      ["distance", 50],
      ["loss", undefined],
      ["mmd2", 5],
    ]);
    assertEquals(list.columns.map(({ metadata }) => metadata.fields.source), [
      "exact",
      "floor",
      "model",
      undefined,
    ]);
    const isList = async (options: CompareOptions) =>
      (await compareRuns(SOURCES, { isForReaders: true, ...options })).keys
        .includes("metric");
    assertEquals(await isList({ metric: ["loss"] }), false);
    assertEquals(await isList({ cols: ["source"] }), false);
    assertEquals(await isList({ isForReaders: false }), false);
    const [first, ...others] = SOURCES;
    const config = { seed: 1, model: "other" };
    const two = [{ ...first!, config }, ...others];
    assertEquals((await compareRuns(two, { isForReaders: true })).keys, [
      "model",
    ]);
  },
);

Deno.test(
  "compare() takes keys of configurations and of records on either axis",
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
  "compare() distinguishes fields of records from keys of configurations with the same name",
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
