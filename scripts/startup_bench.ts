/**
 * How long the quick commands take to start, beside Deno itself.
 *
 * @module
 */

import { makeRun } from "../testing/runs.ts";

const ROOT = `${import.meta.dirname}/..`;
const RUNS = "runs/.bench";
const N_RUNS = 10;

for (let i = 0; i < N_RUNS; i++) {
  makeRun(`${ROOT}/${RUNS}`, {
    id: `run${i}`,
    config: { seed: i },
    records: [
      [{ name: "loss" }, { mean: i, error: 0.1, n: 9 }],
      [{ name: "sampling", nSteps: 50 }, { mean: i, error: 0.1, n: 9 }],
    ],
  });
}

function deno(...args: string[]): void {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = command.outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const run = (script: string, ...args: string[]) =>
  deno("run", "--quiet", `-P=${script}`, `scripts/${script}.ts`, ...args);

Deno.bench(
  "deno eval ''",
  { group: "start", baseline: true },
  () => deno("eval", ""),
);

Deno.bench(
  "compare --help",
  { group: "start" },
  () => run("compare", "--help"),
);

Deno.bench(
  `compare on ${N_RUNS} runs`,
  { group: "start" },
  () => run("compare", "--runs", RUNS),
);

Deno.bench(
  "compare with verdicts, on the 40 runs of a study",
  { group: "start" },
  () => run("compare", "--runs", "studies/least-squares/runs"),
);

Deno.bench("runs", { group: "start" }, () => run("runs", "--runs", RUNS));

Deno.bench("loading TensorFlow.js and its engine", { group: "start" }, () => {
  const load = `const { setBackend } = await import(
    "${ROOT}/core/diffusion/engines/backend.ts"
  );
  await setBackend("auto");`;
  deno("eval", load);
});

Deno.bench("train --help", { group: "start" }, () => run("train", "--help"));

globalThis.addEventListener("unload", () => {
  Deno.removeSync(`${ROOT}/${RUNS}`, { recursive: true });
});
