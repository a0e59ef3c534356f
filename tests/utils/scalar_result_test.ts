import { assertEquals, assertThrows } from "@std/assert";
import { ScalarResult } from "../../core/utils/results.ts";

Deno.test("ScalarResult refuses fields out of range, and JSON that is not a result", () => {
  const good = { mean: 0, error: 1, n: 2 };
  const wrong = [
    { ...good, error: -1 },
    { ...good, n: 1.5 },
    { ...good, n: -1 },
    { ...good, df: -1 },
  ];
  for (const fields of wrong) {
    assertThrows(() => new ScalarResult(fields), RangeError);
  }
  for (const value of [null, 3, [], { ...good, mean: "0" }, { mean: 0 }]) {
    assertThrows(() => ScalarResult.fromJSON(value), TypeError);
  }
});

Deno.test("ScalarResult.degreesOfFreedom is df if it is given, else n − 1", () => {
  const fields = { mean: 0, error: 1, n: 64 };
  assertEquals(new ScalarResult(fields).degreesOfFreedom, 63);
  assertEquals(new ScalarResult({ ...fields, df: 1 }).degreesOfFreedom, 1);
});
