import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  computePower,
  countMoreSeeds,
  findDetectable,
} from "../../../results/statistics/power.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { askR, assertAgreesWithR } from "../../../testing/r.ts";

const r = (parts: string) => `power.t.test(${parts}, strict = TRUE)`;

testWithProgram(
  "Rscript",
  "computePower() agrees with R's power.t.test",
  () => {
    const cases = [3, 5, 10, 40].flatMap((n) =>
      [0.1, 0.7, 1.5, 4].flatMap((delta) =>
        [0.05, 0.005].map((alpha) => ({ n, delta, alpha }))
      )
    );
    assertAgreesWithR(cases.flatMap(({ n, delta, alpha }) => {
      const given =
        `n = ${n}, delta = ${delta}, sd = 1.3, sig.level = ${alpha}`;
      const pairs = { deviations: [1.3], counts: [n], alpha };
      const two = { deviations: [1.3, 1.3], counts: [n, n], alpha };
      return [
        [computePower(delta, pairs), r(`${given}, type = "paired"`) + "$power"],
        [computePower(-delta, two), r(given) + "$power"],
      ] as const;
    }));
  },
);

testWithProgram(
  "Rscript",
  "findDetectable() agrees with R's power.t.test",
  () => {
    // R's own root is found to tol = .Machine$double.eps^.25 by default.
    assertAgreesWithR([3, 5, 20].flatMap((n) => {
      const given = `n = ${n}, sd = 2, power = 0.8, tol = 1e-13`;
      const pairs = { deviations: [2], counts: [n], alpha: 0.05 };
      const two = { deviations: [2, 2], counts: [n, n], alpha: 0.05 };
      return [
        [findDetectable(pairs), r(`${given}, type = "paired"`) + "$delta"],
        [findDetectable(two), r(given) + "$delta"],
      ] as const;
    }));
  },
);

testWithProgram("Rscript", "countMoreSeeds() is R's n, in one digit", () => {
  const needed = (n: number, ratio: number) => {
    const [all] = askR([
      r(`delta = ${ratio}, sd = 1, power = 0.8, type = "paired"`) + "$n",
    ]);
    const more = Math.ceil(all!) - n;
    const unit = 10 ** Math.floor(Math.log10(more));
    return Math.ceil(more / unit) * unit;
  };
  const actual = (n: number, ratio: number) =>
    countMoreSeeds(ratio, { deviations: [1], counts: [n], alpha: 0.05 });
  for (const [n, ratio] of [[3, 1.2], [5, 0.9], [5, 0.5], [10, 0.4]] as const) {
    assertEquals(actual(n, ratio), needed(n, ratio));
  }
});

Deno.test("countMoreSeeds() says no figure above a hundred", () => {
  const design = { deviations: [1], counts: [5], alpha: 0.05 };
  assertEquals(countMoreSeeds(0.01, design), ">100");
  assertEquals(countMoreSeeds(0, design), ">100");
});

Deno.test("computePower() of no difference is the level of the test", () => {
  for (const alpha of [0.05, 0.001]) {
    const welch = { deviations: [1, 3], counts: [4, 9], alpha };
    assertAlmostEquals(computePower(0, welch), alpha, 1e-12);
  }
});
