import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns } from "../../../testing/made.ts";
import { MODELS, single } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "render() writes a table for the terminal, numbers to the right",
  async () => {
    const lines = (await render(await single(), "table")).split("\n");
    assertEquals(lines, [
      "run  sizes   note               loss    loss/final  sampling (nSteps=5)  sampling (nSteps=50)",
      "─".repeat(lines[0]!.length + " †".length),
      'a    128,64  x|y, "z"  0.333 ± 0.012 †    0.142857                  NaN                     –',
      "b    128     漢字        0.50 ± 0.20 †           –                    –                 2 ± 0 †",
      "",
      "† is the within-run standard error of one run.",
      "Observations behind each †:",
      "  loss: 50 to 100",
      "  sampling (nSamples=9, nSteps=50): 9",
      "Warnings:",
      '  sampling (nSamples=9, nSteps=5) of sizes=128,64, note=x|y, "z" is NaN in a',
    ]);
  },
);

Deno.test(
  "render() splits a table that is wider than the terminal, and omits nothing",
  async () => {
    const comparison = await single();
    const whole = await render(comparison, "table");
    const narrow = await render(comparison, "table", { width: 50 });
    const [first, second, third] = narrow.split("\n\n");
    for (const block of [first!, second!, third!]) {
      assertMatch(block, /^run {2}sizes {3}note/);
      for (const line of block.split("\n")) assert(line.length <= 50, line);
    }
    const sorted = (text: string) =>
      [...new Set(text.match(/\d+\.\d+( ± \d+\.\d+)?/g))].sort();
    assertEquals(sorted(narrow), sorted(whole));
  },
);

Deno.test("render() has colours on request", async () => {
  const comparison = await compareRuns(MODELS.slice(0, 10));
  const plain = await render(comparison, "table");
  const colored = await render(comparison, "table", { color: true });
  assertStringIncludes(colored, "\x1b[1m0.610 ± 0.071\x1b[0m *");
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("render() removes control characters of names from files", async () => {
  const comparison = await compareRuns([
    { id: "a", config: { seed: 1, note: "red\x1b[31m\nx" } },
    { id: "b", config: { seed: 1, note: "<b>&\x07" } },
  ]);
  for (const format of ["table", "md", "latex", "html"] as const) {
    const text = await render(comparison, format);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x09\x0b-\x1f]/.test(text), false, format);
  }
  assertStringIncludes(await render(comparison, "html"), "&#x3C;b>&#x26;");
  assertStringIncludes(await render(comparison, "md"), "\\<b\\>&");
});

Deno.test("render() shows keys that are wider than the terminal", async () => {
  const runs = ["x", "y"].map((letter) => ({
    id: letter,
    config: { seed: 1, note: letter.repeat(90) },
  }));
  const text = await render(await compareRuns(runs), "table", { width: 40 });
  assertStringIncludes(text, "y".repeat(90));
});
