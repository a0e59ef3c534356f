/**
 * The samples that an evaluation kept of a run.
 *
 * @module
 */

import * as v from "valibot";
import { unknownKey } from "../../core/config/schema.ts";
import { checkStaysInside } from "../../core/store/safe_path.ts";
import { readRunFile } from "../../core/store/run_file.ts";

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
  /** Points of the data; none where there were none to keep. */
  readonly data: Rows;
  /** In one dimension, pairs of place and true density, if that is known. */
  readonly density: Rows;
  /** The samples during the reverse process, at falling shares of noise. */
  readonly frames: readonly { readonly noise: number; readonly rows: Rows }[];
}

const FOLDER = "samples";

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
  if (names.length === 0) {
    throw new RangeError(
      `Cannot draw samples of ${runPath} as it has none: deno task eval draws ` +
        "them",
    );
  }
  if (setting !== "" && !names.includes(setting)) {
    throw new RangeError(unknownKey(setting, names, { kind: "setting" }));
  }
  const name = setting || names.at(-1)!;
  const file = `${FOLDER}/${name}.json`;
  const result = v.safeParse(samplesSchema, readRunFile(runPath, file));
  if (!result.success) {
    const [{ path, message }] = result.issues;
    const field = path?.map(({ key }) => key).join(".") ?? "it";
    throw new TypeError(
      `Cannot draw ${runPath}/${file} as ${field} is not what samples have: ` +
        message,
    );
  }
  return {
    samples: result.output,
    others: names.filter((other) => other !== name),
  };
}

/** The names of all settings, by when their samples were drawn. */
function listSettings(runPath: string): string[] {
  const folder = `${runPath}/${FOLDER}`;
  checkStaysInside(folder, runPath);
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const readTime = (name: string) =>
    Deno.lstatSync(`${folder}/${name}`).mtime?.getTime() ?? 0;
  return names.filter((name) => /^\w.*\.json$/.test(name))
    .map((name) => ({ name, time: readTime(name) }))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name.replace(/\.json$/, ""));
}
