import { assertEquals } from "@std/assert";
import type { RunList, RunRow } from "../../results/web/dashboard/protocol.ts";
import {
  formatCount,
  formatDate,
  formatDuration,
  formatRate,
  formatSetting,
  formatValue,
  shortId,
} from "../../results/web/page/format.js";
import {
  listColumns,
  listRows,
  measureColumn,
  progressOf,
} from "../../results/web/page/run_table.js";

const ROW: RunRow = {
  id: "20261122T120000_00000000",
  directory: "runs",
  status: "completed",
  experiment: "test",
  startedAt: "2026-11-22T12:00:00.000Z",
  seconds: 60,
  tags: [],
  note: "",
  sweep: null,
  values: [],
  group: 0,
  step: 100,
  nSteps: 100,
  stepsPerSecond: null,
  secondsLeft: null,
  latest: {},
  nanAt: null,
};

const row = (i: number, own: Partial<RunRow>): RunRow => ({
  ...ROW,
  id: `20261122T12000${i}_0000000${i}`,
  ...own,
});

const LIST: RunList = {
  keys: ["rate", "model", "seed"],
  nuisance: ["seed"],
  groups: ["rate=0.1, model=a", "rate=0.01, model=b"],
  measures: ["loss"],
  nAll: 4,
  problems: [],
  runs: [
    row(0, {
      group: 0,
      values: [0.1, "a", 1],
      latest: { loss: 0.5 },
      tags: ["x"],
    }),
    row(1, {
      group: 1,
      values: [0.01, "b", 1],
      latest: { loss: "NaN" },
    }),
    row(2, {
      group: 0,
      values: [0.1, "a", 2],
      latest: { loss: 0.25 },
      status: "running",
      step: 50,
      stepsPerSecond: 10,
      secondsLeft: 5,
      seconds: null,
    }),
    row(3, { group: 1, values: [0.01, "b", 10], step: null, nSteps: null }),
  ],
};
const COLUMNS = listColumns(LIST);
const OPTIONS = { sort: "", grouped: false, open: [] };

function texts(runs: readonly RunRow[]): Record<string, string> {
  return Object.fromEntries(COLUMNS.map(({ id, text }) => [id, text(runs)]));
}

/** The last digits of the ids in their order, or the labels of groups. */
function order(
  options: Partial<typeof OPTIONS> | { open: string[] },
): string[] {
  return listRows(LIST, COLUMNS, { ...OPTIONS, ...options })
    .map(({ id, kind }) => kind === "group" ? id : id.slice(-1));
}

Deno.test("listColumns() leaves out columns in which no run has anything", () => {
  assertEquals(COLUMNS.map(({ id }) => id), [
    ...["status", "progress", "rate", "left"],
    ...["key.rate", "key.model", "key.seed", "latest.loss"],
    ...["tags", "took", "started"],
  ]);
  const isNumeric = COLUMNS.filter((column) => column.isNumeric);
  assertEquals(isNumeric.map(({ id }) => id), [
    ...["progress", "rate", "left", "key.rate", "key.seed", "latest.loss"],
    "took",
  ]);
});

Deno.test("a row shows what is known of a run", () => {
  const { started: _, ...running } = texts([LIST.runs[2]!]);
  assertEquals(running, {
    "status": "running",
    "progress": "50 / 100",
    "rate": "10/s",
    "left": "5 s",
    "key.rate": "0.1",
    "key.model": "a",
    "key.seed": "2",
    "latest.loss": "0.2500",
    "tags": "",
    "took": "",
  });
  assertEquals(texts([LIST.runs[1]!])["latest.loss"], "NaN");
  assertEquals(texts([LIST.runs[3]!])["latest.loss"], "");
  assertEquals(texts([LIST.runs[3]!]).progress, "");
});

