import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, startOf } from "../../../testing/made.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() tells errors between seeds from those within a run, and what is best",
  async () => {
    const three = await compareRuns(MODELS.slice(0, 10));
    assertEquals((await render(three, "table")).split("\n"), [
      "runs  model              loss",
      "───────────────────────────────",
      "   5  identity  1.120 ± 0.058",
      "   5  mlp       0.610 ± 0.071 *",
      "",
      "± is the between-seed standard error of the mean over the runs of a row.",
      "* best: every other row of its column that takes part is significantly worse (t tests, α = 0.05, valid if the number of seeds was fixed in advance).",
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

Deno.test("render() says what would tell a tie, in seeds", async () => {
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

Deno.test("render() uses runs without a partner too, or names them", async () => {
  const shifted = MODELS.slice(0, 10).map((run) => {
    const config = run.config as { model: string; seed: number };
    const seed = config.model === "mlp" ? config.seed + 2 : config.seed;
    return { ...run, config: { ...config, seed } };
  });
  const options = { baseline: ["model=identity"] };
  const text = await render(await compareRuns(shifted, options), "table");
  assertMatch(text, /partly paired t, 3 pairs in 5 and 5 runs/);
  const exact = await compareRuns(shifted, { ...options, test: "sign-flip" });
  assertStringIncludes(
    await render(exact, "table"),
    "Runs not used, because they have no partner in the other row:\n" +
      "  model=mlp: seed=6; seed=7; seed=1; seed=2",
  );
});

Deno.test(
  "render() shows an exact test that cannot resolve, and what it needs",
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

Deno.test(
  "render() shows how many runs have a record, and are completed",
  async () => {
    const [first, ...others] = MODELS.slice(0, 10);
    const { records: _, ...bare } = first!;
    const text = await render(
      await compareRuns([
        bare,
        ...others,
        {
          id: "f",
          config: { model: "mlp", seed: 9 },
          info: {
            status: "failed",
            error: { name: "RangeError", message: "non-finite loss" },
          },
        },
        { ...others[8]!, id: "old", info: { startedAt: startOf(0) } },
      ]),
      "table",
    );
    assertMatch(text, /^ +5 +identity +1.150 ± 0.065 \(4 of 5\)/m);
    assertMatch(text, /^5 of 6 +mlp +0.610 ± 0.071$/m);
    assertStringIncludes(
      text,
      "Not completed, and in no mean:\n  f failed: non-finite loss",
    );
    assertMatch(text, /Superseded by a newer run .*:\n {2}old/);
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
