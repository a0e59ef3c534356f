/**
 * `deno task sweeps`: the proofs about sweeps at their full counts, into
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
  return `${tasks} processes of runs and ${sweepers} sweepers killed, the ` +
    `command started ${launches} times: the records, histories and models of ` +
    "a sweep that was left alone, bit for bit; no run lost, none done twice";
}

async function simulateMany(): Promise<string> {
  using folder = tempFolder();
  const { firstClaim, lastClaim, status } = await claimMany(
    folder.path,
    N_RUNS,
  );
  return `a claim takes ${milliseconds(firstClaim)} of a processor at the ` +
    `beginning and ${milliseconds(lastClaim)} at the end, status ` +
    `${milliseconds(status)}`;
}

const command = defineCommand({
  name: "sweeps",
  summary: "Kill the processes of a sweep, and claim 10,000 runs.",
  usage: [""],
  notes: ["Puts the table of proofs into docs/sweeps.md. Takes ten minutes."],
  examples: ["deno task sweeps"],
  flags: {},
  async run() {
    const rows = [
      [
        `a sweep of ${N_KILLED_RUNS} runs killed by SIGKILL at random moments`,
        await proveByKill(),
      ],
      [
        `${count(N_RUNS)} runs that are claimed and do nothing`,
        await simulateMany(),
      ],
    ];
    const headings = ["proof", "what came of it"];
    fillPage(PAGE, { "sweep-proofs": table(headings, rows, 2) });
    return { text: "docs/sweeps.md" };
  },
});

if (import.meta.main) main(command);
