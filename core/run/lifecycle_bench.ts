/**
 * How long runs take from start to end that do nothing but log: all files of a run
 * directory, and a line of its history for each value.
 *
 * @module
 */

import { markdownTable } from "markdown-table";
import { integer } from "../config/fields.ts";
import { globalConfigSchema } from "../config/global_config.ts";
import { experiment } from "../experiment.ts";
import { trainRun } from "./lifecycle.ts";

const logging = experiment({
  name: "logging",
  config: {
    nValues: integer({ default: 1000, min: 1, description: "how many" }),
  },
  async train({ nValues }, run) {
    for (let step = 1; step <= nValues; step++) {
      run.meter.observe("value", step);
      await run.log({ step, value: step });
    }
    run.record({ name: "value" }, run.meter.result("value"));
  },
});

/** Seconds that so many runs of so many values take, one after the other. */
async function timeRuns(
  [nRuns, nValues]: readonly [runs: number, values: number],
  fsync: string,
): Promise<number> {
  const runs = Deno.makeTempDirSync({ dir: "." });
  try {
    const globals = globalConfigSchema.parse({ runs, fsync });
    const start = performance.now();
    for (let seed = 0; seed < nRuns; seed++) {
      const config = logging.configSchema.parse({ seed, nValues });
      const { status } = await trainRun(logging, {
        globals,
        config,
        print: () => {},
      });
      if (status !== "completed") throw new Error(`A run is ${status}`);
    }
    return (performance.now() - start) / 1000;
  } finally {
    Deno.removeSync(runs, { recursive: true });
  }
}

const SIZES = [[10, 10], [100, 1000], [1000, 100], [1000, 1000]] as const;

const rows: string[][] = [];
for (const [nRuns, nValues] of SIZES) {
  const seconds = [];
  for (const fsync of ["never", "results"]) {
    seconds.push(await timeRuns([nRuns, nValues], fsync));
  }
  rows.push([
    ...[nRuns, nValues].map((n) => n.toLocaleString("en")),
    ...seconds.map((time) => `${time.toPrecision(2)} s`),
  ]);
}
console.log("Runs that log values, start to end, in one process\n");
console.log(markdownTable(
  [["runs", "values each", "--fsync never", "--fsync results"], ...rows],
  { align: ["r", "r", "r", "r"] },
));
