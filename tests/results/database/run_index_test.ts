import { assert, assertEquals } from "@std/assert";
import { compare } from "../../../results/compare/compare.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { readIndex } from "../../../results/database/run_index.ts";
import { describeRuns } from "../../../results/inspect/runs.ts";
import { render } from "../../../results/tables/render.ts";
import {
  readIndexFile,
  writeIndexFile,
} from "../../../results/database/_index_file.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeManyRuns, settle } from "../../../testing/many_runs.ts";
import fc from "../../../testing/properties.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

const N_RUNS = 40;

const LOSS = [{ name: "loss" }, { mean: 1, error: 0.1, n: 9 }] as const;

/** All that readers see of the runs of a directory, and what they do not. */
async function show(database: RunDatabase): Promise<string> {
  return JSON.stringify([
    await render(await compare(database), "json"),
    await render(await compare(database), "table"),
    describeRuns([...database]),
    Array.from(database, ({ info, records }) => [info, [...records]]),
    database.problems,
  ]);
}

/** Reads the runs with the index that is there, which must show what files say. */
async function assertSame(folder: string): Promise<void> {
  const [plain, indexed] = [
    await showFiles(folder),
    await show(RunDatabase.withIndex(folder)),
  ];
  assertEquals(indexed, plain);
}

/** What the files say alone: as if there were no index. */
async function showFiles(folder: string): Promise<string> {
  const index = `${folder}/.index`, aside = `${folder}/.aside`;
  const isThere = readIndexFile(folder) !== undefined;
  if (isThere) Deno.renameSync(index, aside);
  try {
    return await show(new RunDatabase(folder));
  } finally {
    if (isThere) Deno.renameSync(aside, index);
  }
}

/** Makes runs with an index; they are as old as runs of last week. */
function makeIndexed(): ReturnType<typeof tempFolder> {
  const folder = tempFolder();
  makeManyRuns(folder.path, N_RUNS);
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids.length, N_RUNS);
  return folder;
}

const listIds = (folder: string) =>
  Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => !name.startsWith(".")).sort();

Deno.test("an index shows the same as the files of the runs", async () => {
  using folder = makeIndexed();
  const id = listIds(folder.path)[5]!;
  await assertSame(folder.path);
  // That it was read, and no files: what is written in place is not noticed.
  Deno.writeTextFileSync(`${folder.path}/${id}/config.json`, "{");
  assertEquals(new RunDatabase(folder.path).problems, []);
  Deno.removeSync(`${folder.path}/.index`, { recursive: true });
  assertEquals(new RunDatabase(folder.path).problems.length, 1);
});

Deno.test("an index keeps all that runs can hold", async () => {
  using folder = tempFolder();
  for (let i = 0; i < N_RUNS; i++) {
    const path = makeRun(folder.path, {
      id: `run${i}`,
      config: {
        seed: i,
        text: ["", '[1,"a"]', "ä\u0000\ud83d", "__proto__"][i % 4],
        list: [i % 3, [null, { a: i % 2 }]],
        ...(i % 5 === 0 ? { rare: null } : {}),
        mixed: [1, "1", true, null][i % 4],
      },
      info: {
        status: (["completed", "failed", "interrupted"] as const)[i % 3]!,
        tags: i % 2 ? ["x", "y"] : [],
        note: `note ${i}`,
        before: { rare: 1, list: [] },
        metrics: { loss: { better: "lower" }, [`m${i % 3}`]: { unit: "s" } },
        ...(i % 3 === 1 ? { error: { name: "Error", message: "no" } } : {}),
      },
      records: i === 7 ? [] : [
        [{ name: "loss", at: i % 2 }, { mean: NaN, error: NaN, n: i }],
        [{ name: "loss", at: 2 }, { mean: -Infinity, error: 0, n: 1, df: 2.5 }],
      ],
    });
    settle(path);
  }
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids.length, N_RUNS);
  await assertSame(folder.path);
});

