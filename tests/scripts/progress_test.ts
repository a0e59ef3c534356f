import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { ROOT, tempRuns, testWith } from "../_helpers.ts";

/** Runs train as on a terminal; null where util-linux's `script` is missing. */
async function onTerminal(...args: string[]): Promise<string | null> {
  const command = [Deno.execPath(), "run", "--quiet", "-P=train"]
    .concat("scripts/train.ts", args).join(" ");
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: ROOT,
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no `script` to make a terminal with");
    return null;
  }
}

testWith(
  "scripts",
  "train shows a progress bar on a terminal, and none with --quiet",
  async () => {
    using runs = tempRuns();
    const shown = await onTerminal(`--runs=${runs.path}`);
    if (shown === null) return;
    assertStringIncludes(shown, "░");
    assertMatch(shown, /\d steps\/s \| .* left \| loss 0\.\d/);
    assertStringIncludes(shown, "loss/train = ");
    assertStringIncludes(shown, "completed in");
    const quiet = await onTerminal(`--runs=${runs.path}`, "--quiet");
    assert(!quiet!.includes("░"));
    const lines = quiet!.trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(" ")[0]), [
      "loss/train",
      "time/epoch",
    ]);
  },
);
