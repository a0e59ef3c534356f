import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

Deno.test(
  "diff compares the latest run with the one before, and others with the latest",
  async () => {
    using runs = tempRuns();
    const diff = async (...args: string[]) => {
      const { code, stdout, stderr } = await runScript("diff", [
        ...args,
        "--json",
        `--runs=${runs.path}`,
      ]);
      return code === 0 ? JSON.parse(stdout).runs : [code, stderr];
    };
    const make = (id: string, startedAt: string) =>
      makeRun(`${ROOT}/${runs.path}`, { id, info: { startedAt } });
    make("c", "2026-11-22T12:00:00.000Z");
    const [code, message] = await diff("latest");
    assertEquals(code, 2);
    assertMatch(message, /Cannot compare c with the run before it: there is n/);
    make("b", "2026-11-22T13:00:00.000Z");
    make("a", "2026-11-22T14:00:00.000Z");
    assertEquals(await diff(), ["b", "a"]);
    assertEquals(await diff("latest"), ["b", "a"]);
    assertEquals(await diff("a"), ["b", "a"]);
    assertEquals(await diff("c"), ["c", "a"]);
    assertEquals(await diff("c", "b"), ["c", "b"]);
  },
);

Deno.test(
  "diff across experiments prints a summary, and --full the rest",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    const quick = ["--n-train=100", "--n-epochs=1", at];
    const least = ["--experiment=examples/least_squares.ts", at];
    for (const args of [quick, least]) {
      assertEquals((await runScript("train", args)).code, 0);
    }
    const { stdout } = await runScript("diff", [at]);
    assertMatch(stdout, /^ {2}experiment +diffusion → least-squares$/m);
    assertMatch(stdout, /^ {2}\S+\.ts +\+\d+ -\d+ lines$/m);
    assertMatch(stdout, /^ {2}--full prints them line by line$/m);
    assert(stdout.split("\n").length < 100, stdout);
    const full = await runScript("diff", [at, "--full"]);
    assert(full.stdout.split("\n").length > 500);
  },
);
