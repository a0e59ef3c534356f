import { assertEquals } from "@std/assert";
import {
  isStale,
  isTemporary,
  listTree,
  sumBytes,
} from "../../../../results/inspect/doctor/files.ts";
import { skipUnlessGranted, tempFolder } from "../../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("listTree() lists folders, files and links, and follows none of these", () => {
  using folder = tempFolder();
  Deno.mkdirSync(`${folder.path}/b`);
  Deno.writeTextFileSync(`${folder.path}/b/c`, "four");
  Deno.writeTextFileSync(`${folder.path}/a`, "one");
  Deno.symlinkSync("b", `${folder.path}/link`);
  const all = listTree(folder.path);
  assertEquals(all.map(({ path }) => path), ["a", "b", "b/c", "link"]);
  assertEquals(sumBytes(all), 7);
  assertEquals(listTree(`${folder.path}/none`), []);
});

Deno.test("isStale() is true after five minutes, and never of the future", () => {
  const now = 1e12, minute = 60_000;
  const isOld = (ms: number) => isStale({ mtime: new Date(now - ms) }, now);
  assertEquals([4, 5, -9].map((n) => isOld(n * minute)), [false, true, false]);
});

Deno.test("isTemporary() knows how Whisker and rsync name unfinished files", () => {
  const names = [
    ".run.json.1a2b3c4d",
    ".train.json.Xa3bQz",
    ".hidden",
    "a.1a2b3c4d",
  ];
  assertEquals(names.map(isTemporary), [true, true, false, false]);
});
