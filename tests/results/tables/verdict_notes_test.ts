import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, type Losses, replicates } from "../../../testing/made.ts";
import { makeCrossed, makeDatasets } from "../../../testing/grids.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test("render() says how many more seeds would resolve a tie", async () => {
  const some = MODELS.filter(({ config }) =>
    ["identity", "copy"].includes((config as { model: string }).model)
  );
  const text = await render(await compareRuns(some), "table");
  // R: d <- c(1,1.2,1.1,1.3,1) - c(1.05,1.15,1.15,1.25,1.02)
  //    s <- sd(d) * sqrt(4 / qchisq(0.2, 4))
  //    power.t.test(n = 5, sd = s, power = .8, type = "paired")$delta
  assertMatch(
    text,
    /loss: best mean model=identity; tied with model=copy \(5 seeds detect differences of 0.13 or more with 80 % power, 10 would detect 0.079, 20 would detect 0.052\)/,
  );
});

Deno.test(
  "render() says how many runs an exact test needs to be significant",
  async () => {
    const comparison = await compareRuns(MODELS.slice(0, 10), {
      baseline: ["model=identity"],
      test: "sign-flip",
    });
    const text = await render(comparison, "table");
    assertMatch(
      text,
      /0.063 +not resolved\n\n.*\nTwo-sided exact tests, .*; all rows: sign flips, 5 pairs\.$/m,
    );
    assertStringIncludes(
      text,
      "model=mlp: n = 5 cannot be significant, at least 6 needed",
    );
    assertMatch(text, /mlp .* ≈$/m); // And so nothing is best.
  },
);

Deno.test("render() says what is not ranked, and why", async () => {
  const bounded = MODELS.slice(0, 10).map((run, index) => ({
    ...run,
    records: [
      ...run.records!,
      [{ name: "width" }, { mean: index, error: 0.1, n: 9 }] as const,
      [{ name: "cost" }, { mean: 1, error: 0.1, n: 9 }] as const,
    ],
  }));
  const failed = {
    id: "f",
    config: { model: "identity", seed: 9 },
    info: { status: "failed" as const },
  };
  const text = await render(await compareRuns([...bounded, failed]), "table");
  assertMatch(
    text,
    /Not ranked, because runs failed or were interrupted \(--count-failed-as .*\):\n {2}model=identity: loss/,
  );
  assertMatch(
    text,
    /not known which way is better \(--lower-is-better, .*:\n {2}width\n/,
  );
  assertMatch(
    text,
    /Not tested, because the values of all rows are identical:\n {2}cost/,
  );
  const alone = await compareRuns(MODELS.slice(0, 5), {
    baseline: ["model=identity"],
  });
  assertStringIncludes(
    await render(alone, "table"),
    "There is no other row to compare with model=identity.",
  );
});

Deno.test("render() says when verdicts hold, and how often a table errs", async () => {
  const runs = MODELS.slice(0, 10).map((run) => ({
    ...run,
    records: [
      ...run.records!,
      [{ name: "error" }, run.records![0]![1]] as const,
    ],
  }));
  const families =
    "The chance of a false verdict is at most 5 % in each column, and up to " +
    "10 % in the 2 columns together (--family table keeps it at 5 %).";
  const anytime = await compareRuns(runs, { anytime: true });
  const text = await render(anytime, "table");
  assertMatch(
    text,
    /anytime-valid t tests, α = 0.05, valid also if seeds were/,
  );
  assertStringIncludes(text, families);
  const looks = { looks: [5, 9], family: "table" } as const;
  const planned = await render(await compareRuns(runs, looks), "table");
  assertMatch(planned, /t tests, α = 0.013, valid at n = 5, 9/);
  assertEquals(planned.includes("The chance of a false"), false);
});

Deno.test("render() says what a first comparison without --anytime adds", async () => {
  const added = "2026-12-24T12:00:00.000Z";
  const runs = MODELS.slice(0, 10).map((run, index) =>
    index % 5 > 3
      ? { ...run, info: { startedAt: added, finishedAt: added } }
      : run
  );
  const find = async (options: CompareOptions) => {
    const text = await render(await compareRuns(runs, options), "table");
    return /Seeds were added.* no more than 2α/.test(text);
  };
  assertEquals(await find({}), true);
  assertEquals(await find({ anytime: true }), false);
  assertEquals(await find({ planned: true }), false);
  // Datasets are what is counted: more seeds are not covered.
  const more = makeDatasets().map((run) =>
    run.id.endsWith("4")
      ? { ...run, info: { startedAt: added, finishedAt: added } }
      : run
  );
  assertMatch(
    await render(await compareRuns(more, { across: "dataset" }), "table"),
    /they do not if seeds were added to those compared before/,
  );
});

Deno.test("render() counts many ties, and says once what would resolve them", async () => {
  const rows = Array.from({ length: 5 }, (_, rate): Losses => [
    { rate },
    [1, 2, 3, 4].map((seed) => seed + Math.sin(9 * rate + seed) / 4),
  ]);
  const size = String.raw`[\d.]+`;
  assertMatch(
    await render(await compareRuns(replicates(rows)), "table"),
    new RegExp(
      `tied with 4 other rows \\(4 seeds detect differences of ${size} or more ` +
        `with 80 % power, 8 would detect ${size}, 16 would detect ${size}\\)`,
    ),
  );
});

Deno.test("render() says why no row was tested", async () => {
  const looks = await compareRuns(MODELS.slice(0, 10), { looks: [3, 6] });
  assertStringIncludes(
    await render(looks, "table"),
    "Not ranked, because n = 5 is none of the looks 3, 6:\n  loss",
  );
  const options = { nuisance: ["split"], test: "sign-flip" } as const;
  assertStringIncludes(
    await render(await compareRuns(makeCrossed(), options), "table"),
    "Not ranked, because runs that share more than seeds need the t test:\n  loss",
  );
  const crossed = await render(
    await compareRuns(makeCrossed(), {
      nuisance: ["split"],
      anytime: true,
      baseline: ["model=mlp"],
    }),
    "table",
  );
  assertMatch(
    crossed,
    /Differences from model=mlp\n(.*\n)+?No row was tested\.\n/,
  );
  // Where there are no verdicts, nothing is promised of them.
  assertEquals(crossed.includes("also if seeds were added"), false);
});

Deno.test("render() counts values of the key that is compared across", async () => {
  const across = "dataset";
  const text = await render(
    await compareRuns(makeDatasets(), { across, anytime: true }),
    "table",
  );
  assertStringIncludes(text, "also if values of dataset were added until");
  const one = await render(
    await compareRuns(makeDatasets(), { across, where: ["dataset=0"] }),
    "table",
  );
  assertStringIncludes(
    one,
    "Not tested, because there are fewer than 3 values of dataset:\n  loss",
  );
  assertStringIncludes(one, "Values are the mean over the values of dataset");
  assertEquals(one.includes("±"), false);
});
