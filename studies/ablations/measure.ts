/**
 * `deno task ablations`: runs the sweep of this study, and keeps of its runs what
 * comparisons read. What is there already is not run again. On a cluster:
 *
 *   deno task ablations --launcher slurm
 *
 * and, once the sweep has ended, the same again to keep the runs.
 *
 * @module
 */

import { listRuns } from "../../core/store/find_run.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { omitBulk } from "../omit_bulk.ts";

const FOLDER = "studies/ablations";

const { success } = await new Deno.Command("deno", {
  args: ["task", "--quiet", "sweep", `${FOLDER}/sweep.json`, ...Deno.args],
}).output();
if (!success) Deno.exit(1);

const completed = listRuns("runs").filter(({ path }) => {
  const { sweep, status } = readRunInfo(path);
  return sweep?.name === "ablations" && status === "completed";
});
for (const { path, id } of completed) {
  copyFolder(path, `${FOLDER}/runs/${id}`);
  omitBulk(`${FOLDER}/runs/${id}`);
}
console.log(`${completed.length} runs are kept in ${FOLDER}/runs`);

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFileSync;
    copy(`${from}/${name}`, `${to}/${name}`);
  }
}
