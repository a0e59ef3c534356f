/**
 * How long `compare` takes over many runs: the first time, when it reads all files
 * and writes the index, and the second time, compared with a C program that reads
 * the same files. The minimum of three repeats.
 *
 * @module
 */

import { markdownTable } from "markdown-table";
import { exists } from "../../core/utils/exists.ts";
import { makeManyRuns } from "../../testing/many_runs.ts";

const ROOT = `${import.meta.dirname}/../..`;
const SIZES = [1000, 10_000, 100_000];
const TURNS = 3;

/** Runs a program to its end; returns its seconds, and what it wrote on stderr. */
function run(program: string, ...args: string[]): [number, string] {
  const start = performance.now();
  const { success, stderr } = new Deno.Command(program, {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  const seconds = (performance.now() - start) / 1000;
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(text);
  return [seconds, text];
}

/** GNU time, which measures the peak memory of a program. */
const TIME = "/usr/bin/time";

function measureCompare(runs: string): { seconds: number; bytes: number } {
  const command = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-lock"],
    ...[`--allow-read=${runs}`, `--allow-write=${runs}/.index`],
    ...["scripts/compare.ts", "--runs", runs],
  ];
  const [seconds, text] = run(TIME, "--format=%M", ...command);
  return { seconds, bytes: 1024 * Number(text.trim().split("\n").at(-1)) };
}

/** Compiles the C program; undefined where there is no compiler. */
function compileReader(folder: string): string | undefined {
  const program = `${folder}/read_runs`;
  try {
    run("gcc", "-O2", `${import.meta.dirname}/read_runs.c`, "-o", program);
    return program;
  } catch {
    console.log("skipped the C program: there is no gcc");
    return undefined;
  }
}

function measure(nRuns: number, folder: string, reader?: string): string[] {
  const runs = `${folder}/${nRuns}`;
  makeManyRuns(runs, nRuns);
  const least = { c: Infinity, first: Infinity, second: Infinity };
  let firstBytes = 0, secondBytes = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    if (reader) least.c = Math.min(least.c, run(reader, runs)[0]);
    if (turn > 0) Deno.removeSync(`${runs}/.index`, { recursive: true });
    const first = measureCompare(runs);
    const second = measureCompare(runs);
    least.first = Math.min(least.first, first.seconds);
    least.second = Math.min(least.second, second.seconds);
    firstBytes = Math.max(firstBytes, first.bytes);
    secondBytes = Math.max(secondBytes, second.bytes);
  }
  const { size } = Deno.statSync(`${runs}/.index/runs`);
  Deno.removeSync(runs, { recursive: true });
  const format = (seconds: number) => `${seconds.toPrecision(3)} s`;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return [
    nRuns.toLocaleString("en"),
    reader ? format(least.c) : "",
    format(least.first),
    reader ? (least.first / least.c).toPrecision(2) : "",
    format(least.second),
    reader ? (least.second / least.c).toPrecision(2) : "",
    `${megabytes(firstBytes)}, ${megabytes(secondBytes)}`,
    megabytes(size),
  ];
}

if (exists(TIME)) {
  const folder = Deno.makeTempDirSync();
  const reader = compileReader(folder);
  const rows = [
    [
      ...["runs", "C program", "first time", "over C", "second time", "over C"],
      ...["memory", "index"],
    ],
    ...SIZES.map((nRuns) => measure(nRuns, folder, reader)),
  ];
  console.log(markdownTable(rows, { align: rows[0]!.map(() => "r") }));
  Deno.removeSync(folder, { recursive: true });
} else console.log(`skipped many runs: there is no ${TIME}`);
