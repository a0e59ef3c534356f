/**
 * Every reader of run directories at once, and what must hold whatever they
 * read.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { findRun } from "../../core/store/find_run.ts";
import { readHistory } from "../../testing/history.ts";
import type { Problem } from "../../core/store/run_file.ts";
import { compare } from "../../results/compare/compare.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { formatRuns } from "../../results/inspect/runs.ts";
import { readHistories } from "../../results/figures/histories.ts";
import { drawHistory } from "../../results/figures/history.ts";
import { readSamples } from "../../results/figures/samples.ts";
import { FORMATS, render } from "../../results/tables/render.ts";
import { ROOT } from "../../testing/helpers.ts";

/** Runs that the code of earlier days really made. */
export const FIXTURES = `${ROOT}/tests/fixtures`;

/** Errors of a reader: all that one is documented to throw. */
const DOCUMENTED = [
  SyntaxError,
  TypeError,
  RangeError,
  Deno.errors.NotFound,
  Deno.errors.NotADirectory,
];

/** Copies a folder. */
export function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const paths = [`${from}/${name}`, `${to}/${name}`] as const;
    if (isDirectory) copyFolder(...paths);
    else Deno.copyFileSync(...paths);
  }
}

/** The id of the one run of a fixture that was trained as a perceptron. */
export function mlpFixture(): string {
  const runs = `${FIXTURES}/runs-3`;
  const ids = Array.from(Deno.readDirSync(runs), ({ name }) => name);
  const isMlp = (id: string) =>
    Deno.readTextFileSync(`${runs}/${id}/config.json`).includes('"mlp"');
  return `${runs}/${ids.find(isMlp)!}`;
}

/** Names, kinds, sizes and times of all that lies in a folder. */
export function snapshot(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const { size, mtime } = Deno.lstatSync(path);
    return [
      `${path} ${size} ${mtime?.getTime()}`,
      ...(isDirectory ? snapshot(path) : []),
    ];
  }).sort();
}

// deno-lint-ignore no-control-regex
const STEERS = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Checks that a text steers no terminal and makes no element of a page. */
export function assertHarmless(text: string, isPage = false): void {
  const found = STEERS.exec(text);
  assert(!found, `steers a terminal: ${JSON.stringify(found)}`);
  if (isPage) assert(!/<(script|img|svg onload|b)\b/i.test(text), text);
}

/** What throws nothing but what it says, or fails the test. */
async function tried(read: () => unknown): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    const { message } = error as Error;
    const isDocumented = DOCUMENTED.some((kind) => error instanceof kind);
    // What V8 says of a mistake in code is none of these messages.
    assert(
      isDocumented && /^Cannot |unknown|no such/.test(message),
      `${error}`,
    );
    return undefined;
  }
}

/**
 * Lets every reader read runs, of which those named are good and must be shown
 * whatever the others hold.
 *
 * @returns What could not be read.
 */
export async function readAll(
  runs: string,
  good: readonly string[],
): Promise<readonly Problem[]> {
  const before = snapshot(runs);
  const database = new RunDatabase(runs);
  const all = [...database];
  const shown = all.map(({ id }) => id);
  for (const id of good) assert(shown.includes(id), `${id} is hidden`);
  for (const { run } of database.problems) assert(!good.includes(run), run);
  assertHarmless(formatRuns(all, 0));
  const compared = await compare(database, { isForReaders: true });
  const inRows = [
    ...compared.rows.flatMap(({ runs }) => runs),
    ...compared.superseded,
  ];
  for (const id of good) assert(inRows.includes(id), `${id} is in no row`);
  for (const format of FORMATS) {
    assertHarmless(await render(compared, format), format === "html");
  }
  const problems: Problem[] = [];
  findRun(runs, "latest", { completed: true, problems });
  for (const { id, path } of all) {
    await tried(() => readHistory(path));
    await tried(() => readSamples(path));
    assertEquals(typeof id, "string");
  }
  const histories = readHistories(
    compared.replicates,
    { nuisance: ["seed"] },
    problems,
  );
  await tried(() => drawHistory(histories, { measure: "loss" }));
  for (const { run } of problems) assert(!good.includes(run), run);
  assertEquals(snapshot(runs), before);
  return [...database.problems, ...problems];
}
