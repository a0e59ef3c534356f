import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, replicates, startOf } from "../../../testing/made.ts";
import { makeCrossed } from "../../../testing/grids.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() distinguishes between-seed from within-run errors, and marks the best",
  async () => {
    const three = await compareRuns(MODELS.slice(0, 10));
    assertEquals((await render(three, "table")).split("\n"), [
      "runs  model              loss",
      "───────────────────────────────",
      "   5  identity  1.120 ± 0.058",
      "   5  mlp       0.610 ± 0.071 *",
      "",
      "± is the between-seed standard error of the mean.",
      "* best: every other ranked row of its column is significantly worse.",
      "Verdicts: t tests, α = 0.05, valid if the number of seeds was fixed in advance.",
    ]);
    const text = await render(await compareRuns(MODELS), "table");
    // One run is no ground for a rank, and keeps no other from being best.
    assertMatch(text, /^ +1 +once +3.00 ± 0.50 †$/m);
    assertMatch(text, /^ +5 +mlp +0.610 ± 0.071 \*$/m);
    assertStringIncludes(
      text,
      "Not ranked, because fewer than 3 runs:\n  model=once: loss",
    );
  },
);

Deno.test("render() tells failed runs that count from those that do not", async () => {
  const made = replicates([[{ model: "a" }, [1, 2, 3]], [{ model: "b" }, [4]]]);
  const add = (seed: number, status: "failed" | "running") => ({
    id: `${status}${seed}`,
    config: { model: "a", seed },
    info: { status, startedAt: startOf(9) },
  });
  const runs = [...made, add(1, "failed"), add(8, "failed")];
  assertStringIncludes(
    await render(await compareRuns(runs, { countFailedAs: 9 }), "table"),
    "Not completed, and in no mean:\n  failed1 failed\n" +
      "Not completed, and counted as 9:\n  failed8 failed\n",
  );
});

Deno.test("render() names the runs that completed without a record", async () => {
  const runs = MODELS.slice(0, 10).map((run, index) =>
    index === 7 ? { ...run, records: [] } : run
  );
  const { id } = runs[7]!;
  assertStringIncludes(
    await render(await compareRuns(runs), "table"),
    "(k of n): only k of n runs have such a record. Without it:\n" +
      `  loss: ${id}\n`,
  );
  assertStringIncludes(
    await render(await compareRuns(runs, { countFailedAs: 9 }), "table"),
    `Completed without the record, and counted as 9:\n  loss: ${id}\n`,
  );
});

Deno.test("render() names the rows whose errors are not those of crossed keys", async () => {
  const runs = makeCrossed().filter(({ id }) => id !== "gru00");
  assertStringIncludes(
    await render(await compareRuns(runs, { nuisance: ["split"] }), "table"),
    "share: crossed random effects; not those of model=gru.",
  );
});
