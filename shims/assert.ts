/**
 * The assertions of `@std/assert` that Whisker uses, over `node:assert`, with
 * std's names and signatures, for machines that reach an npm mirror and not
 * JSR. `deno.jsr.json` puts the real ones in their place.
 *
 * @module
 */

import {
  AssertionError,
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
} from "node:assert";

export {
  AssertionError,
  match as assertMatch,
  ok as assert,
  strictEqual as assertStrictEquals,
} from "node:assert";

// The types of node:assert would accept values of different types.

/** Asserts that two values are deeply equal. */
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void =
  deepStrictEqual;

/** Asserts that two values are not deeply equal. */
export const assertNotEquals: typeof assertEquals = notDeepStrictEqual;

/** Any class of errors. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/**
 * Asserts that two numbers are near each other.
 *
 * @param actual The number.
 * @param expected What it must be near to.
 * @param tolerance How far it may be; one part in 10^7 by default.
 * @param msg What to say otherwise.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Math.abs(expected * 1e-7),
  msg: string = `${actual} is farther than ${tolerance} from ${expected}`,
): void {
  ok(
    Object.is(actual, expected) || Math.abs(expected - actual) <= tolerance,
    msg,
  );
}

/**
 * Asserts that a text contains another.
 *
 * @param actual The text.
 * @param expected What it must contain.
 * @param msg What to say otherwise.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg: string = `${Deno.inspect(actual)} does not contain "${expected}"`,
): void {
  ok(actual.includes(expected), msg);
}

/**
 * Asserts that a function throws.
 *
 * @param fn The function.
 * @param errorClass The class of the error.
 * @param msgIncludes What its message must contain.
 * @param msg What to say otherwise.
 * @returns The error.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
  msg = "The function did not throw",
): E {
  try {
    fn();
  } catch (error) {
    return checkError(error, errorClass, msgIncludes);
  }
  throw new AssertionError({ message: msg });
}

/**
 * Asserts that an async function rejects.
 *
 * @param fn The function.
 * @param errorClass The class of the error.
 * @param msgIncludes What its message must contain.
 * @returns The error.
 */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
): Promise<E> {
  // An error before there is a promise is no rejection.
  const promise = fn();
  try {
    await promise;
  } catch (error) {
    return checkError(error, errorClass, msgIncludes);
  }
  throw new AssertionError({ message: "The function did not reject" });
}

function checkError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<Error> = Error,
  msgIncludes = "",
): E {
  const text = Deno.inspect(error);
  ok(error instanceof errorClass, `Expected ${errorClass.name}, not ${text}`);
  assertStringIncludes(error.message, msgIncludes);
  return error as E;
}
