/**
 * JSON from files that may be from anyone: NaN and the infinities are kept as
 * strings, and nesting has a bound.
 *
 * @module
 */

/**
 * How deeply JSON may be nested: ten times as deep as in Whisker's own files, and
 * far from overflowing the stack.
 */
export const MAX_DEPTH = 100;

/** A number as a file holds it: JSON has no NaN and no infinities. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** An object as `JSON.parse` makes it. */
export type JsonObject = { readonly [key: string]: unknown };

/** Encodes a number as JSON can hold it: NaN and the infinities by their names. */
export function encodeNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : String(value) as JsonNumber;
}

/**
 * Decodes what {@linkcode encodeNumber} gave.
 *
 * @param value What the file holds.
 * @param name What the value is, for the error message.
 * @throws {TypeError} If the value is neither a number nor the name of one.
 */
export function decodeNumber(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") {
    return Number(value);
  }
  if (value === undefined) {
    throw new TypeError(`Cannot read ${name}: the field is missing`);
  }
  throw new TypeError(
    `Cannot read ${name} as a number: current value is ${preview(value)}`,
  );
}

/**
 * Writes a value as JSON, and keeps NaN and the infinities.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stringify } from "./json.ts";
 *
 * assertEquals(stringify({ loss: Infinity }), '{"loss":"Infinity"}');
 * ```
 */
export function stringify(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, item) => typeof item === "number" ? encodeNumber(item) : item,
    indent,
  );
}

/**
 * Whether every object has a property of this name, as of `constructor`: an object
 * without such a field then seems to have one.
 */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** How much of a value is quoted in a message. */
const MAX_QUOTE_LENGTH = 200;

/** Quotes a value in an error message: as JSON, and cut where it is long. */
export function preview(value: unknown): string {
  const text = typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? String(value);
  return text.length > MAX_QUOTE_LENGTH
    ? `${text.slice(0, MAX_QUOTE_LENGTH)}…`
    : text;
}

/** Whether a value is an object with named fields: no array, no null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a value as an object with named fields.
 *
 * @param name What the value is, for the error message.
 * @throws {TypeError} If it is not such an object.
 */
export function decodeObject(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new TypeError(
    `Cannot read ${name}: it must be an object: current value is ` +
      preview(value),
  );
}

/** Whether a value was written as `{ … }`, so that JSON keeps all its fields. */
export function isPlainObject(value: unknown): value is JsonObject {
  return isJsonObject(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value)) &&
    typeof value.toJSON !== "function";
}

/**
 * Parses JSON text from a file that may be anyone's.
 *
 * @param text The JSON text.
 * @param place Which file or line it is from, for the error messages.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {RangeError} If it is nested too deeply.
 */
export function parseJson(text: string, place: string): unknown {
  checkDepth(text, `read ${place}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = text === "" ? "it is empty" : (error as Error).message;
    throw new SyntaxError(`Cannot read ${place} as JSON: ${reason}`);
  }
}

const QUOTE = 0x22, BACKSLASH = 0x5c;

/** `[` and `{`, `]` and `}` differ in this bit alone. */
const BRACE_BIT = 0x20, OPEN = 0x5b, CLOSE = 0x5d;

/**
 * Refuses JSON text that is nested too deeply, before its value takes memory.
 *
 * @param text The JSON text.
 * @param task What it is for, as errors name it: `read a.json`.
 * @throws {RangeError} If it is nested too deeply.
 */
export function checkDepth(text: string, task: string): void {
  if (hasFewBrackets(text)) return;
  let depth = 0, isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isQuoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = true;
    else if ((code & ~BRACE_BIT) === OPEN && ++depth > MAX_DEPTH) {
      throw new RangeError(
        `Cannot ${task}: JSON may be nested at most ${MAX_DEPTH} deep`,
      );
    } else if ((code & ~BRACE_BIT) === CLOSE) depth--;
  }
}

/** Whether a text has too few brackets to be nested too deeply; told fast. */
function hasFewBrackets(text: string): boolean {
  let nBrackets = 0;
  for (const bracket of "[{") {
    let at = -1;
    while ((at = text.indexOf(bracket, at + 1)) >= 0) {
      if (++nBrackets > MAX_DEPTH) return false;
    }
  }
  return true;
}
