import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
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
    /loss: best mean model=identity; tied with model=copy \(5, 10, 20 seeds detect differences of 0.13, 0.079, 0.052 with 80 % power\)/,
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
      /0.063 +sign flips, 5 pairs +not resolved$/m,
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
    /Not ranked, because runs failed or were interrupted:\n {2}model=identity: loss/,
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
    "The verdicts of a column err in at most 5 % of cases, those of 2 " +
    "columns together in up to 10 % (--family table keeps 5 %).";
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
  assertEquals(planned.includes("those of 2 columns"), false);
});
