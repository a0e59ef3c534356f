/**
 * How long commands take from start to end beside Deno itself, what they load, and
 * their peak memory.
 *
 * @module
 */

import { markdownTable } from "markdown-table";
import { makeRun } from "../testing/runs.ts";

const ROOT = `${import.meta.dirname}/..`;
const RUNS = "runs/.bench";
const N_RUNS = 10;
const N_REPEATS = 15;

for (let i = 0; i < N_RUNS; i++) {
  makeRun(`${ROOT}/${RUNS}`, {
    id: `run${i}`,
    config: { seed: i },
    records: [
      [{ name: "loss" }, { mean: i, error: 0.1, n: 9 }],
      [{ name: "sampling", nSteps: 50 }, { mean: i, error: 0.1, n: 9 }],
    ],
  });
}

const script = (name: string, ...args: string[]) => [
  ...["run", "--quiet", "--no-prompt", `-P=${name}`, `scripts/${name}.ts`],
  ...args,
];

/** What is started, by how it is shown; the others are compared to the first. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "`deno eval ''`": ["eval", ""],
  "`compare --help`": script("compare", "--help"),
  "`runs`, 10 runs": script("runs", "--runs", RUNS),
  "`compare`, 10 runs": script("compare", "--runs", RUNS),
  "`compare` with verdicts, 40 runs": script(
    "compare",
    ...["--runs", "studies/least-squares/runs"],
  ),
  "`train --help`": script("train", "--help"),
  "`train` of the identity model": script(
    "train",
    ...["--model", "identity", "--n-epochs", "1", "--runs", `${RUNS}-train`],
  ),
};

/** How long a process took, in milliseconds. */
interface Times {
  /** From start to end. */
  readonly wall: number;
  /** The processor's time, which other work on the machine changes less. */
  readonly processor: number;
}

/** Starts Deno and times it; Bash knows the processor's time. */
function timeDeno(args: readonly string[]): Times {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const text = start("bash", ["-c", script, "bash", Deno.execPath(), ...args]);
  const [wall, user, system] = text.trim().split("\n").at(-1)!.split(" ")
    .map((seconds) => 1000 * Number(seconds)) as [number, number, number];
  return { wall, processor: user + system };
}

/** Where GNU time is: it knows how much memory a process had at most. */
const GNU_TIME = "/usr/bin/time";

function start(command: string, args: readonly string[]): string {
  const { success, stderr } = new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(text);
  return text;
}

/** The peak memory of a command in mebibytes; undefined without GNU time. */
function measureMemory(args: readonly string[]): number | undefined {
  try {
    const text = start(GNU_TIME, ["-f", "%M", Deno.execPath(), ...args]);
    return Number(text.trim().split("\n").at(-1)) / 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** How many modules a script loads before it does anything. */
function countModules([verb, ...args]: readonly string[]): number {
  const file = args.find((arg) => arg.endsWith(".ts"));
  if (verb !== "run" || !file) return 0;
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", file],
    cwd: ROOT,
  }).outputSync();
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout));
  const imports = new Map<string, string[]>(
    // deno-lint-ignore no-explicit-any
    modules.map(({ specifier, dependencies = [] }: any) => [
      specifier,
      // deno-lint-ignore no-explicit-any
      dependencies.flatMap(({ code, isDynamic }: any) =>
        code?.specifier && !isDynamic ? [code.specifier] : []
      ),
    ]),
  );
  const loaded = new Set<string>(roots);
  for (const module of loaded) {
    for (const other of imports.get(module) ?? []) loaded.add(other);
  }
  return loaded.size;
}

const none: Times = { wall: Infinity, processor: Infinity };
const least = new Map(Object.keys(COMMANDS).map((name) => [name, none]));
try {
  for (let turn = 0; turn < N_REPEATS; turn++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const before = least.get(name)!, now = timeDeno(args);
      least.set(name, {
        wall: Math.min(before.wall, now.wall),
        processor: Math.min(before.processor, now.processor),
      });
    }
  }
  const [base] = least.values() as Iterable<Times>;
  const rows = Object.entries(COMMANDS).map(([name, args]) => {
    const { wall, processor } = least.get(name)!;
    const memory = measureMemory(args);
    return [
      name,
      `${wall.toFixed(0)} ms`,
      (wall / base!.wall).toFixed(1),
      `${processor.toFixed(0)} ms`,
      (processor / base!.processor).toFixed(1),
      countModules(args).toString(),
      memory === undefined ? "" : `${memory.toFixed(0)} MiB`,
    ];
  });
  const heading = [
    ...["command", "takes", "ratio", "processor", "ratio"],
    ...["modules", "peak memory"],
  ];
  console.log(`Start-up: minimum of ${N_REPEATS} repeats\n`);
  console.log(
    markdownTable([heading, ...rows], { align: ["l", ...Array(6).fill("r")] }),
  );
  if (measureMemory(["eval", ""]) === undefined) {
    console.log(
      `\nNo peak memory: ${GNU_TIME} is missing (apt-get install time)`,
    );
  }
} finally {
  for (const folder of [RUNS, `${RUNS}-train`]) {
    Deno.removeSync(`${ROOT}/${folder}`, { recursive: true });
  }
}
