import { assertEquals, assertThrows } from "@std/assert";
import { moveToTrash, TRASH } from "../../core/store/trash.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { addRun } from "../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test("moveToTrash() overwrites nothing that is in the trash", () => {
  using folder = tempFolder();
  const runs = folder.path;
  const targets = ["", ".2", ".3"].map((end) => `${runs}/${TRASH}/a${end}`);
  for (const target of targets) {
    addRun(runs, "a");
    assertEquals(moveToTrash(runs, "a"), target);
  }
  const moved = moveToTrash(runs, `${TRASH}/a/run.json`);
  assertEquals(moved, `${runs}/${TRASH}/${TRASH}_a_run.json`);
  assertThrows(() => moveToTrash(runs, "a"), Deno.errors.NotFound);
});

Deno.test("moveToTrash() follows no link out of the runs", () => {
  using folder = tempFolder();
  const runs = `${folder.path}/runs`;
  addRun(runs, "a");
  Deno.mkdirSync(`${folder.path}/else`);
  Deno.symlinkSync(`${folder.path}/else`, `${runs}/${TRASH}`);
  assertThrows(() => moveToTrash(runs, "a"), RangeError, "leads out");
  assertEquals([...Deno.readDirSync(`${folder.path}/else`)], []);
});
