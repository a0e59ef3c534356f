/**
 * A worker of a sweep without a terminal: what a scheduler runs, from the folder
 * of the sweep's source.
 *
 *   deno run -P=sweep runs/.sweeps/NAME/source/scripts/_work.ts RUNS NAME JOBS
 *
 * @module
 */

import { openSweep } from "../core/sweep/manifest.ts";
import { localLauncher } from "../core/sweep/launchers/local.ts";
import { EXIT } from "./_exit.ts";
import { findPlan } from "./_plans.ts";
import { listenForSignals } from "./_signals.ts";

async function main(runs: string, name: string, jobs: string): Promise<number> {
  const sweep = openSweep(runs, name)!;
  const interruption = listenForSignals();
  const plan = await findPlan(sweep);
  await localLauncher(Number(jobs)).launch(sweep, plan, interruption);
  return interruption.signal.aborted ? interruption.status : EXIT.done;
}

if (import.meta.main) {
  const [runs = "", name = "", jobs = "1"] = Deno.args;
  Deno.exit(await main(runs, name, jobs));
}
