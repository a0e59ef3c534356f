/**
 * Proof by disks that are full or may not be written: small file systems in
 * memory, in a mount namespace of their own.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { resumeRun } from "../../core/run/lifecycle.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { readRunInfo, readStatus } from "../../core/store/run_info.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { ROOT, runScript } from "../../testing/helpers.ts";
import { leftBy, TRAINING } from "./_work.ts";

/** Whether this process may make file systems of its own. */
export function canMount(): boolean {
  try {
    const { success } = new Deno.Command("unshare", {
      args: ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success;
  } catch {
    return false;
  }
}

const TRAIN = [
  ...["run", "--quiet", "--no-prompt", "-P=train", "scripts/train.ts"],
];

/** Runs a shell in a mount namespace of its own, which ends with it. */
async function shell(script: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", script, "sh", ...args],
    cwd: ROOT,
    env: { DENO: Deno.execPath(), NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** What became of trainings on a disk that is full. */
export interface DiskTally {
  /** How many sizes of disk were filled. */
  disks: number;
  /** Trainings that ended for lack of room. */
  failed: number;
  /** Those of them that were gone on with where there was room. */
  resumed: number;
}

/**
 * Trains on disks too small for what is to be written, each a little larger
 * than the last, and checks what they hold, and that it can be gone on with
 * where there is room.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param rooms How much room each has beside the earlier run, in KiB.
 * @returns What became of them.
 * @throws {AssertionError} If anything is not as promised.
 */
export async function fillDisks(
  runs: string,
  rooms: readonly number[],
): Promise<DiskTally> {
  const tally: DiskTally = { disks: 0, failed: 0, resumed: 0 };
  const whole = await runScript("train", [...TRAINING, `--runs=${runs}/whole`]);
  assertEquals(whole.code, 0, whole.stderr);
  const [first] = listRuns(`${ROOT}/${runs}/whole`);
  const expected = leftBy(first!.path);
  const taken = kibibytesOf(`${ROOT}/${runs}/whole`);
  for (const [index, room] of rooms.entries()) {
    const size = taken + room;
    // Once a checkpoint finds no room, once a line.
    const interval = index % 2 === 0 ? "10steps" : "never";
    const disk = `${runs}/disk`, copy = `${runs}/copy-${size}`;
    Deno.mkdirSync(`${ROOT}/${disk}`, { recursive: true });
    const { code, stderr } = await shell(
      // The earlier run first; what is left is copied before the disk is gone.
      `mount -t tmpfs -o size=${size}k tmpfs ${disk} &&
       cp -a ${runs}/whole/. ${disk}/ &&
       { "$DENO" ${TRAIN.join(" ")} "$@"; code=$?; } ;
       cp -a ${disk} ${copy} && exit $code`,
      ...TRAINING,
      `--runs=${disk}`,
      `--checkpoint-every=${interval}`,
    );
    tally.disks++;
    if (code !== 0) {
      tally.failed++;
      assertEquals(code, 1, stderr);
      assertMatch(stderr, /^error: No space left on device .*: \w+ '.+'$/m);
      assertMatch(stderr, /^Free some space or get permission to write there/m);
    }
    const path = `${ROOT}/${copy}`;
    const database = new RunDatabase(path);
    // A run that found no room for its first file is none.
    const problems = database.problems.filter(({ reason }) =>
      !/no such file/i.test(reason)
    );
    assertEquals(problems, []);
    const earlier = [...database].find(({ id }) => id === first!.id);
    assertEquals(leftBy(earlier!.path), expected);
    for (const run of database) {
      const left = leftBy(run.path);
      // A line that found no room is cut back, and no other.
      const history = Deno.readTextFileSync(`${run.path}/${HISTORY_FILE}`);
      assert(history.endsWith("}\n"));
      assertEquals(left.lines, expected.lines.slice(0, left.lines.length));
      const status = readStatus(run.path, readRunInfo(run.path));
      if (status === "completed") continue;
      const { default: diffusion } = await import(
        "../../core/diffusion/experiment.ts"
      );
      const outcome = await resumeRun(diffusion, {
        runPath: run.path,
        globals: globalConfigSchema.parse({ runs: path }),
        print: () => {},
        warn: () => {},
      });
      assertEquals(outcome.status, "completed");
      assertEquals(leftBy(run.path), expected);
      tally.resumed++;
    }
    Deno.removeSync(path, { recursive: true });
  }
  return tally;
}

const PAGE_BYTES = 4096;

/** What the files of a folder take on a disk that is made of pages. */
function kibibytesOf(folder: string): number {
  let pages = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    pages += isDirectory
      ? kibibytesOf(path) * 1024 / PAGE_BYTES
      : Math.ceil(Deno.statSync(path).size / PAGE_BYTES);
  }
  return pages * PAGE_BYTES / 1024;
}

/**
 * Trains and evaluates in a directory that may not be written.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @throws {AssertionError} If the error is not clear, or anything has changed.
 */
export async function writeNowhere(runs: string): Promise<void> {
  const disk = `${runs}/disk`;
  Deno.mkdirSync(`${ROOT}/${disk}`, { recursive: true });
  const { code, stdout, stderr } = await shell(
    `mount -t tmpfs tmpfs ${disk} &&
     "$DENO" ${TRAIN.join(" ")} "$@" && ls -lR --full-time ${disk} &&
     mount -o remount,ro ${disk} && echo == &&
     { "$DENO" ${TRAIN.join(" ")} "$@"; echo "train $?";
       "$DENO" ${TRAIN.join(" ").replaceAll("train", "eval")} --runs=${disk};
       echo "eval $?"; } && ls -lR --full-time ${disk}`,
    ...TRAINING,
    `--runs=${disk}`,
  );
  assertEquals(code, 0, stderr);
  const [before, after] = stdout.split("==\n");
  assertMatch(after!, /^train 1$/m);
  assertMatch(after!, /^eval 1$/m);
  assertEquals(stderr.match(/Read-only file system/g)?.length, 2, stderr);
  assertEquals(stderr.match(/^Free some space or get permission/gm)?.length, 2);
  const listing = (text: string) => text.slice(text.indexOf(`${disk}:`));
  assertEquals(listing(after!), listing(before!));
  assert(listing(after!).includes("metrics.jsonl"));
}
