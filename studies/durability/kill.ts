/**
 * Proof by kill: trainings are ended by SIGKILL at random moments, and what
 * they had been told was kept must be there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { listRuns, type RunEntry } from "../../core/store/find_run.ts";
import { readCheckpoint } from "../../core/store/checkpoint.ts";
import { isJsonObject } from "../../core/utils/json.ts";
import type { RandomStream } from "../../core/utils/random.ts";
import { readRunInfo, readStatus } from "../../core/store/run_info.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { eachOf, ROOT, scriptCommand } from "../../testing/helpers.ts";
import { exists } from "../../core/utils/exists.ts";
import { type Left, leftBy, TRAINING } from "./_work.ts";

/** What became of the killed trainings. */
export interface KillTally {
  /** How many processes died of it, those of resumed trainings included. */
  kills: number;
  /** Killed before there was a run. */
  before: number;
  /** Killed while training. */
  during: number;
  /** Over before they could be killed. */
  after: number;
  /** Lines, checkpoints and records that were acknowledged, and are there. */
  acknowledged: number;
  /** Trainings that were resumed, and ended as if never stopped. */
  resumed: number;
}

const EXPERIMENT = "--experiment=studies/durability/acknowledging.ts";

/** How often a checkpoint is kept: always, now and then, never within a run. */
const INTERVALS = ["1step", "50steps", "1epoch", "never"];

/** What is said when something is kept. */
const WORDS = ["line", "checkpoint", "record"];
const SAID = new RegExp(`^(${WORDS.join("|")}) `);

/** After so many milliseconds, as soon as a word is said, or never. */
type KillMoment = number | string | null;

/**
 * Kills trainings at random moments, checks what they leave, resumes them,
 * some after further kills, and checks that they end as one never stopped.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param nTrials How many trainings.
 * @param random What chooses the moments.
 * @returns What became of them.
 * @throws {AssertionError} If anything is not as promised.
 */
export async function killTrainings(
  runs: string,
  nTrials: number,
  random: RandomStream,
): Promise<KillTally> {
  const tally: KillTally = {
    ...{ kills: 0, before: 0, during: 0, after: 0 },
    ...{ acknowledged: 0, resumed: 0 },
  };
  const startedAt = performance.now();
  const { acknowledged } = await train(`${runs}/whole`, []);
  const duration = performance.now() - startedAt;
  const [run] = listRuns(`${ROOT}/${runs}/whole`);
  assertEquals(readRunInfo(run!.path).status, "completed");
  const expected = leftBy(run!.path);
  assert(acknowledged.has("record loss/train"));
  await eachOf(Array(nTrials).keys(), async (trial) => {
    const folder = `${runs}/trial-${trial}`;
    const interval = INTERVALS[random.integer(INTERVALS.length)]!;
    const args = [`--checkpoint-every=${interval}`];
    // Of others it is not said.
    const words = WORDS.filter((word) =>
      word !== "checkpoint" || interval === "1step"
    );
    let isOver = false;
    for (let attempt = 0; !isOver; attempt++) {
      const run = runIn(folder);
      // The third one is left alone, so that there is an end.
      const killAt = attempt === 2
        ? null
        : random.uniform() < 0.5
        ? random.uniform() * duration
        : words[random.integer(words.length)]!;
      const { acknowledged, isKilled } = await train(
        folder,
        run ? [...args, `--resume=${run.id}`] : args,
        killAt,
      );
      if (isKilled) tally.kills++;
      const status = await check(folder, acknowledged, expected);
      tally.acknowledged += acknowledged.size;
      if (status === "completed") {
        isOver = true;
        if (killAt !== null && !isKilled) tally.after++;
        if (attempt > 0 && run) tally.resumed++;
      } else if (status === "none") tally.before++;
      else tally.during++;
    }
    Deno.removeSync(`${ROOT}/${folder}`, { recursive: true });
  });
  return tally;
}

/** The run in a folder; one that was killed at its very start is none yet. */
function runIn(folder: string): RunEntry | undefined {
  return listRuns(`${ROOT}/${folder}`)
    .find(({ path }) => exists(`${path}/run.json`));
}

/** Trains or resumes, perhaps killed; gives what was acknowledged. */
async function train(
  folder: string,
  args: readonly string[],
  killAt: KillMoment = null,
): Promise<{ acknowledged: Set<string>; isKilled: boolean }> {
  const isResumed = args.some((arg) => arg.startsWith("--resume"));
  const child = scriptCommand("train", [
    EXPERIMENT,
    `--runs=${folder}`,
    ...(isResumed ? ["--quiet"] : TRAINING),
    ...args,
  ]).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended by itself */ }
  };
  // A random moment is what this is about; nothing waits for it.
  const timer = typeof killAt === "number"
    ? setTimeout(kill, killAt)
    : undefined;
  const said = async () => {
    let text = "";
    for await (
      const part of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      text += part;
      if (typeof killAt === "string" && part.includes(killAt)) kill();
    }
    return text;
  };
  const [stdout, stderr, { signal, code }] = await Promise.all([
    said(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  clearTimeout(timer);
  assert(signal === "SIGKILL" || code === 0, `exit ${code}: ${stderr}`);
  // A last line without its end was not acknowledged.
  const lines = stdout.slice(0, stdout.lastIndexOf("\n") + 1).split("\n");
  return {
    acknowledged: new Set(lines.filter((line) => SAID.test(line))),
    isKilled: signal === "SIGKILL",
  };
}

/** Checks what is there: all that was acknowledged, and nothing torn. */
async function check(
  folder: string,
  acknowledged: ReadonlySet<string>,
  expected: Left,
): Promise<string> {
  const database = new RunDatabase(`${ROOT}/${folder}`);
  assertEquals(database.problems, []);
  const run = runIn(folder);
  if (!run) {
    assertEquals([...acknowledged], []);
    return "none";
  }
  assertEquals(database.size, 1);
  checkWhole(run.path);
  const left = leftBy(run.path);
  const said = (word: string) =>
    [...acknowledged].filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  const lines = new Set(left.lines);
  assertEquals(said("line").filter((line) => !lines.has(line)), []);
  assertEquals(left.lines, expected.lines.slice(0, left.lines.length));
  const checkpoint = await readCheckpoint(run.path);
  const status = readStatus(run.path, readRunInfo(run.path));
  const parts = checkpoint?.parts as { at: { step: number } } | undefined;
  const kept = status === "completed" ? Infinity : parts?.at.step ?? 0;
  assert(kept >= Math.max(0, ...said("checkpoint").map(Number)));
  for (const name of said("record")) {
    if (name.startsWith("time/")) continue;
    assertEquals(left.records[name], expected.records[name]);
  }
  if (status === "completed") assertEquals(left, expected);
  else assertEquals(status, "died");
  return status;
}

/** Each file under its own name is whole; temporary ones are nobody's. */
function checkWhole(folder: string): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) checkWhole(path);
    else if (name.endsWith(".json") && !name.startsWith(".")) {
      assert(isJsonObject(JSON.parse(Deno.readTextFileSync(path))));
    }
  }
}
