import { assertEquals, assertMatch } from "@std/assert";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

Deno.test("show prints a run as text or JSON, the latest by default", async () => {
  using runs = tempRuns();
  makeRun(`${ROOT}/${runs.path}`, { id: "a", config: { rate: 0.5 } });
  const at = `--runs=${runs.path}`;
  const { code, stdout } = await runScript("show", [at]);
  assertEquals(code, 0);
  assertMatch(stdout, /^ {2}rate +0\.5$/m);
  const json = await runScript("show", ["a", "--json", at]);
  const { info, config } = JSON.parse(json.stdout);
  assertEquals([info.runId, config.rate], ["a", 0.5]);
});

Deno.test("show says that there is no such run, or no stored source", async () => {
  using runs = tempRuns();
  makeRun(`${ROOT}/${runs.path}`, { id: "a" });
  const wrong = async (args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await runScript("show", [
      `--runs=${runs.path}`,
      ...args,
    ]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, message);
  };
  await wrong(["nobody"], /Cannot find run "nobody"/);
  await wrong(["a", "--file=x.ts"], /Cannot show x\.ts: .* no stored source/);
});
