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

/** What the objects of a shape are read with. */
interface ReadingShape {
  /** The keys in order. */
  readonly keys: readonly string[];
  /** An object of the shape; copying it is fast, and keeps the order of its keys. */
  readonly template: JsonObject;
  /** By key its values, and where in an object's codes its own is; 0 if it has one. */
  readonly columns: ReadonlyMap<string, ReadingColumn>;
  /** The keys whose values vary. */
  readonly changingKeys: readonly string[];
  /** Those of the columns that vary. */
  readonly varying: readonly (readonly [string, ReadingColumn])[];
}

interface ReadingColumn {
  readonly values: readonly unknown[];
  readonly offset: number;
}

/** A table of objects, of which each is made on access. */
export class ObjectReader {
  /** Where the codes of the table end. */
  readonly end: number;
  readonly #shapes: readonly ReadingShape[];
  readonly #codes: Uint32Array;
  /** Where the codes of each object start. */
  readonly #starts: Uint32Array;

  /**
   * Checks a table from an untrusted file.
   *
   * @param shapes The keys and values.
   * @param codes The codes, of which those of the table are a part.
   * @param range Where they start, and of how many objects they are.
   * @throws {TypeError} If the shapes have another form.
   * @throws {RangeError} If there are too many keys, a key that all objects
   * inherit, or a code of no value.
   */
  constructor(
    shapes: unknown,
    codes: Uint32Array,
    { start, count }: { readonly start: number; readonly count: number },
  ) {
    this.#shapes = asArray(shapes).map(readShape);
    this.#codes = codes;
    this.#starts = new Uint32Array(count);
    const bounds = this.#shapes.map(({ varying }) =>
      varying.map(([, { values }]) => values.length)
    );
    let end = start;
    for (let i = 0; i < count; i++) {
      this.#starts[i] = end;
      const own = bounds[codes[end++]!];
      if (!own) throw new RangeError("A code is of no shape");
      for (let k = 0; k < own.length; k++) {
        // Where there is no code, this is not so either.
        if (!(codes[end++]! < own[k]!)) throw new RangeError("No such value");
      }
    }
    this.end = end;
  }

  /** Returns the keys of an object; objects of one shape share the list. */
  keys(place: number): readonly string[] {
    return this.#shape(place).keys;
  }

  /** Returns the keys in which objects with the same list may differ. */
  changingKeys(place: number): readonly string[] {
    return this.#shape(place).changingKeys;
  }

  /** Returns the value that an object has for a key, without making the object. */
  read(place: number, key: string): unknown {
    const column = this.#shape(place).columns.get(key);
    if (!column) return undefined;
    const { values, offset } = column;
    if (offset === 0) return values[0];
    return values[this.#codes[this.#starts[place]! + offset]!];
  }

  /** Makes an object; equal values of several are the same object. */
  get(place: number): JsonObject {
    const { template, varying } = this.#shape(place);
    const object: Record<string, unknown> = { ...template };
    const start = this.#starts[place]!;
    for (const [key, { values, offset }] of varying) {
      object[key] = values[this.#codes[start + offset]!];
    }
    return object;
  }

  #shape(place: number): ReadingShape {
    return this.#shapes[this.#codes[this.#starts[place]!]!]!;
  }
}

function readShape(shape: unknown): ReadingShape {
  if (!isJsonObject(shape)) throw new TypeError("A shape must be an object");
  const keys = asArray(shape.keys);
  const values = asArray(shape.values).map(asArray);
  if (keys.length > MAX_KEYS || values.length !== keys.length) {
    throw new RangeError("A shape must have a list of values for each key");
  }
  values.forEach((column) => column.forEach((value) => checkNesting(value)));
  let nVarying = 0;
  const columns = new Map<string, ReadingColumn>();
  for (const [i, key] of keys.entries()) {
    if (typeof key !== "string" || isInherited(key) || !values[i]!.length) {
      throw new RangeError(
        "A key must be a text that objects do not inherit, with values",
      );
    }
    const offset = values[i]!.length > 1 ? ++nVarying : 0;
    columns.set(key, { values: values[i]!, offset });
  }
  const template: JsonObject = Object.fromEntries(
    columns.entries().map(([key, { values }]) => [key, values[0]]),
  );
  const varying = [...columns].filter(([, { offset }]) => offset > 0);
  const changingKeys = varying.map(([key]) => key);
  return {
    keys: Object.keys(template),
    template,
    columns,
    changingKeys,
    varying,
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
