/**
 * The assertions of `@std/assert` that Whisker uses, over `node:assert`, with
 * std's names and signatures, for machines that reach an npm mirror and not
 * JSR. `deno.jsr.json` puts the real ones in their place.
 *
 * @module
 */

import nodeAssert, { AssertionError } from "node:assert/strict";

export { AssertionError };

/** Any class of errors. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/**
 * Asserts that a condition holds.
 *
 * @param condition What must be truthy.
 * @param msg What to say otherwise.
 */
export function assert(condition: unknown, msg?: string): asserts condition {
  nodeAssert.ok(condition, msg!);
}

/**
 * Asserts that two values are deeply equal.
 *
 * @param actual The value.
 * @param expected What it must equal.
 * @param msg What to say otherwise.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.deepEqual(actual, expected, msg!);
}

/**
 * Asserts that two values are not deeply equal.
 *
 * @param actual The value.
 * @param expected What it must differ from.
 * @param msg What to say otherwise.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.notDeepEqual(actual, expected, msg!);
}

/**
 * Asserts that two values are one and the same.
 *
 * @param actual The value.
 * @param expected What it must be.
 * @param msg What to say otherwise.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  nodeAssert.equal(actual, expected, msg!);
}

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
  tolerance: number = Number.isFinite(expected)
    ? Math.abs(expected * 1e-7)
    : 1e-7,
  msg: string = `${actual} is farther than ${tolerance} from ${expected}`,
): void {
  if (Object.is(actual, expected)) return;
  nodeAssert.ok(Math.abs(expected - actual) <= tolerance, msg);
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
  msg: string = `${JSON.stringify(actual)} does not contain ${
    JSON.stringify(expected)
  }`,
): void {
  nodeAssert.ok(actual.includes(expected), msg);
}

/**
 * Asserts that a text matches a pattern.
 *
 * @param actual The text.
 * @param expected The pattern.
 * @param msg What to say otherwise.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  nodeAssert.match(actual, expected, msg!);
}

/**
 * Asserts that a function throws.
 *
 * @param fn The function.
 * @param errorClass What must be thrown.
 * @param msgIncludes What its message must contain.
 * @param msg What to say otherwise.
 * @returns The error.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkError(error, errorClass, msgIncludes, msg);
  }
  throw new AssertionError({ message: msg ?? "The function did not throw" });
}

/**
 * Asserts that an async function rejects.
 *
 * @param fn The function.
 * @param errorClass What it must reject with.
 * @param msgIncludes What the error's message must contain.
 * @param msg What to say otherwise.
 * @returns The error.
 */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E> {
  // A throw before the promise is there is no rejection.
  const promise = fn();
  try {
    await promise;
  } catch (error) {
    return checkError(error, errorClass, msgIncludes, msg);
  }
  throw new AssertionError({ message: msg ?? "The function did not reject" });
}

function checkError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E> | undefined,
  msgIncludes = "",
  msg?: string,
): E {
  nodeAssert.ok(error instanceof Error, msg ?? "What was thrown is no error");
  if (errorClass) {
    const said = `${error.name}: ${error.message}`;
    nodeAssert.ok(
      error instanceof errorClass,
      msg ?? `Expected ${errorClass.name}, and what was thrown is ${said}`,
    );
  }
  assertStringIncludes(error.message, msgIncludes, msg);
  return error as E;
}
