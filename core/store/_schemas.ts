import * as v from "valibot";
import { isJsonObject, type JsonObject, preview } from "../utils/json.ts";

const STATUSES = ["running", "completed", "failed", "interrupted"] as const;

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export const isDate = (value: unknown) =>
  typeof value === "string" && ISO_DATE.test(value) &&
  !Number.isNaN(Date.parse(value));

const object = v.custom<JsonObject>(isJsonObject);

/** The entries of a JSON object that pass a test. */
export function pick<T>(is: (value: unknown, key: string) => value is T) {
  return v.pipe(
    object,
    v.transform((object) =>
      Object.fromEntries(
        Object.entries(object).filter((entry): entry is [string, T] =>
          is(entry[1], entry[0])
        ),
      )
    ),
  );
}

/** A field that is null where it is not of its type. */
function orNull<T>(schema: v.GenericSchema<unknown, T>) {
  return v.fallback(v.nullable(schema), null);
}

/** A field that must exist; its schema says of what type. */
export function required<T>(schema: v.GenericSchema<unknown, T>) {
  return v.optional(schema, null);
}

/** A field that is left out where it is not of its type. */
export function ifValid<T>(schema: v.GenericSchema<unknown, T>) {
  return v.optional(v.pipe(
    v.unknown(),
    v.transform((value): T | undefined => {
      const { success, output } = v.safeParse(schema, value);
      return success ? output : undefined;
    }),
  ));
}

export const isText = (value: unknown) => typeof value === "string";
export const isNumber = (value: unknown) => typeof value === "number";

// These are shown and compared, and nothing else depends on them: a field of
// another type counts as empty.
export const text = v.fallback(v.string(), "");
const number = v.fallback(v.number(), 0);
export const textOrNull = orNull(v.pipe(v.string(), v.nonEmpty()));
export const texts = v.fallback(
  v.pipe(
    v.array(v.unknown()),
    v.transform((items) => items.filter(isText)),
  ),
  [],
);
export const ifObject = ifValid(object);

export const environmentEntries = {
  versions: v.fallback(v.pipe(object, v.record(v.string(), textOrNull)), {}),
  engine: textOrNull,
  numerics: orNull(v.pipe(
    object,
    v.object({
      fma: v.fallback(v.boolean(), false),
      accumulation: v.fallback(v.picklist(["float32", "float64"]), "float32"),
    }),
  )),
  data: ifValid(v.pipe(v.string(), v.nonEmpty())),
  host: v.fallback(v.object({ os: text, arch: text, cpus: number }), {
    ...{ os: "", arch: "", cpus: 0 },
  }),
  pid: number,
  source: orNull(v.pipe(
    object,
    v.object({ sha256: text, files: number, lock: textOrNull }),
  )),
  commit: textOrNull,
  permissions: orNull(pick(isText)),
};

/** What `run.json` and the file of an evaluation have in common. */
export const sessionEntries = {
  ...environmentEntries,
  status: required(v.picklist(STATUSES, `one of ${STATUSES.join(", ")}`)),
  startedAt: required(v.custom<string>(isDate, "a date")),
  finishedAt: orNull(v.custom<string>(isDate)),
  seconds: orNull(v.number()),
  command: text,
  args: texts,
  error: ifValid(v.pipe(object, v.object({ name: text, message: text }))),
};

/** The same fields, none of which is undefined. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

export function omitUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

/**
 * Checks what a JSON file holds.
 *
 * @param schema What it must hold.
 * @param content What it holds.
 * @param path The file's path, for the error message.
 * @returns The content, without fields that are undefined.
 * @throws {TypeError} If it is not what it must be; the message names the field.
 */
export function parseFile<T extends object>(
  schema: v.GenericSchema<unknown, T>,
  content: JsonObject,
  path: string,
): Defined<T> {
  const { success, output, issues } = v.safeParse(schema, content);
  if (success) return omitUndefined(output);
  const [{ message, path: [field] = [] }] = issues;
  throw new TypeError(
    `Cannot read ${path}: ${field?.key} must be ${message}; ` +
      `current value is ${preview(field?.value)}`,
  );
}
