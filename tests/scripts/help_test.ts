import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  eachOf,
  readConfig,
  ROOT,
  skipUnlessGranted,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

interface Task {
  readonly command: string;
}

Deno.test(
  "every task that runs a script has help, which fits 80 columns",
  async () => {
    const { tasks } = readConfig("deno.json");
    const scripts = Object.entries<Task>(tasks)
      .filter(([, { command }]) => command.startsWith("deno run "));
    assert(scripts.length >= 15);
    await eachOf(scripts, async ([name, { command }]) => {
      const [, ...args] = command.split(" ");
      const { code, stdout, stderr } = await new Deno.Command(
        Deno.execPath(),
        { args: [...args, "--help"], cwd: ROOT, env: { NO_COLOR: "1" } },
      ).output();
      const text = new TextDecoder().decode(stdout);
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], name);
      assertStringIncludes(text, `\nUsage: deno task ${name}`);
      for (const line of text.split("\n")) assert(line.length <= 80, line);
    });
  },
);
