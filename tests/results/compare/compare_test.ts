import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ResultMetadata } from "../../../core/utils/results.ts";
import { compare } from "../../../results/compare/compare.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";
import { compareRuns } from "../../../testing/made.ts";
import { PIVOT, THREE } from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() pairs rows over shared seeds, whichever axis the model is on",
  async () => {
    const { rows, columns } = await compareRuns(PIVOT, {
      rows: ["nSteps"],
      cols: ["model"],
      baseline: ["nSteps=50"],
      lowerIsBetter: ["error"],
    });
    const { comparison } = rows[0]!.cells.get(columns[0]!.metadata)!;
    assertEquals(comparison && "pairs" in comparison && comparison.pairs, 3);
  },
);

Deno.test("compare() says why there is nothing to compare", async () => {
  using folder = tempFolder();
  const message = async (options: CompareOptions = {}) =>
    (await assertRejects(
      () => compare(new RunDatabase(folder.path), options),
      RangeError,
    )).message;
  assertStringIncludes(
    await message(),
    `there are no runs in ${folder.path} yet: deno task train makes`,
  );
  makeRun(folder.path, { id: "a", info: { status: "interrupted" } });
  assertMatch(await message(), /no run is completed: a interrupted/);
  assertMatch(
    await message({ where: ["seed=9"] }),
    /No run matches seed=9 \(1 run searched\)/,
  );
  Deno.writeTextFileSync(`${folder.path}/a/run.json`, "");
  assertMatch(await message(), /no run could be read: .*run\.json/);
});

Deno.test("compare() takes records of several names by globs", async () => {
  const { columns } = await compareRuns(THREE, { metric: ["s*", "time/*"] });
  assertEquals(columns.map(({ metadata }) => metadata), [
    ResultMetadata.of({ name: "sampling", nSteps: 5 }),
    ResultMetadata.of({ name: "sampling", nSteps: 50 }),
    ResultMetadata.of({ name: "time/epoch" }),
  ]);
});

Deno.test(
  "compare() refuses a level that is not a percentage, and globs that match nothing",
  async () => {
    const wrong = (options: CompareOptions, message: string) =>
      assertRejects(() => compareRuns(THREE, options), OptionError, message);
    await wrong({ ci: 0.95 }, "it must be in percent: did you mean 95?");
    await wrong({ lowerIsBetter: ["los"] }, "did you mean loss?");
    await wrong({ metric: ["los"] }, "did you mean loss?");
  },
);
