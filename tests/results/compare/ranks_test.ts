import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, firstCells } from "../../../testing/made.ts";

skipUnlessGranted("files");

const across = "dataset";

Deno.test("compare() across datasets has one value a dataset", async () => {
  const baseline = ["model=rnn"];
  const comparison = await compareRuns(makeDatasets(), { across, baseline });
  const [gru, mlp] = firstCells(comparison);
  assertEquals([gru!.kind, gru!.result.n, gru!.runs.size], ["across", 6, 30]);
  const first = [...mlp!.runs.values()].filter(({ config }) =>
    config["dataset"] === 0
  ).map(({ records }) => [...records][0]!.result.mean);
  assertAlmostEquals(
    mlp!.sample.get("dataset=0")!,
    first.reduce((sum, mean) => sum + mean, 0) / 5,
  );
  const verdict = gru!.comparison!;
  assertEquals("p" in verdict && [verdict.pairs, verdict.df], [6, 5]);
});

Deno.test("compare() across datasets ranks the rows on each", async () => {
  const { columns } = await compareRuns(makeDatasets(), { across });
  const ranks = columns[0]!.ranks!;
  if ("reason" in ranks) throw new Error(ranks.reason);
  assertEquals(ranks.ranks.map((rank) => rank.toFixed(1)), [
    "2.0",
    "1.0",
    "3.0",
  ]);
  assertEquals([ranks.best, ranks.nValues], [1, 6]);
  const chance = ranks.improvements[2]!;
  assertEquals("value" in chance && chance.value > 0.9, true);
});

Deno.test("compare() across a key says why there are no ranks", async () => {
  const without = makeDatasets().filter(({ id }) => !id.startsWith("gru0"));
  const { columns: [column] } = await compareRuns(without, { across });
  assertEquals(column!.ranks, { reason: "not every row has every value" });
  const few = await compareRuns(makeDatasets(), {
    across,
    where: ["model=mlp"],
  });
  assertEquals(few.columns[0]!.ranks, { reason: "fewer than 3 rows" });
  const failed = makeDatasets().map((run) =>
    run.id === "mlp00" ? { ...run, info: { status: "failed" as const } } : run
  );
  const survivors = await compareRuns(failed, { across });
  const reason = "a row has failed runs";
  assertEquals(survivors.columns[0]!.ranks, { reason });
  const text = await render(survivors, "table");
  assertStringIncludes(
    text,
    `No average ranks over dataset:\n  loss: ${reason}`,
  );
  for (const options of [{ across: "data" }, { across, rows: ["dataset"] }]) {
    await assertRejects(
      () => compareRuns(makeDatasets(), options),
      OptionError,
    );
  }
});
