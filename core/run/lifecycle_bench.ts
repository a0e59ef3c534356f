/**
 * The time of whole runs that only log: all files of a run directory, and a line of
 * its history for each value.
 *
 * @module
 */

import { cpuUsage } from "node:process";
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

/**
 * Times runs, one after the other, in seconds: elapsed, and of the processor, which
 * depends less on other work on the machine.
 */
async function timeRuns(
  [nRuns, nValues]: readonly [runs: number, values: number],
  fsync: string,
): Promise<string> {
  const runs = Deno.makeTempDirSync({ dir: "." });
  try {
    const globals = globalConfigSchema.parse({ runs, fsync });
    const start = performance.now(), before = cpuUsage();
    for (let seed = 0; seed < nRuns; seed++) {
      const config = logging.configSchema.parse({ seed, nValues });
      const { status } = await trainRun(logging, {
        globals,
        config,
        print: () => {},
      });
      if (status !== "completed") throw new Error(`A run is ${status}`);
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = cpuUsage(before);
    const busy = (user + system) / 1e6;
    return `${seconds.toPrecision(2)} s (${busy.toPrecision(2)} s)`;
  } finally {
    Deno.removeSync(runs, { recursive: true });
  }
}

const SIZES = [[10, 10], [100, 1000], [1000, 1000]] as const;

const rows: string[][] = [];
for (const [nRuns, nValues] of SIZES) {
  const times = [];
  for (const fsync of ["never", "results"]) {
    times.push(await timeRuns([nRuns, nValues], fsync));
  }
  rows.push([
    ...[nRuns, nValues].map((n) => n.toLocaleString("en")),
    ...times,
  ]);
}
console.log(
  "Runs that log values, start to end, in one process: time (processor's)\n",
);
console.log(markdownTable(
  [["runs", "values each", "--fsync never", "--fsync results"], ...rows],
  { align: ["r", "r", "r", "r"] },
));
