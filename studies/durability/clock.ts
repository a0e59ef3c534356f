/**
 * Proof by a clock that is set back between processes.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { ROOT, runScript } from "../../testing/helpers.ts";
import { leftBy, TRAINING } from "./_work.ts";

/** Runs a script under a clock that is a day behind. */
async function yesterday(script: string, args: readonly string[]) {
  const run = ["run", "--quiet", "--no-prompt", `-P=${script}`];
  const { code, stderr } = await new Deno.Command("faketime", {
    args: [
      ...["-f", "-1d", Deno.execPath()],
      ...[...run, `scripts/${script}.ts`, ...args],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

/**
 * Begins a training, sets the clock back by a day, and goes on with it; then
 * makes another one and evaluates both.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @throws {AssertionError} If anything is lost, or not shown as it is.
 */
export async function setClockBack(runs: string): Promise<void> {
  const at = `--runs=${runs}/set-back`;
  await runScript("train", [...TRAINING, `--runs=${runs}/whole`]);
  const [whole] = listRuns(`${ROOT}/${runs}/whole`);
  // A loss that cannot be: it fails after its last checkpoint, and stays.
  const broken = await runScript("train", [
    ...[...TRAINING, at, "--checkpoint-every=7steps"],
    ...["--experiment=studies/durability/failing_once.ts"],
  ]);
  assertEquals(broken.code, 1, broken.stderr);
  const [run] = listRuns(`${ROOT}/${runs}/set-back`);
  const args = [
    "--experiment=studies/durability/failing_once.ts",
    at,
    "--quiet",
  ];
  await yesterday("train", [...args, "--resume=latest"]);
  const info = readRunInfo(run!.path);
  assertEquals(info.status, "completed");
  assertEquals(leftBy(run!.path), leftBy(whole!.path));
  // It ended before it began, by that clock, and yet took its time.
  assert(info.finishedAt! < info.startedAt);
  assert(info.resumed![0]!.at < info.startedAt);
  assert(info.seconds! > 0 && info.seconds! < 3600);
  await yesterday("train", [...TRAINING, at]);
  const database = new RunDatabase(`${ROOT}/${runs}/set-back`);
  assertEquals([database.size, database.problems], [2, []]);
  for (const { status, path } of database) {
    assertEquals(status, "completed");
    assertEquals(leftBy(path), leftBy(whole!.path));
  }
  const { stdout } = await runScript("runs", [at]);
  assertMatch(stdout, /completed +(1d|24h) ago/);
  for (const script of ["show", "compare"]) {
    const { code, stderr } = await runScript(script, [at]);
    assertEquals(code, 0, stderr);
  }
}
