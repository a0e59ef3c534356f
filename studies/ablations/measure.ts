/**
 * `deno task ablations`: runs the sweep of this study, and keeps of its runs what
 * comparisons read.
 *
 * @module
 */

import { listRuns } from "../../core/store/find_run.ts";
import {
  readRunInfo,
  type RunInfo,
  writeRunInfo,
} from "../../core/store/run_info.ts";
import { exists } from "../../core/utils/exists.ts";
import { defineCommand, EXIT, main } from "../../scripts/_command.ts";
import { launcherSchema } from "../../scripts/_launcher_flags.ts";

const FOLDER = "studies/ablations";

/** What is too large for git, and can be made again. */
const BULK = ["log.txt", "metrics.jsonl", "model", "results/values", "samples"];

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
    const completed = listRuns("runs").flatMap(({ path, id, refused }) => {
      const info = refused ? null : readRunInfo(path);
      return info?.sweep?.name === "ablations" && info.status === "completed"
        ? [{ path, id, info }]
        : [];
    });
    for (const run of completed) keepRun(run);
    console.log(`${completed.length} runs are kept in ${FOLDER}/runs`);
    return EXIT.done;
  },
});

/** Copies a run but for its bulk, and writes down that this is left out. */
function keepRun(
  { path, id, info }: {
    readonly path: string;
    readonly id: string;
    readonly info: RunInfo;
  },
): void {
  const kept = `${FOLDER}/runs/${id}`;
  copyFolder(path, kept);
  const omitted = BULK.filter((name) => exists(`${path}/${name}`));
  for (const name of omitted) {
    Deno.removeSync(`${kept}/${name}`, { recursive: true });
  }
  writeRunInfo(kept, { ...info, omitted });
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFileSync;
    copy(`${from}/${name}`, `${to}/${name}`);
  }
}

if (import.meta.main) main(command);
