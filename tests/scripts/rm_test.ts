import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { History } from "../../core/store/history.ts";
import { holdRun } from "../../core/store/lock.ts";
import { mount } from "../../testing/mount.ts";
import { addRun, makeRun } from "../../testing/runs.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const namesIn = (path: string) =>
  Array.from(Deno.readDirSync(path), ({ name }) => name).sort();

Deno.test(
  "rm moves runs to the trash, from where the command that it prints brings them back",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    const ids = ["20261122T120000_aaaa0000", "20261122T120001_bbbb0000"];
    for (const id of ids) addRun(root, id);
    addRun(root, "kept");
    const among = `--runs=${runs.path}`;
    // Twice the same is once.
    const names = ["aaaa", "bbbb", ids[0]!];
    const { code, stdout, stderr } = await runScript("rm", [...names, among]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(namesIn(root), [".trash", "kept"]);
    assertEquals(namesIn(`${root}/.trash`), ids);
    assertEquals(namesIn(`${root}/.trash/${ids[0]}`).length, 3);
    // Nothing is to be seen of them.
    const listed = await runScript("runs", [among]);
    assert(!listed.stdout.includes("aaaa"), listed.stdout);
    const [first] = stdout.split("\n");
    const [, back] = /; to restore it: (mv .*)$/.exec(first!) ?? [];
    assert(back, stdout);
    const mv = new Deno.Command("sh", { args: ["-c", back], cwd: ROOT });
    assert(mv.outputSync().success);
    assertEquals(namesIn(root), [".trash", ids[0]!, "kept"].sort());
    // A name that is in the trash already is not written over.
    addRun(root, ids[1]!);
    const again = await runScript("rm", ["latest", "bbbb", among]);
    assertEquals(again.code, 0, again.stderr);
    assertEquals(namesIn(`${root}/.trash`).slice(-2), [
      `${ids[1]}.2`,
      "kept",
    ]);
  },
);

Deno.test(
  "rm moves nothing where one name is unknown, ambiguous, a link, elsewhere, or lives",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    addRun(root, "20261122T120000_aaaa0000");
    addRun(root, "20261122T120000_aaaa1111");
    const living = addRun(root, "living", { status: "running" });
    Deno.symlinkSync("living", `${root}/inner`);
    Deno.symlinkSync("/tmp", `${root}/outer`);
    Deno.mkdirSync(`${root}/.trash/gone`, { recursive: true });
    const before = namesIn(root);
    using _history = new History(living, "living");
    const among = `--runs=${runs.path}`;
    for (
      const [name, why] of [
        ["none", /Cannot find run "none"/],
        ["aaaa", /Cannot tell which run "aaaa" is/],
        ["living", /Cannot remove run living: it is running/],
        ["inner", /it is a link/],
        [`${runs.path}/inner/`, /it is a link/],
        ["outer", /leads out of the runs/],
        ["core", /Cannot find run "core"/],
        ["./core", /lies outside/],
        [`${runs.path}/.trash/gone`, /Cannot use .* as a run/],
        [".trash", /Cannot find run "\.trash"/],
        [`${runs.path}/..`, /lies outside/],
        [runs.path, /lies outside/],
      ] as const
    ) {
      const args = ["aaaa0", name, among];
      const { code, stdout, stderr } = await runScript("rm", args);
      assertEquals([code, stdout], [2, ""], stderr);
      assert(why.test(stderr), stderr);
      assertEquals(namesIn(root), before, name);
    }
    const { code } = await runScript("rm", [among]);
    assertEquals(code, 2);
  },
);

Deno.test("rm takes the runs that --where tells", async () => {
  using runs = tempRuns();
  const root = `${ROOT}/${runs.path}`;
  makeRun(root, { id: "a", info: { status: "failed" } });
  makeRun(root, { id: "b" });
  makeRun(root, { id: "c", info: { status: "failed" } });
  const args = ["--where=status=failed", `--runs=${runs.path}`];
  const { code, stdout } = await runScript("rm", args);
  assertEquals(code, 0);
  assertEquals(namesIn(root), [".trash", "b"]);
  assertStringIncludes(stdout, `mv ${runs.path}/.trash/a ${runs.path}/a`);
  assertEquals((await runScript("rm", ["b", ...args])).code, 2);
  const none = await runScript("rm", args);
  assertEquals([none.code, namesIn(root)], [0, [".trash", "b"]]);
});

Deno.test("rm leaves a run that is being evaluated", async () => {
  using runs = tempRuns();
  const root = `${ROOT}/${runs.path}`;
  const path = addRun(root, "a");
  new History(path, "a").close();
  {
    using _evaluation = holdRun(path);
    const { code, stderr } = await runScript("rm", [
      "a",
      `--runs=${runs.path}`,
    ]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "it is running or being evaluated");
  }
  const { code } = await runScript("rm", ["a", `--runs=${runs.path}`]);
  assertEquals([code, namesIn(root)], [0, [".trash"]]);
});

Deno.test(
  "rm says why it cannot move a run that lies on another file system than the trash",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    const cannotMove = async (id: string, reason: string) => {
      const args = [id, `--runs=${runs.path}`];
      const { code, stdout, stderr } = await runScript("rm", args);
      assertEquals([code, stdout], [1, ""]);
      const [from, to] = [`${runs.path}/${id}`, `${runs.path}/.trash/${id}`];
      assertEquals(stderr, `error: Cannot move ${from} to ${to}: ${reason}\n`);
      assert(Deno.statSync(`${root}/${id}/run.json`).isFile);
    };
    for (const name of ["disk", ".trash"]) Deno.mkdirSync(`${root}/${name}`);
    using disk = await mount(`${root}/disk`, "size=1m");
    if (!disk) {
      return console.log("skipped: no right to mount a file system here");
    }
    addRun(root, "disk");
    await cannotMove("disk", "it is a mount point, or in use");
    using _trash = await mount(`${root}/.trash`, "size=1m");
    addRun(root, "whole");
    await cannotMove(
      "whole",
      "they are on different file systems: mv copies between them",
    );
  },
);
