/**
 * `deno task ablations`: runs the sweep of this study, and keeps of its runs what
 * comparisons read.
 *
 * @module
 */

import { RunDatabase } from "../../results/database/run_database.ts";
import { defineCommand, EXIT, main } from "../../scripts/_command.ts";
import { launcherSchema } from "../../scripts/_launcher_flags.ts";
import { omitBulk } from "../omit_bulk.ts";

const FOLDER = "studies/ablations";

const command = defineCommand({
  name: "ablations",
  summary: "Run the sweep of studies/ablations, and keep its runs there.",
  usage: ["[flags]"],
  notes: [
    "An hour on two cores. What is there already is not run again. On a " +
    "cluster, the same command keeps the runs once the sweep has ended.",
  ],
  examples: [
    "deno task ablations",
    "deno task ablations --launcher slurm --pack 8",
  ],
  flags: { "On a cluster": launcherSchema },
  async run() {
    const { success } = await new Deno.Command("deno", {
      args: ["task", "--quiet", "sweep", `${FOLDER}/sweep.json`, ...Deno.args],
    }).spawn().status;
    if (!success) return EXIT.failed;
    const completed = [...new RunDatabase("runs")].filter(({ info, status }) =>
      info.sweep?.name === "ablations" && status === "completed"
    );
    for (const { path, id } of completed) {
      copyFolder(path, `${FOLDER}/runs/${id}`);
      omitBulk(`${FOLDER}/runs/${id}`);
    }
    console.log(`${completed.length} runs are kept in ${FOLDER}/runs`);
    return EXIT.done;
  },
});

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFileSync;
    copy(`${from}/${name}`, `${to}/${name}`);
  }
}

if (import.meta.main) main(command);
