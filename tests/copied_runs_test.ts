/**
 * Runs that are copied between machines, in any order and half-way.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { evaluateRun, trainRun } from "../core/run/lifecycle.ts";
import { experiment } from "../core/experiment.ts";
import { collectSource, keepSource } from "../core/store/source.ts";
import { compare } from "../results/compare/compare.ts";
import {
  RunDatabase,
  type StoredRun,
} from "../results/database/run_database.ts";
import { examineRuns } from "../results/inspect/doctor/doctor.ts";
import { listTree } from "../results/inspect/doctor/files.ts";
import { formatRuns } from "../results/inspect/runs.ts";
import { options, result } from "../testing/coin.ts";
import { skipUnlessGranted, tempFolder } from "../testing/helpers.ts";
import fc from "../testing/properties.ts";

skipUnlessGranted("files");

/** Leaves a file of each kind; with seed 2 it is interrupted on its way. */
const traveller = (controller: AbortController) =>
  experiment({
    name: "traveller",
    config: {},
    async train({ seed }, run) {
      const at = { step: 0 };
      run.resumable({ at });
      run.record({ name: "loss" }, result);
      while (at.step < 10) {
        await run.log({ step: ++at.step });
        await run.checkpoint();
        if (seed === 2 && at.step === 5) controller.abort();
      }
      run.writeJson("model/some.json", { weights: [1, 2, 3] });
    },
    evaluate: (_config, _evalConfig, run) => {
      run.record({ name: "score", nSteps: 5 }, result);
    },
  });

async function makeRuns(runs: string): Promise<void> {
  const entry = new URL("../core/version.ts", import.meta.url).href;
  const source = await collectSource([entry]);
  const keep = () => keepSource(runs, source);
  for (const seed of [1, 2, 3]) {
    const controller = new AbortController();
    const { signal } = controller;
    const set = options(runs);
    const globals = { ...set.globals, checkpointEvery: "1step" };
    const config = { seed };
    const asked = { ...set, globals, signal, config, keepSource: keep };
    const moving = traveller(controller);
    const { runPath, status } = await trainRun(moving, asked);
    assertEquals(status, seed === 2 ? "interrupted" : "completed");
    if (status !== "completed") continue;
    await evaluateRun(moving, { ...asked, runPath, evalConfig: { nSteps: 5 } });
  }
}

/** What readers make of a run, but for where it lies. */
const contentOf = ({ path: _, ...run }: StoredRun) => run;

Deno.test(
  "runs that are partly copied, in any order, hide no other runs",
  async () => {
    using from = tempFolder();
    await makeRuns(from.path);
    const all = listTree(from.path).filter(({ info }) => info.isFile);
    const paths = all.map(({ path }) => path);
    assertEquals(
      paths.filter((path) => path.endsWith(".safetensors")).length,
      1,
    );
    const source = new Map(
      Array.from(
        new RunDatabase(from.path),
        (run) => [run.id, contentOf(run)] as const,
      ),
    );
    const idOf = (path: string) => path.split("/")[0]!;
    const order = fc.shuffledSubarray(paths, { minLength: paths.length });
    const property = fc.asyncProperty(
      order,
      fc.boolean(),
      async (order, keepsTimes) => {
        using to = tempFolder();
        const left = new Set(order);
        const check = async (what: string) => {
          const isWhole = (id: string) =>
            left.values().every((path) => idOf(path) !== id);
          const database = new RunDatabase(to.path);
          for (const { run } of database.problems) assert(!isWhole(run), what);
          const shown = new Map(
            Array.from(database, (run) => [run.id, contentOf(run)] as const),
          );
          for (const [id, content] of source) {
            if (isWhole(id)) assertEquals(shown.get(id), content, what);
          }
          formatRuns([...database]);
          const hasCompleted = database.size > 0 &&
            [...database].some(({ status }) => status === "completed");
          if (hasCompleted) await compare(database);
          const { findings } = await examineRuns(to.path);
          for (const { run, reason } of findings) {
            assert(!isWhole(run), `${what}: ${reason}`);
          }
        };
        for (const path of order) {
          const slash = path.lastIndexOf("/") + 1;
          const folder = `${to.path}/${path.slice(0, slash)}`;
          Deno.mkdirSync(folder, { recursive: true });
          const bytes = Deno.readFileSync(`${from.path}/${path}`);
          const half = bytes.subarray(0, bytes.length / 2);
          const put = (name: string, content: Uint8Array) => {
            Deno.writeFileSync(`${folder}${name}`, content);
            if (!keepsTimes) return;
            for (const file of [name, ""]) {
              Deno.utimeSync(`${folder}${file}`, 1e9, 1e9);
            }
          };
          const name = path.slice(slash);
          put(name, half);
          await check(`half of ${path}`);
          Deno.removeSync(`${folder}${name}`);
          put(`.${name}.Xa3bQz`, half);
          await check(`${path} by rsync`);
          Deno.removeSync(`${folder}.${name}.Xa3bQz`);
          put(name, bytes);
          left.delete(path);
          await check(`${path} and all before it`);
        }
        const [there, here] = [from.path, to.path].map((path) =>
          new RunDatabase(path)
        );
        assertEquals(
          Array.from(here!, contentOf),
          Array.from(there!, contentOf),
        );
        const { findings } = await examineRuns(to.path);
        assertEquals(findings, (await examineRuns(from.path)).findings);
        assertEquals(findings, []);
      },
    );
    await fc.assert(property, { numRuns: 6 });
  },
);
