/**
 * Objects with the same keys and often the same values, stored by columns: each
 * value once, and for each object the positions of its values.
 *
 * @module
 */

import {
  isInherited,
  isJsonObject,
  type JsonObject,
  MAX_DEPTH,
} from "../../core/utils/json.ts";
import { MAX_KEYS } from "../../core/store/limits.ts";

/** The shape of objects with the same keys in the same order. */
export interface ObjectShape {
  /** The keys. */
  readonly keys: readonly string[];
  /** The distinct values of each key. */
  readonly values: readonly (readonly unknown[])[];
}

/** A table of objects, as it is stored. */
export interface ObjectTable {
  /** The keys and values, as JSON. */
  readonly shapes: readonly ObjectShape[];
  /** For each object its shape, then the positions of values that vary. */
  readonly codes: readonly number[];
}

/** A shape to which objects are added. */
interface GrowingShape {
  readonly place: number;
  readonly keys: string[];
  readonly values: unknown[][];
  /** The positions of plain values, and of objects by their JSON. */
  readonly places:
    readonly (readonly [Map<unknown, number>, Map<unknown, number>])[];
  /** The last value of each key, and its place: runs have most in common. */
  readonly recent: { readonly value: unknown; readonly place: number }[];
}

/**
 * Encodes objects that JSON can hold.
 *
 * @param objects The objects.
 * @returns Their table.
 */
export function encodeObjects(objects: readonly JsonObject[]): ObjectTable {
  const shapes = new Map<string, GrowingShape>();
  const rows = objects.map((object) => {
    const keys = Object.keys(object);
    const shape = shapes.getOrInsertComputed(JSON.stringify(keys), () => ({
      place: shapes.size,
      keys,
      values: keys.map(() => []),
      places: keys.map(() => [new Map(), new Map()] as const),
      recent: [],
    }));
    const row = keys.map((key, column) => {
      const value = object[key];
      const last = shape.recent[column];
      if (last && last.value === value) return last.place;
      const values = shape.values[column]!;
      const [plain, objects] = shape.places[column]!;
      const isPlain = typeof value !== "object" || value === null;
      const place = (isPlain ? plain : objects).getOrInsertComputed(
        isPlain ? value : JSON.stringify(value),
        () => values.push(value) - 1,
      );
      shape.recent[column] = { value, place };
      return place;
    });
    return { shape, row };
  });
  return {
    shapes: Array.from(
      shapes.values(),
      ({ keys, values }) => ({ keys, values }),
    ),
    codes: rows.flatMap(({ shape, row }) => [
      shape.place,
      ...row.filter((_, column) => shape.values[column]!.length > 1),
    ]),
  };
}

/**
 * Decodes objects.
 *
 * @param shapes The keys and values, from an untrusted file.
 * @param take Reads the next code, and checks that it is below a bound.
 * @param count The number of objects.
 * @returns The objects; equal values are the same object.
 * @throws {TypeError} If the shapes have another form.
 * @throws {RangeError} If there are too many keys, or a key that all objects
 * inherit.
 */
export function decodeObjects(
  shapes: unknown,
  take: (bound: number) => number,
  count: number,
): JsonObject[] {
  const templates = asArray(shapes).map(makeTemplate);
  return Array.from({ length: count }, () => {
    const { template, varying } = templates[take(templates.length)]!;
    // Copying an object is fast, and keeps the order of its keys.
    const object: Record<string, unknown> = { ...template };
    for (const { key, values } of varying) {
      object[key] = values[take(values.length)];
    }
    return object;
  });
}

function makeTemplate(shape: unknown) {
  if (!isJsonObject(shape)) throw new TypeError("A shape must be an object");
  const keys = asArray(shape.keys);
  const values = asArray(shape.values).map(asArray);
  if (keys.length > MAX_KEYS || values.length !== keys.length) {
    throw new RangeError("A shape must have a list of values for each key");
  }
  values.forEach((column) => column.forEach((value) => checkNesting(value)));
  const columns = keys.map((key, i) => {
    if (typeof key !== "string" || isInherited(key) || !values[i]!.length) {
      throw new RangeError(
        "A key must be a text that objects do not inherit, with values",
      );
    }
    return { key, values: values[i]! };
  });
  return {
    template: Object.fromEntries(
      columns.map(({ key, values }) => [key, values[0]]),
    ),
    varying: columns.filter(({ values }) => values.length > 1),
  };
}

/** Rejects values on which recursive functions would overflow the stack. */
function checkNesting(value: unknown, depth = 0): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) throw new RangeError("A value is nested too deeply");
  for (const item of Object.values(value)) checkNesting(item, depth + 1);
}

/** Checks that a value is a list. */
export function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("A list was expected");
}