Deno.test("a damaged index changes nothing", async () => {
  using folder = makeIndexed();
  const file = `${folder.path}/.index/runs`;
  const whole = Deno.readFileSync(file);
  const expected = await show(new RunDatabase(folder.path));
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })),
        { minLength: 1, maxLength: 4 },
      ),
      fc.option(fc.nat(whole.length), { nil: whole.length }),
      async (flips, length) => {
        const bytes = whole.slice();
        for (const [place, flip] of flips) bytes[place]! ^= flip;
        Deno.writeFileSync(file, bytes.subarray(0, length));
        assertEquals(await show(new RunDatabase(folder.path)), expected);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("an index with other content than Whisker's is not used", () => {
  using folder = makeIndexed();
  const whole = readIndexFile(folder.path)!;
  const json = whole.json as Record<string, unknown>;
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  const shape = { keys: ["seed"], values: [[1]] };
  const others: Record<string, unknown>[] = [
    { version: "0.0.1" },
    { ids: 7 },
    { ids: "../../etc" },
    { ids: `${json.ids}\n..` },
    { ids: "\n".repeat(2e6) },
    { configs: null },
    { configs: [shape] },
    { configs: [{ keys: ["__proto__"], values: [[1]] }] },
    { configs: [{ keys: ["seed"], values: [[]] }] },
    { configs: [{ keys: ["seed"], values: [[deep]] }] },
    { infos: [{ keys: ["startedAt"], values: [[7]] }] },
    { infos: [{ keys: ["toString"], values: [["x"]] }] },
    { metadata: [{}] },
    { lists: [[[99]]] },
    { lists: [[[0, 7]]] },
  ];
  for (const changes of others) {
    writeIndexFile(folder.path, { ...whole, json: { ...json, ...changes } });
    assertEquals(readIndex(folder.path), undefined, Object.keys(changes)[0]);
  }
  const codes = whole.codes.map(() => 1e9),
    numbers = whole.numbers.map(() => -1);
  for (
    const changes of [{ codes }, { numbers }, { codes: new Uint32Array() }]
  ) {
    writeIndexFile(folder.path, { ...whole, ...changes });
    assertEquals(readIndex(folder.path), undefined);
  }
  writeIndexFile(folder.path, whole);
  assert(readIndex(folder.path));
});

Deno.test("an index is neither read nor written through a link", () => {
  using folder = makeIndexed();
  using other = tempFolder();
  const index = `${folder.path}/.index`, elsewhere = `${other.path}/elsewhere`;
  Deno.renameSync(index, elsewhere);
  Deno.symlinkSync(elsewhere, index);
  assertEquals(readIndex(folder.path), undefined);
  Deno.removeSync(`${elsewhere}/runs`);
  RunDatabase.withIndex(folder.path);
  assertEquals([...Deno.readDirSync(elsewhere)], []);
  Deno.removeSync(index);
  Deno.mkdirSync(index);
  Deno.symlinkSync(`${other.path}/target`, `${index}/runs`);
  RunDatabase.withIndex(folder.path);
  assertEquals(listIds(other.path), ["elsewhere"]);
  assert(Deno.lstatSync(`${index}/runs`).isFile);
});

Deno.test("an index notices what can change in a run that has ended", async () => {
  using folder = makeIndexed();
  using other = tempFolder();
  const at = (place: number) => `${folder.path}/${listIds(folder.path)[place]}`;
  const changes: [what: string, change: () => void][] = [
    ["an evaluation", () =>
      Deno.writeTextFileSync(
        `${at(1)}/results/eval-1.json`,
        JSON.stringify({ schemaVersion: 1, records: [] }).replace(
          "[]",
          JSON.stringify([{ metadata: LOSS[0], result: LOSS[1] }]),
        ),
      )],
    ["a note in place", () => {
      const text = Deno.readTextFileSync(`${at(2)}/run.json`);
      const edited = text.replace('"note": ""', '"note": "good"');
      Deno.writeTextFileSync(`${at(2)}/run.json`, edited);
    }],
    ["a removal", () => Deno.removeSync(at(3), { recursive: true })],
    ["another run of the name", () => {
      const id = listIds(folder.path)[4]!;
      Deno.removeSync(at(4), { recursive: true });
      settle(makeRun(folder.path, { id, records: [LOSS] }));
    }],
    ["a link in its place", () => {
      const path = at(5);
      Deno.renameSync(path, `${other.path}/moved`);
      Deno.symlinkSync(`${other.path}/moved`, path);
    }],
    ["a new run", () => makeManyRuns(folder.path, 1, { first: N_RUNS })],
    ["runs that are running", () => {
      makeRun(folder.path, { id: "zz", info: { status: "running" } });
    }],
  ];
  for (const [what, change] of changes) {
    const before = await showFiles(folder.path);
    change();
    assert(await showFiles(folder.path) !== before, what);
    await assertSame(folder.path);
  }
});

Deno.test("what is seconds old may change again, and gets into no index", () => {
  using folder = tempFolder();
  makeManyRuns(folder.path, N_RUNS);
  const [young, ...old] = listIds(folder.path);
  Deno.utimeSync(`${folder.path}/${young}/results`, new Date(), new Date());
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids, old);
});

Deno.test("an index gets what it lacks once that is worth it", () => {
  using folder = makeIndexed();
  makeManyRuns(folder.path, 5, { first: N_RUNS });
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids.length, N_RUNS);
  makeManyRuns(folder.path, 20, { first: N_RUNS });
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids, listIds(folder.path));
  for (const id of listIds(folder.path).slice(0, 30)) {
    Deno.removeSync(`${folder.path}/${id}`, { recursive: true });
  }
  RunDatabase.withIndex(folder.path);
  assertEquals(readIndex(folder.path)?.ids, listIds(folder.path));
});

Deno.test("no index is written of few runs, nor unless it is to be kept", () => {
  using folder = tempFolder();
  makeManyRuns(folder.path, 10);
  RunDatabase.withIndex(folder.path);
  makeManyRuns(folder.path, N_RUNS, { first: 10 });
  assertEquals(new RunDatabase(folder.path).size, N_RUNS + 10);
  assertEquals(readIndexFile(folder.path), undefined);
});

Deno.test("readIndex() reads none from a folder, a pipe's place or a huge file", () => {
  using folder = makeIndexed();
  const file = `${folder.path}/.index/runs`;
  Deno.truncateSync(file, 2 ** 40);
  assertEquals(readIndex(folder.path), undefined);
  Deno.removeSync(file);
  Deno.mkdirSync(file);
  assertEquals(readIndex(folder.path), undefined);
  // What cannot be written does not matter.
  assertEquals(RunDatabase.withIndex(folder.path).size, N_RUNS);
});
