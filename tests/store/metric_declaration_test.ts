import { assertEquals } from "@std/assert";
import {
  type MetricDeclaration,
  parseMetrics,
} from "../../core/store/metric_declaration.ts";

Deno.test("parseMetrics() keeps fields of the right type, and drops the rest", () => {
  const declared: MetricDeclaration = {
    better: "lower",
    centredOnZero: true,
    unit: "s",
    series: "source",
    repeats: "nRepeats",
    notes: { "reference=held-out": "few rows" },
  };
  assertEquals(parseMetrics({ a: declared, b: {}, c: 3, d: null }), {
    a: declared,
    b: {},
  });
  const wrong = {
    better: "left",
    centredOnZero: "yes",
    unit: 3,
    notes: { "no condition": "x", "=": "x", "k=v": 4 },
  };
  assertEquals(parseMetrics({ a: wrong }), { a: { notes: {} } });
  for (const value of [undefined, null, 3, "x", []]) {
    assertEquals(parseMetrics(value), {});
  }
});
