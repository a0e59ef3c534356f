/**
 * `deno task durability [proofs] [costs]`: all proofs of durability at their full
 * counts, and what keeping things costs. Puts the tables into
 * docs/durability.md. Takes a quarter of an hour.
 *
 * @module
 */

import { HISTORY_FILE } from "../../core/store/lock.ts";
import { History } from "../../core/store/history.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { writeJsonFile } from "../../core/store/json_file.ts";
import { writeCheckpoint } from "../../core/store/checkpoint.ts";
import { defineCommand, main, usageError } from "../../scripts/_command.ts";
import { ROOT, tempRuns } from "../../testing/helpers.ts";
import { fillPage, table } from "../../testing/page.ts";
import { replaceFiles } from "./kinds.ts";
import { setClockBack } from "./clock.ts";
import { cutFiles } from "./cut.ts";
import { canMount, fillDisks, writeNowhere } from "./disk.ts";
import { type FaultTally, injectFaults } from "./faults.ts";
import { killTrainings } from "./kill.ts";
import { type CutExperiment, cutPower, DIFFUSION, SMALL } from "./power.ts";
import {
  deleteWhileCompared,
  evaluateTogether,
  startTogether,
} from "./together.ts";

const PAGE = `${ROOT}/docs/durability.md`;
const N_TRAININGS = 500;
const N_PROCESSES = 64;
const N_ROUNDS = 20;
/** KiB of room, from none for a second run up to enough. */
const ROOMS = Array.from({ length: 40 }, (_, i) => 4 * i);

const count = (n: number) => n.toLocaleString("en-US");

async function eachExperiment<T>(
  prove: (what: CutExperiment) => Promise<T>,
): Promise<T[]> {
  return [await prove(SMALL), await prove(DIFFUSION)];
}

/** The sum of each count. */
function sum<T extends object>(tallies: readonly T[]): T {
  return tallies.reduce((all, tally) =>
    Object.fromEntries(
      Object.entries(all).map((
        [key, n],
      ) => [key, n + (tally as Record<string, number>)[key]!]),
    ) as T
  );
}

function faultsCameTo(tallies: readonly FaultTally[], what: string): string {
  const { faults, before, resumed, completed } = sum(tallies);
  return `${count(faults)} ${what}: ${count(before)} before there was a run, ` +
    `${count(resumed)} resumed to the same end, bit for bit, ` +
    `${count(completed)} completed already`;
}

/** A proof: what is done, and what it comes to. */
type Proof = [what: string, prove: (runs: string) => Promise<string>];

const PROOFS: Proof[] = [
  ["trainings killed by SIGKILL at random moments", async (runs) => {
    const random = new RandomStream(Date.now(), "kill");
    const tally = await killTrainings(runs, N_TRAININGS, random);
    const { kills, before, during, after, acknowledged, resumed } = tally;
    return `${count(N_TRAININGS)} trainings, ${count(kills)} kills: ` +
      `${count(before)} before there was a run, ${count(during)} in it, ` +
      `${count(after)} too late; ${count(acknowledged)} lines, checkpoints ` +
      `and records acknowledged, all there; ${count(resumed)} resumed, each ` +
      "ended as one that was never stopped, bit for bit";
  }],
  [
    "trainings killed at every file operation, and within every write",
    async () => {
      const tallies = await eachExperiment((what) =>
        injectFaults(what, "results", ["killed", "torn"])
      );
      return faultsCameTo(tallies, "kills");
    },
  ],
  [
    "the power cut after every file operation (train, resume, eval)",
    async () => {
      const tallies = await eachExperiment((what) => cutPower(what, "results"));
      const always = await cutPower(SMALL, "always");
      const { operations, states, resumed } = sum([...tallies, always]);
      return `${count(operations)} operations, ${
        count(states)
      } states of the ` +
        "disk: all that was acknowledged is there, readers and doctor find no " +
        `damage; ${count(resumed)} resumed, bit for bit`;
    },
  ],
  ["every file operation of a training failing", async () => {
    const tallies = await eachExperiment((what) =>
      injectFaults(what, "results", ["once", "syncs"])
    );
    return faultsCameTo(tallies, "faults");
  }],
  ["every file of a run cut at every byte", async (runs) => {
    const { files, cuts } = await cutFiles(`${ROOT}/${runs}`, 1);
    return `${files} files, ${count(cuts)} cuts: each reported by what reads ` +
      "the file, and the other run unharmed";
  }],
  ["processes that start a run at once", async (runs) => {
    await startTogether(runs, N_PROCESSES);
    return `${N_PROCESSES} processes, ${N_PROCESSES} runs`;
  }],
  ["evaluations of one run at once, some the same", async (runs) => {
    await evaluateTogether(runs, N_ROUNDS);
    return `${N_ROUNDS} times 4: the records are those of one after the other`;
  }],
  ["runs deleted while compare reads them", async (runs) => {
    const { deleted, seen } = await deleteWhileCompared(runs, N_ROUNDS);
    return `${count(deleted)} deleted in ${N_ROUNDS} rounds, ${count(seen)} ` +
      "of them still seen; all others shown as they are";
  }],
  ["disks that fill up", async (runs) => {
    if (!canMount()) return "not tried: no right to mount a tmpfs";
    const { disks, failed, resumed } = await fillDisks(runs, ROOMS);
    return `${disks} sizes, ${failed} too small: a clear error each, the ` +
      `earlier run whole; ${resumed} resumed where there was room, bit for bit`;
  }],
  ["a folder that may not be written", async (runs) => {
    if (!canMount()) return "not tried: no right to mount a tmpfs";
    await writeNowhere(runs);
    return "train and eval say so, and nothing has changed";
  }],
  ["a pipe, a socket, a folder in the place of each file", async (runs) => {
    const { files, kinds, commands } = await replaceFiles(runs);
    return `${files} files, ${kinds} kinds, ${commands} commands: none waits, ` +
      "each ends with a finding or a clear error";
  }],
  ["the clock set back by a day", async (runs) => {
    await setClockBack(runs);
    return "nothing lost; durations are right, dates are those of the clock";
  }],
];

