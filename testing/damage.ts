/**
 * Runs that are damaged, and what doctor finds.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { experiment } from "../core/experiment.ts";
import { evaluateRun, trainRun } from "../core/run/lifecycle.ts";
import { History } from "../core/store/history.ts";
import { keepSource } from "../core/store/source.ts";
import { examineRuns } from "../results/inspect/doctor/doctor.ts";
import { options, result } from "./coin.ts";
import { type Folder, tempFolder } from "./helpers.ts";

/** An experiment that leaves every kind of file. */
const whole = experiment({
  name: "whole",
  config: {},
  async train(_config, run) {
    for (let step = 1; step <= 20; step++) await run.log({ step, loss: step });
    run.record({ name: "loss" }, result);
    run.writeJson("model/model.json", {});
    run.writeJson("samples/some.json", { samples: [] });
    Deno.writeFileSync(`${run.path}/model/weights.bin`, new Uint8Array(24));
    Deno.writeFileSync(`${run.path}/model/own.bin`, new Uint8Array(5));
  },
  evaluate(_config, _evalConfig, run) {
    run.record({ name: "score", nSteps: 5 }, result);
    run.record({ name: "score", nSteps: 9 }, result);
  },
});

const source = {
  entries: ["a.ts"],
  files: new Map([["a.ts", new TextEncoder().encode("// a\n")]]),
  imports: new Map<string, string>(),
  lock: null,
};

/** A runs directory with one run that has all that runs can have. */
export async function makeWholeRun(): Promise<
  Folder & { readonly run: string }
> {
  const folder = tempFolder();
  const set = options(folder.path);
  const keep = () => keepSource(folder.path, source);
  const asked = { ...set, keepSource: keep, config: { seed: 1 } };
  const { runPath } = await trainRun(whole, asked);
  await evaluateRun(whole, { ...asked, runPath, evalConfig: { nSteps: 5 } });
  return { ...folder, run: runPath };
}

/** What is found, as "kind file", notes marked; of the run's files their path. */
async function listFindings(runs: string): Promise<string[]> {
  const { findings } = await examineRuns(runs);
  return findings.map(({ kind, file, run, isNote }) => {
    const inner = run.startsWith(".") ? file : file.slice(run.length + 1);
    return `${isNote ? "note: " : ""}${kind} ${inner}`.trim();
  });
}

/** Writes a text file. */
export const write = (path: string, text: string) =>
  Deno.writeTextFileSync(path, text);
/** Reads a text file. */
export const read = (path: string) => Deno.readTextFileSync(path);
/** Makes a file look as if nobody had written to it for years. */
export const age = (path: string) => Deno.utimeSync(path, 1e9, 1e9);

/** What is done to a run, and what is then found. */
export type Damage = readonly [
  what: string,
  damage: (run: string) => unknown,
  ...found: string[],
];

/** Does each damage to a run of its own, and checks what is found. */
export async function checkDamage(
  t: Deno.TestContext,
  damages: readonly Damage[],
): Promise<void> {
  for (const [what, damage, ...expected] of damages) {
    await t.step(what, async () => {
      using made = await makeWholeRun();
      const open = await damage(made.run);
      try {
        const hash = /\b[0-9a-f]{64}\b/g;
        const seen = (await listFindings(made.path))
          .map((line) => line.replaceAll(hash, "6f0f"));
        assertEquals(seen.sort(), expected.toSorted());
      } finally {
        if (open instanceof History) open.close();
      }
    });
  }
}
