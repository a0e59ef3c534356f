/**
 * A run as the dashboard shows it: all that is known of it, its figures and
 * source, and how it differs from another.
 *
 * @module
 */

import { ifExists } from "../../../core/store/if_exists.ts";
import type { Problem } from "../../../core/store/run_file.ts";
import { readConfigFile } from "../../../core/store/run_file.ts";
import { readRunInfo } from "../../../core/store/run_info.ts";
import { readSource, type Source } from "../../../core/store/source.ts";
import { quote } from "../../../core/utils/quote.ts";
import { unknownKey } from "../../../core/config/schema.ts";
import type { StoredRun } from "../../database/run_database.ts";
import { embedFont } from "../../figures/font.ts";
import { readSamples, SAMPLES_FOLDER } from "../../figures/samples.ts";
import { drawReverse, drawSamples } from "../../figures/samples_figure.ts";
import { PAGE } from "../../figures/style.ts";
import { renderSvg } from "../../figures/svg.ts";
import { type ComparedRun, countLines, diffRuns } from "../../inspect/diff.ts";
import { describeSections, readRun } from "../../inspect/show.ts";
import type { DiffPage, RunPage, RunRow } from "./protocol.ts";

/** How much of the end of a log is shown, in bytes. */
const LOG_BYTES = 20_000;

/**
 * Makes the page of a run.
 *
 * @param run The run.
 * @param row The run as the list shows it.
 * @returns The page.
 */
export async function makeRunPage(
  { path }: StoredRun,
  row: RunRow,
): Promise<RunPage> {
  const description = readRun(path);
  const { info, config, records, checkpoint, problems } = description;
  const found: Problem[] = [...problems];
  let source: Source | null = null;
  try {
    source = info.source && await readSource(row.directory, info.source);
  } catch (error) {
    const reason = (error as Error).message;
    found.push({ run: row.id, file: path, reason });
  }
  return {
    run: row,
    config,
    sections: describeSections(description)
      .filter(({ lines }) => lines.length > 0),
    records: Array.from(records, ({ metadata, result }) => ({
      name: String(metadata),
      text: String(result),
      n: result.n,
    })),
    figures: listFigures(path, row.id, found),
    source: source ? [...source.files.keys()].sort() : [],
    log: readEnd(`${path}/log.txt`),
    commands: listCommands(row, checkpoint !== null),
    problems: found.map(({ run, reason }) => ({ run, reason })),
  };
}

/** The kinds of figures that a run can have. */
const FIGURES = { samples: drawSamples, reverse: drawReverse } as const;

function listFigures(
  path: string,
  run: string,
  problems: Problem[],
): string[] {
  if (!ifExists(() => Deno.lstatSync(`${path}/${SAMPLES_FOLDER}`))) return [];
  try {
    const { samples } = readSamples(path);
    return samples.frames.length > 0 ? ["samples", "reverse"] : ["samples"];
  } catch (error) {
    // Without samples, nothing is wrong.
    if (!(error instanceof RangeError)) {
      const reason = (error as Error).message;
      problems.push({ run, file: `${path}/${SAMPLES_FOLDER}`, reason });
    }
    return [];
  }
}

/**
 * Draws a figure of a run.
 *
 * @param run The run.
 * @param kind One of {@linkcode RunPage.figures}.
 * @returns The SVG.
 * @throws {RangeError} If there is no such figure.
 */
export async function drawRunFigure(
  { path }: StoredRun,
  kind: string,
): Promise<string> {
  if (kind !== "samples" && kind !== "reverse") {
    const kinds = Object.keys(FIGURES);
    throw new RangeError(unknownKey(kind, kinds, { kind: "figure" }));
  }
  const { samples } = readSamples(path);
  const { spec } = FIGURES[kind](samples, { ink: PAGE });
  // It is shown as a picture, which has no fonts of the page.
  return await embedFont(await renderSvg(spec));
}

/**
 * Reads a file of a run's source.
 *
 * @param run The run.
 * @param directory The directory of runs that it lies in.
 * @param file The file's path in the source.
 * @returns The text.
 * @throws {RangeError} If the source has no such file.
 */
export async function readSourceText(
  { path }: StoredRun,
  directory: string,
  file: string,
): Promise<string> {
  const { source } = readRunInfo(path);
  const files = source ? (await readSource(directory, source)).files : null;
  const content = files?.get(file);
  if (content) return new TextDecoder().decode(content);
  throw new RangeError(
    unknownKey(file, [...files?.keys() ?? []], { kind: "file in its source" }),
  );
}

/**
 * Makes the page of the differences between two runs.
 *
 * @param pair The runs, each with the directory that it lies in.
 * @returns The page.
 */
export async function makeDiffPage(
  pair: readonly (readonly [run: StoredRun, directory: string])[],
): Promise<DiffPage> {
  const [a, b] = await Promise.all(pair.map(readComparedRun));
  const { configuration, environment, code, unknownCode } = diffRuns(a!, b!);
  const unknown = unknownCode.map((run) => [run, "unknown source"] as const);
  const lines = [...unknown, ...countLines(code)].map(([name, second]) => ({
    ...{ name, first: "", second },
  }));
  return {
    sections: [
      { title: "Configuration", lines: configuration },
      { title: "Environment", lines: environment },
      { title: "Code", lines },
    ],
  };
}

async function readComparedRun(
  [{ path }, directory]: readonly [StoredRun, string],
): Promise<ComparedRun> {
  const info = readRunInfo(path), config = readConfigFile(path);
  try {
    const source = info.source && await readSource(directory, info.source);
    return { info, config, source };
  } catch {
    return { info, config, source: null };
  }
}

/** Reads the end of a text file; empty if there is none. */
function readEnd(path: string): string {
  const info = ifExists(() => Deno.lstatSync(path));
  if (!info?.isFile) return "";
  using file = Deno.openSync(path);
  file.seekSync(Math.max(0, info.size - LOG_BYTES), Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.min(info.size, LOG_BYTES));
  const n = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, n));
}

function listCommands(
  { id, directory, status }: RunRow,
  hasCheckpoint: boolean,
): RunPage["commands"] {
  const runs = directory === "runs" ? "" : ` --runs ${quote(directory)}`;
  const isOver = status !== "running" && status !== "completed";
  return [
    ...(isOver && hasCheckpoint
      ? [{ title: "Resume", command: `deno task train --resume ${id}${runs}` }]
      : []),
    ...(status === "completed"
      ? [
        { title: "Evaluate", command: `deno task eval ${id}${runs}` },
        { title: "Reproduce", command: `deno task reproduce ${id}${runs}` },
      ]
      : []),
    { title: "Show", command: `deno task show ${id}${runs}` },
  ];
}
