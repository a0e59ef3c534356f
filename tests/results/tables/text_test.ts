import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, startOf } from "../../../testing/made.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() counts the runs of a cell, not those of other columns",
  async () => {
    const pivot = await compareRuns(MODELS.slice(0, 10), {
      rows: ["experiment"],
      cols: ["model"],
    });
    const text = await render(pivot, "table");
    assertMatch(text, /^ +5 +test +1\.120 ± 0\.058 +0\.610 ± 0\.071$/m);
    assertEquals(text.includes("of 10"), false);
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