Deno.test("a row of several runs shows counts, means, and what they share", () => {
  const { started: _, ...group } = texts([LIST.runs[0]!, LIST.runs[2]!]);
  assertEquals(group, {
    "status": "1 completed, 1 running",
    "progress": "75 / 100",
    "rate": "10/s",
    "left": "5 s",
    "key.rate": "0.1",
    "key.model": "a",
    "key.seed": "1 2",
    "latest.loss": "0.3750",
    "tags": "",
    "took": "1m 00s",
  });
  // A run that met NaN is not hidden by its siblings.
  assertEquals(texts(LIST.runs)["latest.loss"], "NaN");
});

Deno.test("listRows() sorts by any column, unknown values last", () => {
  assertEquals(order({}), ["0", "1", "2", "3"]);
  assertEquals(order({ sort: "latest.loss" }), ["2", "0", "1", "3"]);
  assertEquals(order({ sort: "-latest.loss" }), ["0", "2", "1", "3"]);
  assertEquals(order({ sort: "key.seed" }), ["0", "1", "2", "3"]);
  assertEquals(order({ sort: "-key.seed" }), ["3", "2", "0", "1"]);
  assertEquals(order({ sort: "-run" }), ["3", "2", "1", "0"]);
  assertEquals(order({ sort: "-key.model" }), ["1", "3", "0", "2"]);
  assertEquals(order({ sort: "tags" }), ["0", "1", "2", "3"]);
  assertEquals(order({ sort: "no such column" }), ["0", "1", "2", "3"]);
});

Deno.test("listRows() groups replicates, and shows the runs of open groups", () => {
  const [a, b] = LIST.groups as [string, string];
  assertEquals(order({ grouped: true }), [a, b]);
  assertEquals(order({ grouped: true, sort: "key.rate" }), [b, a]);
  assertEquals(
    order({ grouped: true, open: [a], sort: "latest.loss" }),
    [a, "2", "0", b],
  );
});

Deno.test("measureColumn() finds the longest text, heading included", () => {
  const rows = listRows(LIST, COLUMNS, OPTIONS);
  const lengths = COLUMNS.map((column) => measureColumn(column, rows));
  assertEquals(lengths.slice(0, 2), ["completed".length, "progress".length]);
});

Deno.test("progressOf() is a share, and null where it is not known", () => {
  assertEquals(progressOf(row(0, { step: 25 })), 0.25);
  assertEquals(progressOf(row(0, { step: 200 })), 1);
  assertEquals(progressOf(row(0, { nSteps: null })), null);
  assertEquals(progressOf(row(0, { nSteps: 0 })), null);
});

Deno.test("numbers, settings, times and names are short", () => {
  assertEquals(
    [0, 3, -12, 0.99, 0.99999, 1234.56, 1e6, 1.5e-7, 1e21].map(formatValue),
    [
      ...["0", "3", "-12", "0.9900", "1.000", "1234.6", "1.00e6"],
      ...["1.50e-7", "1.00e21"],
    ],
  );
  assertEquals(["NaN", "-Infinity", NaN, null].map(formatValue), [
    ...["NaN", "-Infinity", "NaN", ""],
  ]);
  assertEquals(
    [null, "a b", [64, 64], true, { a: 1 }].map(formatSetting),
    ["", "a b", "64,64", "true", '{"a":1}'],
  );
  assertEquals(
    [null, 0, 59.7, 61, 3_600, 90_000].map(formatDuration),
    ["", "0 s", "1m 00s", "1m 01s", "1h 00m", "1d 01h"],
  );
  assertEquals(
    [null, 0, 0.5, 2.25, 1234.5].map(formatRate),
    ["", "", "30/min", "2.3/s", "1,235/s"],
  );
  assertEquals([formatCount(1, "run"), formatCount(1000, "run")], [
    "1 run",
    "1,000 runs",
  ]);
  assertEquals(formatDate("no date"), "no date");
  assertEquals(shortId("20261122T120000_3f9a1c2e"), "3f9a1c2e");
});
