import { assertEquals } from "@std/assert";
import { skipUnlessGranted, tempRuns } from "../../testing/helpers.ts";
import { replaceFiles } from "../../studies/durability/kinds.ts";

skipUnlessGranted("scripts");

Deno.test(
  "no command waits for a pipe, a socket or a folder in the place of a file",
  async () => {
    using runs = tempRuns();
    const { files, kinds, commands } = await replaceFiles(runs.path);
    assertEquals(commands, 2 + 3 * files * kinds);
  },
);
