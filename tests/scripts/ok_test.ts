import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  readConfig,
  skipUnlessGranted,
  tempProject,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** Runs `deno task ok` in a project. */
async function ok(root: string, ...args: string[]) {
  const [, ...command] = readConfig("deno.json").tasks.ok.command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...command, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout), decoder.decode(stderr)] as const;
}

Deno.test("ok stops at the first step that fails, and --help runs none", async () => {
  using project = tempProject();
  Deno.writeTextFileSync(`${project.path}/core/new.ts`, "let  x = 1");
  const [code, , stderr] = await ok(project.path);
  assertEquals(code, 1);
  assertMatch(stderr, /error: deno fmt --quiet --check failed\n$/);
  assert(!stderr.includes("lint"), stderr);
  const [helpCode, help] = await ok(project.path, "--help");
  assertEquals(helpCode, 0);
  assertMatch(help, /^Usage: deno task ok$/m);
});
