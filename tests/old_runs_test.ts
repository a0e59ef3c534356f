import { assert, assertEquals, assertMatch } from "@std/assert";
import diffusion from "../core/diffusion/experiment.ts";
import { modelConfigSchema } from "../core/diffusion/model_config.ts";
import { evaluateRun } from "../core/run/evaluation.ts";
import { trainRun } from "../core/run/lifecycle.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { compare } from "../results/compare/compare.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { render } from "../results/tables/render.ts";
import {
  runScript,
  skipUnlessGranted,
  tempFolder,
  tempRuns,
} from "../testing/helpers.ts";
import { makeRun } from "../testing/runs.ts";
import { copyFolder, FIXTURES } from "./untrusted_runs/_readers.ts";

skipUnlessGranted("scripts");

/** What the code left behind in the end of each issue. */
const OLD = ["runs-1", "runs-2", "runs-3"];

const SILENT = { print: () => {}, warn: () => {} };

/** Copies old runs into one directory. */
function copyOld(runs: string, names: readonly string[] = OLD): void {
  for (const name of names) copyFolder(`${FIXTURES}/${name}`, runs);
}

/** Trains as the old runs were trained, by what the code is now. */
async function trainNew(runs: string, config: object): Promise<string> {
  const { runId, error } = await trainRun(diffusion, {
    ...SILENT,
    config: modelConfigSchema.parse({ nTrain: 50, nEpochs: 2, ...config }),
    globals: globalConfigSchema.parse({ runs, engine: "cpu" }),
  });
  assertEquals(error, undefined);
  return runId;
}

Deno.test(
  "old runs are replicates of a new one with the values from before its keys",
  async () => {
    using folder = tempFolder();
    copyOld(folder.path);
    await trainNew(folder.path, { seed: 7, freshData: false });
    await trainNew(folder.path, { seed: 7, freshData: true });
    const database = new RunDatabase(folder.path);
    assertEquals(database.problems, []);
    const { rows, keys, replicates } = await compare(database, {
      metric: ["loss/train"],
    });
    const seeds = replicates.map(({ example, runs }) => ({
      model: example.config.model,
      freshData: example.config.freshData,
      seeds: [...runs.keys()],
    }));
    assertEquals(seeds, [
      {
        model: "identity",
        freshData: false,
        seeds: ["seed=1", "seed=2", "seed=3", "seed=4", "seed=7"],
      },
      { model: "identity", freshData: true, seeds: ["seed=5", "seed=7"] },
      { model: "mlp", freshData: false, seeds: ["seed=6"] },
    ]);
    assertEquals(rows.map(({ total }) => total), [5, 2, 1]);
    assert(keys.includes("freshData") && keys.includes("model"));
    assert(!keys.includes("gradientClip"), keys.join());
  },
);

Deno.test(
  "if no run says what was in effect before a key, old runs show –",
  async () => {
    using folder = tempFolder();
    copyOld(folder.path, ["runs-2", "runs-3"]);
    const comparison = await compare(new RunDatabase(folder.path), {
      metric: ["loss/train"],
      where: ["model=identity"],
      rows: ["freshData"],
    });
    assertEquals(
      comparison.rows.map(({ config }) => config.freshData).sort(),
      [false, true, undefined],
    );
    const text = await render(comparison, "table");
    assertMatch(text, /^2026\S+ +– +0\.47/m);
  },
);

Deno.test("runs that disagree on what a key was before say nothing about it", () => {
  using folder = tempFolder();
  const add = (id: string, config: object, before?: object) =>
    makeRun(folder.path, {
      id,
      config: { seed: 1, ...config },
      ...(before ? { info: { before: { ...before } } } : {}),
    });
  const valuesOf = () =>
    Object.fromEntries(
      Array.from(
        new RunDatabase(folder.path),
        ({ id, config }) => [id, config.depth],
      ),
    );
  add("old", {});
  assertEquals(valuesOf(), { old: undefined });
  add("new", { depth: 3 }, { depth: 2 });
  // What is none of its own keys, a run knows nothing of.
  add("other", { width: 1 }, { depth: 9, "__proto__": 1 });
  assertEquals(valuesOf(), { old: 2, new: 3, other: 2 });
  makeRun(folder.path, {
    id: "foreign",
    config: { depth: 5 },
    info: { experiment: "another", before: { depth: 8 } },
  });
  assertEquals(valuesOf(), { old: 2, new: 3, other: 2, foreign: 5 });
  add("newest", { depth: 4 }, { depth: 1 });
  assertEquals(valuesOf().old, undefined);
  const [problem, ...more] = new RunDatabase(folder.path).problems;
  assertEquals(more, []);
  assertMatch(problem!.reason, /^Cannot tell what depth was before/);
  assertMatch(problem!.file, /run\.json$/);
});

Deno.test("eval measures old runs with the models they saved", async () => {
  using folder = tempFolder();
  copyOld(folder.path);
  for (const { name: id } of Deno.readDirSync(folder.path)) {
    const { status, error, records } = await evaluateRun(diffusion, {
      ...SILENT,
      runPath: `${folder.path}/${id}`,
      globals: globalConfigSchema.parse({ runs: folder.path, engine: "cpu" }),
      evalConfig: diffusion.evalConfigSchema.parse({
        nSamples: 20,
        nRepeats: 2,
        nSteps: [3],
        sources: ["model"],
      }),
    });
    assertEquals([status, error], ["completed", undefined], id);
    assert(records.size > 3);
  }
  assertEquals(new RunDatabase(folder.path).problems, []);
});

Deno.test(
  "train --config takes the configuration of an old run as it was in effect",
  async () => {
    using runs = tempRuns();
    for (const name of OLD.slice(0, 2)) {
      const [{ name: id }] = [...Deno.readDirSync(`${FIXTURES}/${name}`)] as [
        Deno.DirEntry,
      ];
      const { code, stdout, stderr } = await runScript("train", [
        "--config",
        `tests/fixtures/${name}/${id}/config.json`,
        ...["--runs", runs.path, "--json", "--quiet", "--engine", "cpu"],
      ]);
      assertEquals([code, stderr], [0, ""]);
      const { config, records } = JSON.parse(stdout);
      assertEquals([config.freshData, config.nTrain], [false, 50]);
      const old = JSON.parse(
        Deno.readTextFileSync(`${FIXTURES}/${name}/${id}/results/train.json`),
      );
      // The same numbers as then: nothing else has changed in the meantime.
      assertEquals(records[0], old.records[0]);
    }
  },
);

Deno.test("fixtures say nothing about the machine they were made on", () => {
  const check = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) check(path);
      else {assert(
          !/\/(root|home|tmp|work)\b/.test(Deno.readTextFileSync(path)),
        );}
    }
  };
  check(FIXTURES);
});
