import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  onTerminal,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const trainOnTerminal = (...args: string[]) =>
  onTerminal([
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=train"],
    ...["scripts/train.ts", ...args],
  ]);

Deno.test(
  "train shows a progress bar on a terminal, and none with --quiet",
  async () => {
    using runs = tempRuns();
    const shown = await trainOnTerminal(`--runs=${runs.path}`);
    if (shown === null) return;
    assertStringIncludes(shown, "░");
    assertMatch(shown, /\d steps\/s \| .* left \| loss 0\.\d/);
    assertStringIncludes(shown, "loss/train = ");
    assertStringIncludes(shown, "completed in");
    const quiet = await trainOnTerminal(`--runs=${runs.path}`, "--quiet");
    assert(!quiet!.includes("░"));
    const lines = quiet!.trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(" ")[0]), [
      "loss/train",
      "time/epoch",
    ]);
  },
);
