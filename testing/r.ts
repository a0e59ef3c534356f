/**
 * R as a reference: its own output for expressions that a test makes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** A vector in R. */
export function vector(values: readonly number[]): string {
  return `c(${
    values.map((x) => Number.isFinite(x) ? x : x > 0 ? "Inf" : "NaN")
  })`;
}

/** What R says to expressions that each give one number. */
export function askR(expressions: readonly string[]): number[] {
  // sprintf("%a") would be exact too, and is not read by JavaScript.
  const script = [
    "say <- function(x) cat(sprintf('%.17g', x), '\\n')",
    ...expressions.map((expression) => `say(${expression})`),
  ].join("\n");
  const file = Deno.makeTempFileSync({ suffix: ".R" });
  try {
    Deno.writeTextFileSync(file, script);
    const { stdout, stderr, code } = new Deno.Command("Rscript", {
      args: ["--vanilla", file],
    }).outputSync();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const answers = new TextDecoder().decode(stdout).trim().split(/\s+/)
      .map((text) =>
        text === "NA" ? NaN : Number(text.replace("Inf", "Infinity"))
      );
    assertEquals(answers.length, expressions.length);
    return answers;
  } finally {
    Deno.removeSync(file);
  }
}

/**
 * Compares with what R says, to 1e-9 of the number; what is nearly 0, to 1e-14
 * or as is said.
 */
export function assertAgreesWithR(
  pairs: readonly (readonly [actual: number, expression: string])[],
  absolute = 1e-14,
): void {
  const expected = askR(pairs.map(([, expression]) => expression));
  pairs.forEach(([actual, expression], index) => {
    const wanted = expected[index]!;
    const isNear = Object.is(actual, wanted) ||
      Math.abs(actual - wanted) <= Math.max(1e-9 * Math.abs(wanted), absolute);
    assertEquals(
      isNear,
      true,
      `${expression} is ${wanted} in R and ${actual} here`,
    );
  });
}
