import { assertEquals } from "@std/assert";
import type {
  MetadataFields,
  ScalarFields,
} from "../../../core/utils/results.ts";
import { formatComparison } from "../../../results/tables/text.ts";
import { THREE } from "../../../testing/comparisons.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() makes a column for each record, and shows only keys that differ",
  async () => {
    const { keys, columns, rows, omitted } = await compareRuns(THREE);
    assertEquals(keys, ["rate"]);
    assertEquals(columns.map(({ metadata }) => `${metadata}`), [
      "loss",
      "sampling (nSteps=5)",
      "sampling (nSteps=50)",
    ]);
    assertEquals(rows.map(({ runs }) => runs), [["c"], ["a"], ["b"]]);
    assertEquals(rows.map(({ config }) => config.rate), [10, 0.1, 0.2]);
    assertEquals(rows[1]!.cells.size, 3);
    assertEquals(rows[2]!.cells.get(columns[0]!.metadata)?.result.mean, 1);
    assertEquals(omitted, []);
  },
);

Deno.test(
  "compare() names ten thousand columns by the fields in which they differ",
  async () => {
    const records = Array.from(
      { length: 10_000 },
      (_, i) =>
        [{ name: "loss", level: i, kind: "x" }, {
          mean: i,
          error: 1,
          n: 2,
        }] as [
          MetadataFields,
          ScalarFields,
        ],
    );
    const comparison = await compareRuns([{ id: "a", records }]);
    const [section] = formatComparison(comparison);
    assertEquals(section!.table.columns.at(-1)!.heading, "loss (level=9999)");
  },
);
