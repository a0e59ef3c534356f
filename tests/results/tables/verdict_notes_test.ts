import { assertMatch, assertStringIncludes } from "@std/assert";
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
  //    power.t.test(n = 5, sd = sd(d), power = .8, type = "paired")$delta
  assertMatch(
    text,
    /loss: best mean model=identity; tied with model=copy \(more than 100 more seeds needed for 80 % power; 5 seeds detect differences of 0.085 or more\)/,
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
    /Not ranked, because a run has failed:\n {2}model=identity: loss/,
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
