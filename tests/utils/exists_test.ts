import { assertEquals } from "@std/assert";
import { exists } from "../../core/utils/exists.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("exists() finds files, folders and links that lead nowhere", () => {
  using folder = tempFolder();
  Deno.symlinkSync("nowhere", `${folder.path}/link`);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  for (const name of ["", "/link", "/file"]) {
    assertEquals(exists(folder.path + name), true);
  }
  for (const name of ["/nowhere", "/file/below"]) {
    assertEquals(exists(folder.path + name), false);
  }
});
