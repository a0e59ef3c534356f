/**
 * JSON from files that may be from anyone: NaN and the infinities are kept as
 * strings, and nesting has a bound.
 *
 * @module
 */

/**
 * So deeply may JSON be nested. Whisker's own files have a tenth of it; far
 * deeper ones would overflow the stack.
 */
export const MAX_DEPTH = 100;

/** A number as a file holds it: JSON has no NaN and no infinities. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** An object as `JSON.parse` makes it. */
export type JsonObject = { readonly [key: string]: unknown };

/**
 * Gives a number the form in which JSON can hold it.
 *
 * @param value Any number.
 * @returns The number itself, or its name where it is NaN or infinite.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeNumber } from "./json.ts";
 *
 * assertEquals(encodeNumber(0.5), 0.5);
 * assertEquals(encodeNumber(NaN), "NaN");
 * ```
 */
export function encodeNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : String(value) as JsonNumber;
}

/**
 * Reads a number back from the form that {@linkcode encodeNumber} gave it.
 *
 * @param value What the file holds.
 * @param name What the value is, for the error message.
 * @returns The number.
 * @throws {TypeError} If the value is neither a number nor the name of one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeNumber } from "./json.ts";
 *
 * assertEquals(decodeNumber("-Infinity", "mean"), -Infinity);
 * ```
 */
export function decodeNumber(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") {
    return Number(value);
  }
  throw new TypeError(
    `Cannot read ${name} as a number: current value is ${preview(value)}`,
  );
}

/**
 * Writes a value as JSON, keeping NaN and the infinities.
 *
 * @param value Any value that `JSON.stringify` takes.
 * @param indent Spaces per level; 0 puts all on one line.
 * @returns The JSON text.
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
 * Says whether a name is that of a property which every object has, `__proto__`
 * or `constructor` for example: under it an object without such a field seems
 * to have one.
 *
 * @param name The name.
 * @returns Whether fields are better not called so.
 */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** So much of a value is quoted in a message. */
const MAX_QUOTE_LENGTH = 200;

/**
 * Writes a value as an error message quotes it: as JSON, and no more of it than
 * one takes in.
 *
 * @param value Any value, of a parsed file say.
 * @returns Its JSON text, cut where it is long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { preview } from "./json.ts";
 *
 * assertEquals(preview("a"), '"a"');
 * assertEquals(preview("a".repeat(1e6)).length, 201);
 * ```
 */
export function preview(value: unknown): string {
  const text = typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? String(value);
  return text.length > MAX_QUOTE_LENGTH
    ? `${text.slice(0, MAX_QUOTE_LENGTH)}…`
    : text;
}

/**
 * Says whether a value is an object with named fields: no array, no null.
 *
 * @param value Any value, of a parsed file say.
 * @returns Whether its fields can be read by name.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Says whether a value is an object that was written as `{ … }`: no instance of
 * a class, whose fields JSON may not show.
 *
 * @param value Any value.
 * @returns Whether JSON keeps all that it holds by name.
 */
export function isPlainObject(value: unknown): value is JsonObject {
  return isJsonObject(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value)) &&
    typeof value.toJSON !== "function";
}

/**
 * Parses JSON text from a file that may be anyone's.
 *
 * @param text The JSON text.
 * @param place Where it stands, for the error messages.
 * @returns The value.
 * @throws {SyntaxError} If the text is no JSON.
 * @throws {RangeError} If it is nested too deeply.
 */
export function parseJson(text: string, place: string): unknown {
  checkDepth(text, place, "read");
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
 * Refuses JSON text that is nested too deeply, before it is parsed: its value
 * would have taken the memory already.
 *
 * @param text The JSON text.
 * @param place Where it stands, for the error message.
 * @param action What is about to be done with it.
 * @throws {RangeError} If it is nested too deeply.
 */
export function checkDepth(
  text: string,
  place: string,
  action: "read" | "write",
): void {
  if (text.length <= MAX_DEPTH) return;
  let depth = 0, isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isQuoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = true;
    else if ((code & ~BRACE_BIT) === OPEN && ++depth > MAX_DEPTH) {
      throw new RangeError(
        `Cannot ${action} ${place} as JSON must be nested at most ` +
          `${MAX_DEPTH} deep: it is deeper`,
      );
    } else if ((code & ~BRACE_BIT) === CLOSE) depth--;
  }
}
