import { assertEquals, assertThrows } from "@std/assert";
import { isGeometric, isLogarithmic } from "../../../results/figures/scale.ts";

Deno.test("isLogarithmic() decides by the values, unless it is told", () => {
  assertEquals(isLogarithmic([8, 16, 160]), true);
  assertEquals(isLogarithmic([8, 16, 159]), false);
  assertEquals(isLogarithmic([-1, 0.01, 5]), false);
  assertEquals(isLogarithmic([1, 1000], "linear"), false);
  assertEquals(isLogarithmic([1, 2], "log"), true);
  assertThrows(
    () => isLogarithmic([0, 2], "log"),
    RangeError,
    "all values must be above 0, and the smallest is 0",
  );
});

Deno.test("isGeometric() decides by how the values of a key are spaced", () => {
  assertEquals(isGeometric([8, 16, 32, 64]), true);
  assertEquals(isGeometric([1, 2, 3, 4, 40]), true);
  assertEquals(isGeometric([1, 2, 3, 4]), false);
  assertEquals(isGeometric([0, 1, 10, 100]), false);
  assertEquals(isGeometric([1, 30, 30]), true); // By their span.
  assertEquals(isGeometric([1, 2, 4], "linear"), false);
});
