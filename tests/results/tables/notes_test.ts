import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
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
      "± is the between-seed standard error of the mean over the runs of a row.",
      "* best: significantly different from every other row of its column (two-sided t tests of all pairs of rows, Holm, α = 0.05).",
    ]);
    const text = await render(await compareRuns(MODELS), "table");
    assertMatch(text, /^ +1 +once +3.00 ± 0.50 †≈$/m);
    assertMatch(text, /^ +5 +mlp +0.610 ± 0.071 ≈$/m);
    assertStringIncludes(
      text,
      "  loss: best mean model=mlp; tied with model=once (fewer than 3 runs on a side)",
    );
  },
);
