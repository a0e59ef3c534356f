import { assertEquals } from "@std/assert";
import { parseInterval } from "../../core/config/checkpoint_interval.ts";

Deno.test("parseInterval() reads times, counts and never", () => {
  assertEquals(parseInterval("60s"), { unit: "seconds", count: 60 });
  assertEquals(parseInterval("1.5h"), { unit: "seconds", count: 5400 });
  assertEquals(parseInterval("1 step"), { unit: "steps", count: 1 });
  assertEquals(parseInterval("2epochs"), { unit: "epochs", count: 2 });
  assertEquals(parseInterval("never"), null);
});

Deno.test("parseInterval() refuses what is not an interval", () => {
  for (
    const text of ["", "5", "m", "-5m", "0s", "0steps", "1.5steps", "5 min"]
  ) {
    assertEquals(parseInterval(text), undefined, text);
  }
});
