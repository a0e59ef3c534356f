/**
 * The cost of a comparison in addition to reading the runs.
 *
 * @module
 */

import { compareSides } from "../../testing/compare_sides.ts";
import { makeRun } from "../../testing/runs.ts";
import { RunDatabase } from "../database/run_database.ts";
import { render } from "../tables/render.ts";
import { compare } from "./compare.ts";

const RUNS = Deno.makeTempDirSync();
const N_ROWS = 400;
const N_SEEDS = 5;

for (let row = 0; row < N_ROWS; row++) {
  for (let seed = 0; seed < N_SEEDS; seed++) {
    const mean = 1 + Math.sin(row * N_SEEDS + seed);
    makeRun(RUNS, {
      id: `row${row}-seed${seed}`,
      config: { seed, learningRate: row, model: "mlp", nEpochs: 10 },
      records: [
        [{ name: "loss/train" }, { mean, error: 0.1, n: 9 }],
        [{ name: "loss/held-out" }, { mean: mean + 1, error: 0.1, n: 9 }],
      ],
    });
  }
}
const database = new RunDatabase(RUNS);
const few = new RunDatabase("studies/least-squares/runs");

await compareSides(`${N_ROWS * N_SEEDS} runs`, {
  "read the runs": () => new RunDatabase(RUNS),
  "compare them in 400 rows": () => compare(database),
  "with intervals and a baseline": () =>
    compare(database, { ci: 95, baseline: ["learningRate=0"] }),
});

await compareSides("best of 8 rows of 5 seeds, all pairs", {
  "compare": () => compare(few),
  "in words, with what more seeds would show": async () =>
    render(await compare(few), "table"),
});
Deno.removeSync(RUNS, { recursive: true });
