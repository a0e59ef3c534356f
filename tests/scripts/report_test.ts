import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

Deno.test("report writes one page, with links that lead to runs", async () => {
  using runs = tempRuns();
  for (const seed of [1, 2]) {
    makeRun(`${ROOT}/${runs.path}`, {
      id: `run${seed}`,
      config: { seed },
      records: [[{ name: "loss" }, { mean: seed, error: 0.1, n: 9 }]],
    });
  }
  const folder = `reports/.test-${crypto.randomUUID().slice(0, 8)}`;
  try {
    const { code, stdout, stderr } = await runScript("report", [
      `--runs=${runs.path}`,
      `--out=${folder}/page.html`,
      "--title=Two runs",
    ]);
    assertEquals([code, stdout, stderr], [0, `${folder}/page.html\n`, ""]);
    const html = Deno.readTextFileSync(`${ROOT}/${folder}/page.html`);
    assertMatch(html, /<title>Two runs<\/title>/);
    assertStringIncludes(html, "1.50 ± 0.50");
    assertMatch(html, /<code>deno task report --runs=.* '--title=Two runs'</);
    const [, href] = /href="([^"]*run1\/)"/.exec(html) ?? [];
    assertEquals(
      Deno.statSync(`${ROOT}/${folder}/${href}`).isDirectory,
      true,
    );
  } finally {
    Deno.removeSync(`${ROOT}/${folder}`, { recursive: true });
  }
});
