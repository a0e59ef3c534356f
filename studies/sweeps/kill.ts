/**
 * Kills the processes of a sweep, its own included, by SIGKILL at random moments.
 * The same command must then end with the same records as an undisturbed sweep: no
 * run is lost, and none is done twice.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { HistoryReader } from "../../core/store/history.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { readRecords } from "../../core/store/records.ts";
import { readConfigFile } from "../../core/store/run_file.ts";
import { hasBegun } from "../../core/store/run_directory.ts";
import { readRunInfo, readStatus } from "../../core/store/run_info.ts";
import { formatValue } from "../../core/config/schema.ts";
import { stringify } from "../../core/utils/json.ts";
import type { RandomStream } from "../../core/utils/random.ts";
import { ROOT, scriptCommand } from "../../testing/helpers.ts";

/** What was killed, and how often the command was started. */
export interface SweepKills {
  /** How many tasks' processes were killed. */
  tasks: number;
  /** How many sweepers were killed. */
  sweepers: number;
  /** How often the command was started. */
  launches: number;
}

/** The rows of the sweep; with the seeds, its runs. */
const DRIFTS = "drift=0,0.5";

/**
 * Runs a sweep to its end while its processes are killed, and compares its results
 * with those of an undisturbed sweep.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param nRuns How many runs the sweep has; an even number.
 * @param options How many processes to kill, and what chooses them and when.
 * @returns What was killed.
 * @throws {AssertionError} If a run is lost, done twice, or differs.
 */
export async function killSweep(
  runs: string,
  nRuns: number,
  { nKills, random }: {
    readonly nKills: number;
    readonly random: RandomStream;
  },
): Promise<SweepKills> {
  const args = (folder: string) => [
    ...["--experiment=studies/sweeps/walk.ts", `--runs=${folder}`],
    ...["--grid", DRIFTS, `--seeds=1..${nRuns / 2}`, "--jobs=2"],
    ...["--eval", "default", "--eval", "scale=2"],
    ...["--checkpoint-every=5steps", "--fsync=never", "--quiet"],
  ];
  const whole = `${runs}/whole`, killed = `${runs}/killed`;
  const { success, stderr } = await scriptCommand("sweep", args(whole))
    .output();
  assert(success, new TextDecoder().decode(stderr));
  const expected = readAll(whole);
  assertEquals(expected.size, nRuns);
  const kills: SweepKills = { tasks: 0, sweepers: 0, launches: 0 };
  while (true) {
    const sweeper = scriptCommand("sweep", args(killed)).spawn();
    kills.launches++;
    let isOver = false;
    const ended = Promise.all([
      sweeper.status,
      new Response(sweeper.stdout).text(),
      new Response(sweeper.stderr).text(),
    ]).finally(() => isOver = true);
    while (!isOver && kills.tasks + kills.sweepers < nKills) {
      await waitFor(ended, random.uniform() * 800);
      if (isOver) break;
      const tasks = await findTasks(killed);
      // Now and then the sweeper; the tasks that it leaves behind go on.
      const isSweeper = random.integer(5) === 0;
      const pid = isSweeper
        ? sweeper.pid
        : tasks[random.integer(Math.max(1, tasks.length))];
      if (pid === undefined || !kill(pid)) continue;
      if (isSweeper) {
        kills.sweepers++;
        break;
      }
      kills.tasks++;
    }
    const [{ code, signal }, , stderr] = await ended;
    // 1: a task was killed so often that it was given up for this time.
    assert(signal === "SIGKILL" || code === 0 || code === 1, stderr);
    if (code === 0) break;
  }
  assertEquals(readAll(killed), expected);
  return kills;
}

/**
 * Reads the records of each run except times, by its configuration; no two
 * runs have the same.
 */
function readAll(runs: string): Map<string, string> {
  const all = new Map<string, string>();
  for (const { path } of listRuns(`${ROOT}/${runs}`)) {
    if (!hasBegun(path)) continue;
    const config = formatValue(readConfigFile(path));
    assert(!all.has(config), `done twice: ${config}`);
    assertEquals(readStatus(path, readRunInfo(path)), "completed");
    const lines = [...new HistoryReader(path)];
    const model = Deno.readTextFileSync(`${path}/model/place.json`);
    const records = readRecords(path).toJSON();
    all.set(config, stringify({ lines, model, records }));
  }
  return all;
}

/** Finds the processes of tasks by the path in their command lines. */
async function findTasks(runs: string): Promise<number[]> {
  // Deno itself reads /proc with all permissions alone.
  const search = `grep -la '${runs}/[.]sweeps/' /proc/[0-9]*/cmdline`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", search],
    stderr: "null",
  }).output();
  const files = new TextDecoder().decode(stdout);
  return Array.from(files.matchAll(/\d+/g), ([pid]) => Number(pid));
}

function kill(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false; // It has just ended.
  }
}

/** Waits until something has ended, at most so long. */
async function waitFor(ended: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([ended, promise]);
  clearTimeout(timer);
}
