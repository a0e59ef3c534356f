import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() writes a table of verdicts against the baseline",
  async () => {
    const comparison = await compareRuns(MODELS, {
      baseline: ["model=identity"],
    });
    const text = await render(comparison, "table");
    const lines = text.split("\n");
    const start = lines.findIndex((line) =>
      line.startsWith("Differences from")
    );
    assertEquals(
      [...lines.slice(start, start + 3), ...lines.slice(start + 4)],
      [
        "Differences from model=identity",
        "",
        "model      difference     95 % interval        p  p (Holm)  verdict",
        "mlp    -0.510 ± 0.024  [-0.578, -0.442]  <0.0001   <0.0001  better",
        "copy    0.004 ± 0.023   [-0.059, 0.067]     0.87      0.87  not resolved",
        "once                –                 –        –         –  not tested",
        "",
        "p (Holm) is adjusted over the rows of a column.",
        "Two-sided t tests, significant if p ≤ 0.025, valid if the number of seeds was fixed in advance; all rows: paired t, 5 pairs.",
        "Intervals are not adjusted for several tests.",
        "Not resolved:",
        "  model=copy: 5 seeds detect differences of 0.16 or more with 80 % power, 10 would detect 0.09, 20 would detect 0.058",
        "Not tested:",
        "  model=once: fewer than 3 runs on a side",
      ],
    );
  },
);

Deno.test("render() names the runs that have no partner", async () => {
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
