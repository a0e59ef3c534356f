/**
 * The samples that an evaluation kept of a run.
 *
 * @module
 */

import { basename } from "@std/path";
import * as v from "valibot";
import { unknownKey } from "../../core/config/schema.ts";
import {
  listJsonFiles,
  type Problem,
  readRunFile,
} from "../../core/store/run_file.ts";

/** Points, row after row. */
export type Rows = readonly (readonly number[])[];

/** Samples of a run as its evaluation kept them, in the units of the data. */
export interface Samples {
  /** How they were drawn. */
  readonly setting: Readonly<Record<string, string | number | boolean>>;
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The samples. */
  readonly samples: Rows;
  /** Points of the data; none if there were none to keep. */
  readonly data: Rows;
  /** In one dimension, pairs of place and true density, if that is known. */
  readonly density: Rows;
  /** The samples during the reverse process, at falling shares of noise. */
  readonly frames: readonly { readonly noise: number; readonly rows: Rows }[];
}

/** The folder of a run in which its samples are kept. */
export const SAMPLES_FOLDER = "samples";

const rowSchema = v.pipe(
  v.array(v.union([
    v.number(),
    // What diverged is a string in JSON; no figure shows it.
    v.pipe(v.picklist(["NaN", "Infinity", "-Infinity"]), v.transform(Number)),
  ])),
  v.minLength(1),
);
const rowsSchema: v.GenericSchema<unknown, Rows> = v.array(rowSchema);

const samplesSchema: v.GenericSchema<unknown, Samples> = v.object({
  setting: v.optional(
    v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
    {},
  ),
  columns: v.pipe(v.array(v.string()), v.minLength(1)),
  samples: v.pipe(rowsSchema, v.minLength(1)),
  data: v.optional(rowsSchema, []),
  density: v.optional(rowsSchema, []),
  frames: v.optional(
    v.array(v.object({ noise: v.number(), rows: rowsSchema })),
    [],
  ),
});

/** Samples, and what else there is. */
export interface FoundSamples {
  /** The samples. */
  readonly samples: Samples;
  /** The names of other settings that the run has samples of. */
  readonly others: readonly string[];
}

/**
 * Reads the samples of a run: those of the setting that is named, or the ones
 * that were drawn last.
 *
 * @param runPath The run's directory.
 * @param setting The setting, as its file is named; empty for the last.
 * @returns The samples, and the names of the other settings.
 * @throws {RangeError} If the run has no samples, or none of that setting.
 * @throws {TypeError} If the file has no such fields.
 */
export function readSamples(runPath: string, setting = ""): FoundSamples {
  const names = listSettings(runPath);
  const name = setting || names.at(-1);
  if (name === undefined) {
    throw new RangeError(
      `Cannot draw samples of ${runPath}: it has none. deno task eval draws ` +
        "them",
    );
  }
  if (!names.includes(name)) {
    throw new RangeError(unknownKey(name, names, { kind: "setting" }));
  }
  const file = `${SAMPLES_FOLDER}/${name}.json`;
  const content = v.safeParse(samplesSchema, readRunFile(runPath, file));
  if (!content.success) {
    const [{ path, message }] = content.issues;
    const field = path?.map(({ key }) => key).join(".");
    throw new TypeError(`Cannot draw ${runPath}/${file}: ${field}: ${message}`);
  }
  return {
    samples: content.output,
    others: names.filter((other) => other !== name),
  };
}

/** The names of all settings, by when their samples were drawn. */
function listSettings(runPath: string): string[] {
  const problems: Problem[] = [];
  const files = listJsonFiles(runPath, SAMPLES_FOLDER, problems);
  const [problem] = problems;
  if (problem) throw new RangeError(problem.reason);
  return files
    .map((file) => ({ file, time: Deno.lstatSync(`${runPath}/${file}`).mtime }))
    .sort((a, b) => Number(a.time) - Number(b.time))
    .map(({ file }) => basename(file, ".json"));
}
