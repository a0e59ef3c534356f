import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeRun } from "../_runs.ts";
import {
  type Folder,
  ROOT,
  runScript,
  tempRuns,
  testWith,
} from "../_helpers.ts";

function threeRuns(): Folder {
  const runs = tempRuns();
  for (const [index, id] of ["a", "b", "c"].entries()) {
    makeRun(`${ROOT}/${runs.path}`, {
      id,
      config: { seed: index, dataset: id === "c" ? "faithful" : "mixture" },
      records: [[{ name: "loss" }, { mean: index, error: 0.1, n: 9 }]],
    });
  }
  return runs;
}

testWith(
  "scripts",
  "compare prints a table with error bars, and nothing on stderr",
  async () => {
    using runs = threeRuns();
    const { code, stdout, stderr } = await runScript("compare", [
      "--runs",
      runs.path,
    ]);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    assertMatch(lines[0]!, /^run +seed +dataset +loss$/);
    assertMatch(lines[3]!, /^b +1 +mixture +1.00 ± 0.10$/);
    assertStringIncludes(stdout, "± is the within-run standard error.");
  },
);

testWith(
  "scripts",
  "compare filters, sorts and writes every format",
  async () => {
    using runs = threeRuns();
    const compare = async (...args: string[]) => {
      const all = [`--runs=${runs.path}`, ...args];
      const { code, stdout, stderr } = await runScript("compare", all);
      assertEquals(code, 0, stderr);
      return stdout;
    };
    const json = JSON.parse(
      await compare(
        "--format=json",
        "--where",
        "dataset=mixture",
        "--sort",
        "-seed",
      ),
    );
    assertEquals(json.rows.map(({ runs }: { runs: string[] }) => runs), [
      ["b"],
      ["a"],
    ]);
    assertMatch(await compare("--format=md"), /^\| run \| +seed \|/);
    assertMatch(await compare("--format=csv"), /^run,seed,dataset,loss mean,/);
    await compare("--metric=lo*", "--since=2020-01-01");
  },
);

testWith(
  "scripts",
  "compare and runs show all runs beside a damaged one; --strict makes it an error",
  async () => {
    using runs = threeRuns();
    Deno.writeTextFileSync(`${ROOT}/${runs.path}/b/run.json`, '{"sche');
    for (const script of ["compare", "runs"]) {
      const lax = await runScript(script, [`--runs=${runs.path}`]);
      assertEquals(lax.code, 0);
      assertMatch(lax.stdout, /^a .*\nc /m);
      assertMatch(
        lax.stderr,
        /^problem: b: Cannot read .*\/b\/run\.json as JSON/,
      );
      const strict = await runScript(script, [
        `--runs=${runs.path}`,
        "--strict",
      ]);
      assertEquals(strict.code, 1);
      assertEquals(strict.stdout.length, lax.stdout.length);
    }
    const { stdout } = await runScript("compare", [
      `--runs=${runs.path}`,
      "--format=json",
    ]);
    const { problems } = JSON.parse(stdout);
    assertEquals(problems.length, 1);
    assertEquals(Object.keys(problems[0]), ["run", "file", "reason"]);
  },
);

testWith("scripts", "compare takes several directories of runs", async () => {
  using first = threeRuns();
  using second = tempRuns();
  makeRun(`${ROOT}/${second.path}`, {
    id: "d",
    records: [[{ name: "loss" }, { mean: 7, error: 1, n: 3 }]],
  });
  const { stdout } = await runScript("compare", [
    `--runs=${first.path}`,
    `--runs=${second.path}`,
  ]);
  assertMatch(stdout, /^d .* 7\.0 ± 1\.0$/m);
});
