/**
 * The time of a line of the history, at each level of durability and in parts.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { markdownTable } from "markdown-table";
import { compareSides } from "../../testing/compare_sides.ts";
import { History } from "./history.ts";

const folder = Deno.makeTempDirSync({ dir: "." });

function openHistory(isDurable = false): History {
  const runPath = Deno.makeTempDirSync({ dir: folder });
  return new History(runPath, "bench", { isDurable });
}

const N_LINES = 1000;
let step = 0;

const values = () => ({
  step: ++step,
  epoch: 3,
  loss: 1 / step,
  gradNorm: 0.5,
});

function repeat(call: () => unknown): () => void {
  return () => {
    for (let i = 0; i < N_LINES; i++) call();
  };
}

/** Times lines, in microseconds per line: elapsed, and of the processor. */
function timeLines(nLines: number, isDurable: boolean): string[] {
  using history = openHistory(isDurable);
  const start = performance.now(), before = cpuUsage();
  for (let i = 0; i < nLines; i++) history.append(values());
  const { user, system } = cpuUsage(before);
  const total = 1000 * (performance.now() - start);
  return [total, user + system].map((time) => (time / nLines).toFixed(1));
}

const encoder = new TextEncoder();
using history = openHistory();
using durable = openHistory(true);
using file = Deno.openSync(`${folder}/plain`, { create: true, write: true });
const writePlain = () =>
  file.writeSync(encoder.encode(JSON.stringify(values()) + "\n"));

try {
  await compareSides(`${N_LINES} lines`, {
    "plain write of the same lines": repeat(writePlain),
    "JSON.stringify alone": repeat(() => JSON.stringify(values())),
    "History.append": repeat(() => history.append(values())),
  });
  await compareSides("a line on the disk", {
    "plain write and fsync": () => {
      writePlain();
      file.syncDataSync();
    },
    "History.append": () => durable.append(values()),
  });
  const rows = [
    // A checkpoint syncs once for all lines before it.
    ["never, results", 1_000_000, false],
    ["always", 1000, true],
  ].map(([level, nLines, isDurable]) => [
    String(level),
    Number(nLines).toLocaleString("en"),
    ...timeLines(Number(nLines), Boolean(isDurable)),
  ]);
  console.log(markdownTable(
    [["--fsync", "lines", "µs per line", "of the processor"], ...rows],
    { align: ["l", "r", "r", "r"] },
  ));
} finally {
  Deno.removeSync(folder, { recursive: true });
}
