/**
 * `deno task sweeps`: tests sweeps at full counts, and writes the results to
 * docs/sweeps.md. Takes ten minutes.
 *
 * @module
 */

import { RandomStream } from "../../core/utils/random.ts";
import { defineCommand, main } from "../../scripts/_command.ts";
import { ROOT, tempFolder, tempRuns } from "../../testing/helpers.ts";
import { fillPage, table } from "../../testing/page.ts";
import { killSweep } from "./kill.ts";
import { claimMany } from "./many.ts";

const PAGE = `${ROOT}/docs/sweeps.md`;
const N_KILLED_RUNS = 100;
const N_KILLS = 100;
const N_RUNS = 10_000;

const count = (n: number) => n.toLocaleString("en-US");
const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`;

async function proveByKill(): Promise<string> {
  using runs = tempRuns();
  const random = new RandomStream(Date.now(), "kill");
  const { tasks, sweepers, launches } = await killSweep(
    runs.path,
    N_KILLED_RUNS,
    { nKills: N_KILLS, random },
  );
  return `${tasks} processes of runs and ${sweepers} of the sweep killed, the ` +
    `command started ${launches} times: records, histories and models are those ` +
    "of an undisturbed sweep, bit for bit; no run was lost or done twice";
}

async function simulateMany(): Promise<string> {
  using folder = tempFolder();
  const { firstClaim, lastClaim, status } = await claimMany(
    folder.path,
    N_RUNS,
  );
  return `processor time of a claim: ${milliseconds(firstClaim)} at the ` +
    `beginning, ${milliseconds(lastClaim)} at the end; of the status: ` +
    `${milliseconds(status)}`;
}

const command = defineCommand({
  name: "sweeps",
  summary: "Kill the processes of a sweep, and claim 10,000 runs.",
  usage: [""],
  notes: ["Writes the table in docs/sweeps.md. Takes ten minutes."],
  examples: ["deno task sweeps"],
  flags: {},
  async run() {
    const rows = [
      [
        `a sweep of ${N_KILLED_RUNS} runs killed by SIGKILL at random moments`,
        await proveByKill(),
      ],
      [
        `${count(N_RUNS)} runs that are claimed but not trained`,
        await simulateMany(),
      ],
    ];
    const headings = ["test", "result"];
    fillPage(PAGE, { "sweep-proofs": table(headings, rows, 2) });
    return { text: "docs/sweeps.md" };
  },
});

if (import.meta.main) main(command);
