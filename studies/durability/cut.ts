/**
 * Proof by cutting: every file of a run, cut at every byte as a copy that broke
 * off leaves it, is reported by what reads it, and hides no other run.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import { evalConfigSchema } from "../../core/diffusion/eval_config.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import {
  collectSource,
  keepSource,
  readSource,
} from "../../core/store/source.ts";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
  writeCheckpoint,
} from "../../core/store/checkpoint.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { readHistory } from "../../testing/history.ts";
import { type Problem, readRunFile } from "../../core/store/run_file.ts";
import { readEvaluations } from "../../core/store/evaluations.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { readSamples } from "../../results/figures/samples.ts";
import { readWeights } from "../../testing/models.ts";

/** What was cut. */
export interface CutTally {
  /** How many files. */
  files: number;
  /** In how many places in all. */
  cuts: number;
}

/**
 * Makes two runs, cuts each file of one, and reads both each time.
 *
 * @param folder An empty folder.
 * @param stride Cuts at every so manieth byte, and at both ends.
 * @returns What was cut.
 * @throws {AssertionError} If a cut is not reported, or the other run is not
 * as it was.
 */
export async function cutFiles(
  folder: string,
  stride: number,
): Promise<CutTally> {
  const runs = `${folder}/runs`;
  const good = await makeRun(runs);
  const cut = await makeRun(runs);
  const all = [...new RunDatabase(runs)];
  assertEquals(all.length, 2);
  const expected = all.find(({ path }) => path === good);
  const tally: CutTally = { files: 0, cuts: 0 };
  for (const path of [...filesOf(cut), ...filesOf(`${runs}/.sources`)]) {
    const whole = Deno.readFileSync(path);
    const read = readerOf(path, cut, runs);
    const intact = JSON.stringify(await read([]));
    for (const length of lengths(whole.length, stride)) {
      Deno.writeFileSync(path, whole.subarray(0, length));
      const problems: Problem[] = [];
      const database = new RunDatabase(runs);
      assertEquals([...database].find(({ path }) => path === good), expected);
      let seen: unknown;
      try {
        seen = await read(problems);
      } catch (error) {
        problems.push({
          run: "",
          file: "",
          reason: (error as Error).message,
        });
      }
      problems.push(...database.problems);
      // A file that lacks its last line end alone has lost nothing.
      if (JSON.stringify(seen) !== intact) {
        assert(problems.length > 0, `${path} cut at ${length}: no report`);
        for (const { file, reason } of problems) {
          assertStringIncludes(`${file} ${reason}`, path);
        }
      }
      tally.cuts++;
    }
    Deno.writeFileSync(path, whole);
    tally.files++;
  }
  assertEquals([...new RunDatabase(runs)], all);
  return tally;
}

function lengths(size: number, stride: number): Set<number> {
  const every = Array.from(
    { length: Math.ceil(size / stride) },
    (_, i) => i * stride,
  );
  return new Set([...every, size - 2, size - 1].filter((n) => n >= 0));
}

/** A small diffusion run with all that a run can have. */
async function makeRun(runs: string): Promise<string> {
  const { default: diffusion } = await import(
    "../../core/diffusion/experiment.ts"
  );
  const globals = globalConfigSchema.parse({ runs, engine: "cpu" });
  const entries = [import.meta.resolve("../../core/version.ts")];
  const options = {
    globals,
    print: () => {},
    warn: () => {},
    keepSource: async () =>
      await keepSource(runs, await collectSource(entries)),
  };
  const config = modelConfigSchema.parse({
    ...{ model: "mlp", nTrain: 40, nEpochs: 2, hiddenLayerSizes: [2] },
    embeddingSize: 2,
  });
  const evalConfig = evalConfigSchema.parse({
    ...{ nSteps: [2], nSamples: 4, nRepeats: 2, sources: ["model"] },
  });
  const { runPath, error } = await trainRun(diffusion, { ...options, config });
  assertEquals(error, undefined);
  await evaluateRun(diffusion, { ...options, runPath, evalConfig });
  // Of its own it has none any more.
  const weights = Float32Array.from({ length: 9 }, Math.sqrt);
  await writeCheckpoint(runPath, { historyLength: 60, parts: { weights } });
  return runPath;
}

/** All files of a folder, those of its folders too. */
function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesOf(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

/** What reads a file; it throws, or says what it could not read. */
function readerOf(
  path: string,
  runPath: string,
  runs: string,
): (problems: Problem[]) => unknown {
  if (path.includes("/.sources/")) {
    return () => readSource(runs, readRunInfo(runPath).source!);
  }
  const name = path.slice(runPath.length + 1);
  const [folder] = name.split("/");
  switch (folder) {
    case CHECKPOINT_FILE:
      return () => readCheckpoint(runPath);
    case HISTORY_FILE: {
      const { lines: all } = readHistory(runPath);
      return (problems) => {
        const { lines, torn } = readHistory(runPath);
        // What is left are the first lines as they were; a cut at the end of a
        // line cannot be seen, any other is said.
        assertEquals(lines, all.slice(0, lines.length));
        const text = Deno.readTextFileSync(path);
        assertEquals(torn, text !== "" && !text.endsWith("\n"));
        const what = { run: "", file: path, reason: "shorter" };
        if (lines.length < all.length) problems.push(what);
        return lines;
      };
    }
    case "results":
      return (problems) => [
        readEvaluations(runPath, problems),
        ...new RunDatabase(runs),
      ];
    case "samples":
      return () => readSamples(runPath);
    case "model":
      return name.endsWith(".json")
        ? () => readRunFile(runPath, name)
        : () => readWeights(runPath, WEIGHTS[name]);
    default:
      // The database itself, which is asked anyway, says what is wrong.
      return () => [...new RunDatabase(runs)];
  }
}

const WEIGHTS: Readonly<Record<string, "last" | "best">> = {
  "model/last.bin": "last",
  "model/best.bin": "best",
};
