/**
 * Proof by power cut: the file operations of a training, of its resumption and
 * of an evaluation are recorded; every state in which a power cut could leave
 * the disk is built; and what had been acknowledged must be there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { resumeRun, trainRun } from "../../core/run/lifecycle.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../../core/config/global_config.ts";
import type { ModelConfig } from "../../core/diffusion/model_config.ts";
import { integer } from "../../core/config/fields.ts";
import diffusion from "../../core/diffusion/experiment.ts";
import { type Experiment, experiment } from "../../core/experiment.ts";
import type { Run } from "../../core/run/run.ts";
import { keepSource } from "../../core/store/source.ts";
import { readCheckpoint } from "../../core/store/checkpoint.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { readRunInfo, readStatus } from "../../core/store/run_info.ts";
import { hasBegun } from "../../core/store/run_directory.ts";
import { examineRuns } from "../../results/inspect/doctor/doctor.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { tempFolder } from "../../testing/helpers.ts";
import type { DiskModel, DiskState } from "./_disk_model.ts";
import { recordOperations } from "./_recording.ts";
import { acknowledge, type Left, leftBy } from "./_work.ts";

/** What came of the replay. */
export interface PowerTally {
  /** File operations, after each of which the power was cut. */
  operations: number;
  /** Different states that this may leave. */
  states: number;
  /** States from which the training was resumed to the same end. */
  resumed: number;
}

/** How much is forced to the disk. */
export type Fsync = GlobalConfig["fsync"];

/** An experiment that is cut, and with which configuration. */
export interface CutExperiment {
  readonly experiment: Experiment;
  readonly config: object;
  readonly evalConfig: object;
  /** After how many lines the first session fails. */
  readonly failsAfter: number;
}

/** A training of twelve steps, with a file of its own. */
export const SMALL: CutExperiment = {
  experiment: experiment({
    name: "small",
    config: {
      nSteps: integer({ default: 12, min: 1, description: "how many" }),
    },
    async train({ nSteps }, run) {
      const noise = run.random("noise");
      const at = { step: 0, place: 0 };
      run.resumable({ noise, at });
      run.describe({ versions: { small: "1" } });
      while (at.step < nSteps) {
        at.place += noise.normal();
        at.step++;
        run.meter.observe("place", at.place);
        await run.log({ ...at });
        if (at.step === 4) {
          run.record({ name: "early" }, run.meter.result("place"));
        }
        await run.checkpoint();
      }
      run.writeJson("model/place.json", at);
      run.record({ name: "place" }, run.meter.result("place"));
    },
    evaluate(_config, _evalConfig, run) {
      run.meter.observe(
        "tests",
        Number(run.readJson("model/place.json").place),
      );
      run.meter.observe("tests", 1);
      run.record({ name: "tests" }, run.meter.result("tests"));
      run.record({ name: "again", of: "tests" }, run.meter.result("tests"));
    },
  }) as unknown as Experiment,
  config: {},
  evalConfig: {},
  failsAfter: 7,
};

/** A diffusion model that is trained for eight steps. */
export const DIFFUSION: CutExperiment = {
  experiment: diffusion,
  config: {
    ...{ model: "mlp", hiddenLayerSizes: [4], nTrain: 16, batchSize: 4 },
    nEpochs: 2,
  } satisfies Partial<ModelConfig>,
  evalConfig: { nSamples: 8, nRepeats: 2, nSteps: [2] },
  failsAfter: 5,
};

/** What had been said to be kept when the power was cut. */
interface Cut {
  readonly state: DiskState;
  readonly said: readonly string[];
}

/**
 * Cuts the power after each file operation, and checks what may be left.
 *
 * @param what The experiment.
 * @param fsync How much is forced to the disk; with `never` it is only checked
 * that nothing breaks.
 * @param every From each how-manyth state the training is resumed.
 * @returns What came of it.
 * @throws {AssertionError} If something that was acknowledged is lost.
 */
export async function cutPower(
  what: CutExperiment,
  fsync: Fsync,
  every = 1,
): Promise<PowerTally> {
  const { cuts, operations, expected } = await recordCuts(what, fsync);
  const tally: PowerTally = { operations, states: cuts.length, resumed: 0 };
  for (const [index, cut] of cuts.entries()) {
    using folder = tempFolder();
    build(cut.state, folder.path);
    const mayResume = index % every === 0;
    if (fsync === "never") await readAll(`${folder.path}/runs`);
    else if (await check(folder.path, what, cut, fsync, expected, mayResume)) {
      tally.resumed++;
    }
  }
  return tally;
}

