/**
 * Proof by odd files: a pipe, a socket and a folder stand for each file of a
 * run, and no command waits for one.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { basename, dirname } from "@std/path";
import { eachOf, ROOT, runScript } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

/** What can stand in the place of a file, and wait for ever to be read. */
const KINDS: Record<string, (path: string) => unknown> = {
  pipe: (path) => new Deno.Command("mkfifo", { args: [path] }).outputSync(),
  // Listened to from its folder, as its path may have no more than some hundred
  // bytes; and renamed, as it is removed when nobody listens any more.
  socket: (path) =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `using _listener = Deno.listen({ transport: "unix", path: "socket" });
        Deno.renameSync("socket", Deno.args[0]);`,
        basename(path),
      ],
      cwd: dirname(path),
    }).outputSync(),
  folder: (path) => Deno.mkdirSync(path),
};

/** The files of a run that some command reads. */
const FILES = [
  "run.json",
  "config.json",
  "metrics.jsonl",
  "checkpoint.safetensors",
  "results/train.json",
  "evaluations/some.json",
  "samples/some.json",
  "model/model.json",
  "model/weights.bin",
];

/** A command that hangs is ended by it: its status is then 124. */
const under = ["timeout", "60"];

/** What was tried. */
export interface KindsTally {
  /** Files of a run that something else stood for. */
  files: number;
  /** What stood for them. */
  kinds: number;
  /** Commands that were run over these. */
  commands: number;
}

/**
 * Puts something else in the place of each file of a run, and runs every
 * command that reads it.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @returns What was tried.
 * @throws {AssertionError} If a command waits, or fails in another way than by
 * a clear error.
 */
export async function replaceFiles(runs: string): Promise<KindsTally> {
  let commands = 0;
  const run: typeof runScript = (...args) => {
    commands++;
    return runScript(...args);
  };
  const root = `${ROOT}/${runs}`;
  const ids: string[] = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const [index, file] of FILES.entries()) {
      const id = `${kind}${index}`;
      ids.push(id);
      const path = makeRun(root, {
        id,
        config: { seed: ids.length },
        records: [[{ name: "loss" }, { mean: 1, error: 1, n: 2 }]],
      });
      for (const folder of ["evaluations", "model", "samples"]) {
        Deno.mkdirSync(`${path}/${folder}`);
      }
      Deno.writeTextFileSync(
        `${path}/metrics.jsonl`,
        `{"schemaVersion":1,"runId":"${id}"}\n{"step":1,"loss":1}\n`,
      );
      try {
        Deno.removeSync(`${path}/${file}`);
      } catch { /* there was none */ }
      make(`${path}/${file}`);
    }
  }
  const at = ["--runs", runs];
  const doctor = await run("doctor", ["--fix", "--json", ...at], {
    under,
  });
  assertEquals([doctor.code, doctor.stderr], [1, ""]);
  const { directories: [{ findings }] } = JSON.parse(doctor.stdout);
  const found = findings.map(({ file }: { file: string }) => file);
  for (const id of ids) {
    const file = FILES[Number(id.slice(-1))]!;
    // Of weights that no model names, a folder tells nothing.
    if (id !== "folder8") assert(found.includes(`${id}/${file}`), id);
  }
  assertEquals([...Deno.readDirSync(root)].length, ids.length);
  const out = `${runs}/.out.json`;
  const grants = [`--allow-write=${runs}`, "--allow-read=."];
  const plot = await run("plot", [
    ...["--history", "loss", "--out", out],
    ...at,
  ], { grants, under });
  assertEquals(plot.code, 0, plot.stderr);
  await eachOf(ids, async (id) => {
    for (
      const [script, args] of [
        ["show", []],
        ["plot", ["--samples", "--out", out]],
        ["reproduce", ["--experiment", "examples/least_squares.ts"]],
      ] as const
    ) {
      const isPlot = script === "plot";
      const [flag, ...more] = args;
      const named = isPlot ? [flag!, id, ...more] : [id, ...args];
      const { code, stderr } = await run(script, [...named, ...at], {
        under,
        ...(isPlot ? { grants } : {}),
      });
      const what = `${script} ${id}: ${code} ${stderr}`;
      assert([0, 1, 2].includes(code), what);
      assert(!/panicked|TypeError|at file:/.test(stderr), what);
    }
  });
  return {
    files: FILES.length,
    kinds: Object.keys(KINDS).length,
    commands,
  };
}