async function proofs(): Promise<string> {
  const rows: string[][] = [];
  for (const [what, prove] of PROOFS) {
    using runs = tempRuns();
    const startedAt = performance.now();
    rows.push([what, await prove(runs.path)]);
    const minutes = (performance.now() - startedAt) / 60_000;
    console.error(`${rows.at(-1)!.join(": ")} (${minutes.toFixed(1)} min)`);
  }
  return table(["proof", "what came of it"], rows, 2);
}

const N_REPEATS = 5;

/** Microseconds of one call, the median over repeats. */
async function cost(
  nCalls: number,
  make: (folder: string) => {
    call: () => unknown;
    end?: () => void;
  },
): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < N_REPEATS; repeat++) {
    using runs = tempRuns();
    const { call, end } = make(`${ROOT}/${runs.path}`);
    const startedAt = performance.now();
    for (let i = 0; i < nCalls; i++) await call();
    times.push((performance.now() - startedAt) * 1000 / nCalls);
    end?.();
  }
  return times.sort((a, b) => a - b)[Math.floor(N_REPEATS / 2)]!;
}

const LINE = { step: 1234, loss: 0.123456789, gradNorm: 0.987654321 };

function historyLine(isDurable: boolean) {
  return (folder: string) => {
    const history = new History(folder, "run", { isDurable });
    return { call: () => history.append(LINE), end: () => history.close() };
  };
}

function bareLine(folder: string) {
  const file = Deno.openSync(`${folder}/${HISTORY_FILE}`, {
    write: true,
    create: true,
  });
  const bytes = new TextEncoder().encode(`${JSON.stringify(LINE)}\n`);
  return { call: () => file.writeSync(bytes), end: () => file.close() };
}

const record = (isDurable: boolean) => (folder: string) => ({
  call: () => writeJsonFile(`${folder}/r.json`, { records: [] }, { isDurable }),
});

const checkpoint = (isDurable: boolean) => (folder: string) => {
  // Weights, average, two moments of (128, 64, 32): 300 kB.
  const state = { weights: new Float32Array(76_000) };
  return { call: () => writeCheckpoint(folder, state, { isDurable }) };
};

async function costs(): Promise<string> {
  const bare = await cost(20_000, bareLine);
  const rows: [what: string, level: string, microseconds: number][] = [
    ["a bare write of a line", "", bare],
    [
      "a line of the history",
      "never, results",
      await cost(20_000, historyLine(false)),
    ],
    ["a line of the history", "always", await cost(500, historyLine(true))],
    ["a file of records", "never", await cost(500, record(false))],
    ["a file of records", "results, always", await cost(500, record(true))],
    ["a checkpoint of 300 kB", "never", await cost(100, checkpoint(false))],
    [
      "a checkpoint of 300 kB",
      "results, always",
      await cost(100, checkpoint(true)),
    ],
  ];
  const texts = rows.map(([what, level, time]) => [
    what,
    level,
    `${time < 10 ? time.toFixed(1) : count(Math.round(time))} µs`,
    time < 10 * bare
      ? (time / bare).toFixed(1)
      : count(Math.round(time / bare)),
  ]);
  const headings = [
    "what is kept",
    "with --fsync",
    "takes",
    "over a bare write",
  ];
  return table(headings, texts, 2);
}

const TABLES: Readonly<Record<string, () => Promise<string>>> = {
  proofs,
  costs,
};

const command = defineCommand({
  name: "durability",
  summary: "Kill trainings, cut files and fill disks, at full counts.",
  usage: ["[proofs] [costs]"],
  notes: [
    "Puts the tables that are named [default: both] into docs/durability.md: " +
    "what came of all proofs, and what it costs to keep things. Takes a " +
    "quarter of an hour.",
  ],
  examples: ["deno task durability", "deno task durability costs"],
  maxPositionals: Infinity,
  flags: {},
  async run({ positionals }) {
    const names = positionals.length > 0 ? positionals : Object.keys(TABLES);
    const unknown = names.find((name) => !TABLES[name]);
    if (unknown !== undefined) {
      const known = Object.keys(TABLES).join(", ");
      throw usageError(`Unknown table "${unknown}": choose from ${known}`);
    }
    for (const name of names) {
      fillPage(PAGE, { [name]: await TABLES[name]!() });
    }
    return { text: "docs/durability.md" };
  },
});

if (import.meta.main) main(command);
