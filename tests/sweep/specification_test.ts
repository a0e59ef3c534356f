import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  integer,
  integers,
  number,
  seedField,
  text,
} from "../../core/config/fields.ts";
import { ConfigError, ConfigSchema } from "../../core/config/schema.ts";
import {
  expandRows,
  type Specification,
} from "../../core/sweep/specification.ts";

const schema = new ConfigSchema({
  seed: seedField,
  rate: number({ default: 0.1, above: 0, description: "" }),
  size: integer({ default: 8, min: 1, description: "" }),
  kind: text({ default: "a", description: "" }),
});

const NOTHING: Specification = {
  ...{ config: {}, grid: {}, zip: {}, range: {} },
  ...{ random: 0, sobol: 0, sampleSeed: 0 },
};

const expand = (specification: Partial<Specification>) =>
  expandRows({ ...NOTHING, ...specification }, schema).map((row) => {
    const { seed: _, ...rest } = row as unknown as Record<string, unknown>;
    return Object.values(rest);
  });

Deno.test("a grid has every combination, and keys that are zipped move together", () => {
  assertEquals(expand({}), [[0.1, 8, "a"]]);
  const grid = { rate: [1, 2], size: [3, 4] };
  assertEquals(expand({ grid }), [
    ...[[1, 3, "a"], [1, 4, "a"], [2, 3, "a"], [2, 4, "a"]],
  ]);
  assertEquals(expand({ zip: grid, config: { kind: "b" } }), [
    ...[[1, 3, "b"], [2, 4, "b"]],
  ]);
  assertEquals(expand({ grid: { kind: ["a", "b"] }, zip: grid }).length, 4);
});

Deno.test("what varies has its values around the usual ones, each list by itself", () => {
  const vary = [{ rate: [1, 2] }, { size: [4, 8], kind: ["b"] }];
  assertEquals(expand({ config: { rate: 3 }, vary }), [
    ...[[3, 8, "a"], [1, 8, "a"], [2, 8, "a"], [3, 4, "b"], [3, 8, "b"]],
  ]);
  assertEquals(expand({ grid: { kind: ["a", "b"] }, vary: [{ rate: [1] }] }), [
    ...[[0.1, 8, "a"], [1, 8, "a"], [0.1, 8, "b"], [1, 8, "b"]],
  ]);
});

Deno.test("a configuration that is named twice is run once", () => {
  const vary = [{ rate: [1, 2] }, { size: [1, 2] }];
  const config = { rate: 1, size: 1 };
  assertEquals(expand({ config, vary }), [
    ...[[1, 1, "a"], [2, 1, "a"], [1, 2, "a"]],
  ]);
});

Deno.test("draws depend on their seed alone, and keep to their ranges", () => {
  const range = { rate: { log: [1e-4, 1] }, size: { linear: [1, 9] } } as const;
  for (const way of ["random", "sobol"]) {
    const rows = expand({ range, [way]: 16 });
    assertEquals(rows.length, 16);
    assertEquals(expand({ range, [way]: 16 }), rows);
    assert(
      JSON.stringify(expand({ range, [way]: 16, sampleSeed: 1 })) !==
        JSON.stringify(rows),
    );
    for (const [rate, size] of rows as [number, number][]) {
      assert(rate >= 1e-4 && rate <= 1 && size >= 1 && size <= 9);
      assertEquals(rate, Number(rate.toPrecision(4)));
    }
  }
});

Deno.test("all that is wrong is listed at once", () => {
  const refuse = (specification: Partial<Specification>) =>
    assertThrows(() => expand(specification), ConfigError).problems;
  assertEquals(refuse({ grid: { rat: [1], rate: [0], seed: [1] } }), [
    "Unknown key rat: did you mean rate? (in grid)",
    "rate must be a number above 0, not 0",
    "Give seeds by --seeds, as 0..4 or 1,2,3",
  ]);
  assertEquals(refuse({ grid: { rate: [1] }, vary: [{ rate: [2] }] }), [
    "rate is given twice: in grid and vary",
  ]);
  assertEquals(refuse({ config: { rate: 1 }, grid: { rate: [1] } }), [
    "rate is given twice: in config and grid",
  ]);
  assertEquals(refuse({ zip: { rate: [1, 2], size: [1] } }), [
    "Keys of --zip need the same number of values: rate has 2, size has 1",
  ]);
  assertEquals(refuse({ grid: { rate: [1e-3, 2, 0.001] } }), [
    "rate has the value 0.001 twice (in grid)",
  ]);
  assertEquals(refuse({ zip: { rate: [1, 2, 1], size: [1, 1, 1] } }), [
    "rate=1, size=1 is given twice (in zip)",
  ]);
  assertEquals(expand({ zip: { rate: [1, 1], size: [1, 2] } }).length, 2);
  const lists = new ConfigSchema({
    seed: seedField,
    sizes: integers({ default: [8], min: 1, description: "" }),
  });
  assertThrows(
    () => expandRows({ ...NOTHING, grid: { sizes: [[64], [64]] } }, lists),
    ConfigError,
    "sizes has the value [64] twice (in grid); to give one list, write " +
      "sizes=[64,64]",
  );
  const range = { rate: { log: [1e-4, 1] } } as const;
  assertEquals(refuse({ range }).length, 1);
  assertEquals(refuse({ random: 3 }).length, 1);
  assertEquals(refuse({ range, random: 3, sobol: 3 }).length, 1);
  const many = Array.from({ length: 400 }, (_, i) => i + 1);
  assertEquals(refuse({ grid: { rate: many, size: many } }), [
    "A sweep may have at most 100000 configurations: leave out some values",
  ]);
});
