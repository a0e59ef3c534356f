import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  runScript,
  type ScriptResult,
  skipUnlessGranted,
  tempProject,
} from "../../testing/helpers.ts";
import { makeManyRuns } from "../../testing/many_runs.ts";

skipUnlessGranted("scripts");

/** Lists what lies in a folder, and in all folders below. */
function listTree(path: string): string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
    isDirectory ? listTree(`${path}/${name}`) : `${path}/${name}`
  ).sort();
}

Deno.test(
  "commands write the index alone, several at once, and need not write it",
  async () => {
    using project = tempProject();
    const root = project.path;
    for (const runs of ["runs", "studies/made/runs"]) {
      makeManyRuns(`${root}/${runs}`, 30);
    }
    const before = listTree(root);
    const run = async (script: string, args = "", grants: string[] = []) => {
      const words = args.split(" ").filter((word) => word !== "");
      const result = await runScript(script, words, { root, grants });
      assertEquals(result.stderr, "");
      return result;
    };
    // It replaces what the script's set has.
    const withoutWrite = "--allow-write=elsewhere";
    const plain: ScriptResult[] = [
      await run("compare", "", [withoutWrite]),
      await run("compare", "--format=json", [withoutWrite]),
      await run("runs", "--json", [withoutWrite]),
      await run("show", "--json"),
    ];
    await run("compare", "--runs studies/made/runs");
    assertEquals(listTree(root), before);
    for (let turn = 0; turn < 2; turn++) {
      const indexed = await Promise.all([
        run("compare"),
        run("compare", "--format=json"),
        run("runs", "--json"),
        run("show", "--json"),
      ]);
      assertEquals(indexed, plain);
      assertEquals(
        listTree(root).filter((path) => !before.includes(path)),
        [`${root}/runs/.index/runs`],
      );
    }
    const missing = await runScript("show", ["nothing"], { root });
    assertMatch(missing.stderr, /the last of its 30 runs is 20260101T000029_/);
  },
);

Deno.test("a table of many rows shows the best, and --all shows all", async () => {
  using project = tempProject();
  const root = project.path;
  makeManyRuns(`${root}/runs`, 210, { nSeeds: 1 });
  const run = async (...args: string[]) => {
    const { stdout } = await runScript(args[0]!, args.slice(1), { root });
    return stdout.trimEnd().split("\n");
  };
  const isRow = (line: string) => /^2026/.test(line);
  const shown = await run("compare", "--metric=loss/train");
  assert(shown.some((line) => line.startsWith("Only 200 of 210 rows")));
  const means = shown.filter(isRow).map((line) => Number(line.split(/ +/)[3]));
  assertEquals(means.length, 200);
  // They are rounded by their errors.
  assert(means.every((mean, i) => i === 0 || mean > means[i - 1]! - 0.02));
  const all = await run("compare", "--metric=loss/train", "--all");
  assertEquals(all.filter(isRow).length, 210);
  const csv = await run("compare", "--metric=loss/train", "--format=csv");
  assertEquals(csv.length, 211);
  const list = await run("runs");
  assertMatch(list.at(-1)!, /^Only the latest 200 of 210 runs/);
  assertEquals(list.filter(isRow).length, 200);
});