async function recordCuts(what: CutExperiment, fsync: Fsync): Promise<{
  cuts: readonly Cut[];
  operations: number;
  expected: Left;
}> {
  using folder = tempFolder();
  const cuts = new Map<string, Cut>();
  const said: string[] = [];
  let operations = 0;
  let expected: Left | undefined;
  const after = (disk: DiskModel) => {
    operations++;
    for (const state of disk.states()) {
      // A state that comes again must hold what was said by then.
      cuts.set(keyOf(state), { state, said: [...said] });
    }
  };
  await recordOperations(folder.path, { after }, async () => {
    const { experiment, evalConfig } = what;
    const options = optionsFor(`${folder.path}/runs`, fsync);
    const config = experiment.configSchema.parse(what.config);
    const say = (text: string) => void said.push(text);
    const speaking = (failsAfter: number): Experiment => ({
      ...experiment,
      train: (config, run) =>
        experiment.train(
          config,
          acknowledge(run, (text) => {
            say(text);
            if (text.startsWith("line") && --failsAfter === 0) {
              throw new Error("stopped");
            }
          }),
        ),
      evaluate: (config, evalConfig, run) =>
        experiment.evaluate!(config, evalConfig, acknowledge(run, say)),
    });
    const { runPath, error } = await trainRun(speaking(what.failsAfter), {
      ...options,
      config,
    });
    assertEquals((error as Error).message, "stopped");
    say("failed");
    // Lines after the checkpoint are made again from now on.
    const { parts } = await readCheckpoint(runPath) ?? {};
    say(`resumed from ${JSON.stringify(parts)}`);
    const resumed = await resumeRun(speaking(Infinity), {
      ...options,
      runPath,
    });
    assertEquals(resumed.error, undefined);
    say("completed");
    expected = leftBy(runPath);
    const evaluated = await evaluateRun(speaking(Infinity), {
      ...options,
      runPath,
      evalConfig: experiment.evalConfigSchema.parse(evalConfig),
    });
    assertEquals(evaluated.error, undefined);
    say("evaluated");
  });
  return { cuts: [...cuts.values()], operations, expected: expected! };
}

const SOURCE = {
  entries: ["a.ts"],
  files: new Map([["a.ts", new TextEncoder().encode("export {};")]]),
  imports: new Map(),
  lock: null,
};

/** How the experiments are run: sparing of words, with a source to keep. */
export function optionsFor(runs: string, fsync: Fsync) {
  return {
    globals: globalConfigSchema.parse({
      runs,
      fsync,
      checkpointEvery: "1step",
    }),
    print: () => {},
    warn: () => {},
    keepSource: () =>
      keepSource(runs, SOURCE, { isDurable: fsync !== "never" }),
  };
}

function keyOf(state: DiskState): string {
  return [...state].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([path, content]) => `${path} ${content?.toBase64() ?? "/"}`)
    .join("\n");
}

function build(state: DiskState, folder: string): void {
  for (const [path, content] of state) {
    if (content === null) Deno.mkdirSync(`${folder}/${path}`);
    else Deno.writeFileSync(`${folder}/${path}`, content);
  }
}

/** Reads all that is there: nothing may throw. */
async function readAll(runs: string): Promise<RunDatabase> {
  const database = new RunDatabase(runs);
  await examineRuns(runs);
  return database;
}

/** Checks a state; returns whether the training was resumed from it. */
async function check(
  folder: string,
  { experiment }: CutExperiment,
  { said }: Cut,
  fsync: Fsync,
  expected: Left,
  mayResume: boolean,
): Promise<boolean> {
  const runs = `${folder}/runs`;
  const has = (word: string) => said.includes(word);
  const database = await readAll(runs);
  assertEquals(database.problems, []);
  const { findings } = await examineRuns(runs);
  const isHarmless = ({ isNote, kind }: typeof findings[number]) =>
    isNote || ["died", "temporary", "unfinished"].includes(kind);
  assertEquals(findings.filter((finding) => !isHarmless(finding)), []);
  const [run] = listRuns(runs).filter(({ path }) => hasBegun(path));
  if (!run) {
    assertEquals(said, []);
    return false;
  }
  const status = readStatus(run.path, readRunInfo(run.path));
  const left = leftBy(run.path);
  if (has("completed")) assertEquals(status, "completed");
  for (const name of after(said, "record ")) {
    if (name.startsWith("time/")) continue;
    assert(name in left.records, `record ${name} is lost`);
  }
  if (status === "completed") {
    // What an evaluation adds is none of the training's.
    const { lines, records, weights } = left;
    assertEquals({ lines, weights }, {
      lines: expected.lines,
      weights: expected.weights,
    });
    assertEquals({ ...records, ...expected.records }, records);
    return false;
  }
  if (fsync === "always") {
    const lines = new Set(left.lines);
    const isLost = (line: string) => !lines.has(line);
    assertEquals(linesToExpect(said).filter(isLost), []);
  }
  const checkpoint = await readCheckpoint(run.path);
  const [step = "0"] = after(said, "checkpoint ").slice(-1);
  assert(Number(step) === 0 || checkpoint, "the checkpoint is lost");
  if (!mayResume) return false;
  const options = { ...optionsFor(runs, fsync), runPath: run.path };
  let nLines = 0;
  const outcome = await resumeRun(
    {
      ...experiment,
      train: (config, run: Run) =>
        experiment.train(
          config,
          acknowledge(run, (text) => {
            if (text.startsWith("line")) nLines++;
          }),
        ),
    },
    options,
  );
  assertEquals([outcome.status, outcome.error], ["completed", undefined]);
  assert(expected.lines.length - nLines >= Number(step), "work is done twice");
  assertEquals(leftBy(run.path), expected);
  return true;
}

/** What was said after a word. */
function after(said: readonly string[], word: string): string[] {
  return said.filter((text) => text.startsWith(word))
    .map((text) => text.slice(word.length));
}

/** Lines that were said in the last session, and those before it resumed. */
function linesToExpect(said: readonly string[]): string[] {
  const resumed = said.findLastIndex((text) => text.startsWith("resumed"));
  const before = said.slice(0, Math.max(0, resumed))
    .findLastIndex((text) => text.startsWith("checkpoint"));
  return resumed < 0
    ? after(said, "line ")
    : after([...said.slice(0, before + 1), ...said.slice(resumed)], "line ");
}
