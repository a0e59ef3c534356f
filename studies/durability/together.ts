/**
 * Proof by doing things at once: starts, evaluations, deletions.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readEvaluations } from "../../core/store/evaluations.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { ROOT, runScript, scriptCommand } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

const LEAST_SQUARES = "--experiment=examples/least_squares.ts";

/**
 * Lets processes start a run in the same instant.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param nProcesses How many.
 * @throws {AssertionError} If not each has a completed run of its own.
 */
export async function startTogether(
  runs: string,
  nProcesses: number,
): Promise<void> {
  const ends = await Promise.all(
    Array.from({ length: nProcesses }, (_, seed) =>
      runScript("train", [
        ...[LEAST_SQUARES, `--seed=${seed}`, "--json"],
        `--runs=${runs}`,
      ])),
  );
  for (const { code, stderr } of ends) assertEquals(code, 0, stderr);
  const ids = ends.map(({ stdout }) => JSON.parse(stdout).runId);
  const database = new RunDatabase(`${ROOT}/${runs}`);
  assertEquals(database.problems, []);
  assertEquals([...database].map(({ id }) => id).sort(), ids.sort());
  const seeds = [...database].map(({ config }) => Number(config.seed));
  assertEquals(
    seeds.sort((a, b) => a - b),
    Array.from({ length: nProcesses }, (_, seed) => seed),
  );
  for (const { status } of database) assertEquals(status, "completed");
}

/**
 * Evaluates one run several times at once, some of them in the same way.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param nRounds How often.
 * @throws {AssertionError} If a record is missing or not as it is alone.
 */
export async function evaluateTogether(
  runs: string,
  nRounds: number,
): Promise<void> {
  const at = (folder: string) => `--runs=${runs}/${folder}`;
  const small = ["--n-train=50", "--n-epochs=1", "--quiet"];
  const settings = [3, 3, 5, 7].map((nSteps) => [
    ...[`--n-steps=${nSteps}`, "--n-samples=20", "--n-repeats=2"],
    "--quiet",
  ]);
  const records = (folder: string) => {
    const database = new RunDatabase(`${ROOT}/${runs}/${folder}`);
    assertEquals(database.problems, []);
    const [run] = database;
    return [...run!.records]
      .filter(({ metadata }) => !metadata.name.startsWith("time/"))
      .map((record) => JSON.stringify(record)).sort();
  };
  const evaluate = async (folder: string, args: readonly string[]) => {
    const { code, stderr } = await runScript("eval", [at(folder), ...args]);
    assertEquals(code, 0, stderr);
  };
  await runScript("train", [at("alone"), ...small]);
  for (const args of settings) await evaluate("alone", args);
  const nSources = 2; // Of the three measures, at three counts of steps.
  assert(records("alone").length > 3 * 3 * nSources);
  for (let round = 0; round < nRounds; round++) {
    const folder = `together-${round}`;
    await runScript("train", [at(folder), ...small]);
    await Promise.all(settings.map((args) => evaluate(folder, args)));
    assertEquals(records(folder), records("alone"));
    const [run] = listRuns(`${ROOT}/${runs}/${folder}`);
    const infos = readEvaluations(run!.path);
    assertEquals(infos.length, new Set(settings.map(String)).size);
  }
}

/**
 * Deletes runs while `compare` reads them.
 *
 * @param runs A directory for the runs, as a path in the project.
 * @param nRounds How often.
 * @returns How many of the deleted runs were still seen.
 * @throws {AssertionError} If `compare` fails, or a run that is there is not
 * shown as it is.
 */
export async function deleteWhileCompared(
  runs: string,
  nRounds: number,
): Promise<{ deleted: number; seen: number }> {
  const nRuns = 300;
  const tally = { deleted: 0, seen: 0 };
  for (let round = 0; round < nRounds; round++) {
    const folder = `${ROOT}/${runs}/round-${round}`;
    for (let i = 0; i < nRuns; i++) {
      makeRun(folder, {
        id: `r${i}`,
        config: { seed: 1, i },
        records: [[{ name: "loss" }, { mean: i, error: 0.5, n: 4 }]],
      });
    }
    const child = scriptCommand("compare", [
      `--runs=${runs}/round-${round}`,
      "--format=json",
    ]).spawn();
    const output = child.output();
    // From the last one on, as it reads from the first: they meet.
    let isRead = false, deleted = 0;
    output.finally(() => isRead = true);
    for (let i = nRuns - 1; i > nRuns / 2 && !isRead; i--) {
      Deno.removeSync(`${folder}/r${i}`, { recursive: true });
      deleted++;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { code, stdout, stderr } = await output;
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const { rows } = JSON.parse(new TextDecoder().decode(stdout)) as {
      rows: { config: { i: number }; cells: { loss: { mean: number } } }[];
    };
    const shown = new Set(rows.map(({ config }) => config.i));
    for (const { config, cells } of rows) {
      // One that was met half-way has its configuration, or its records too.
      if (cells.loss) assertEquals(cells.loss.mean, config.i);
      else assert(config.i > nRuns / 2);
    }
    for (let i = 0; i <= nRuns / 2; i++) assert(shown.has(i), `r${i}`);
    tally.deleted += deleted;
    tally.seen += [...shown].filter((i) => i >= nRuns - deleted).length;
    Deno.removeSync(folder, { recursive: true });
  }
  return tally;
}
