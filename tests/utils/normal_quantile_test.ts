import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../testing/properties.ts";
import { normalQuantile } from "../../core/utils/normal_quantile.ts";

// Rscript -e 'cat(sprintf("%.17g\n", qnorm(c(2^-53, 1e-10, 0.001, 0.025,
//   0.07499, 0.0751, 0.3, 0.5, 0.9, 0.975, 1 - 2^-53))))'
const QNORM: [p: number, z: number][] = [
  [2 ** -53, -8.2095361516013856],
  [1e-10, -6.3613409024040557],
  [0.001, -3.0902323061678132],
  [0.025, -1.9599639845400538],
  [0.07499, -1.4396021182393162],
  [0.0751, -1.4388253927525398],
  [0.3, -0.52440051270804067],
  [0.5, 0],
  [0.9, 1.2815515655446008],
  [0.975, 1.9599639845400536],
  [1 - 2 ** -53, 8.2095361516013856],
];

Deno.test("normalQuantile() gives R's qnorm to 15 digits", () => {
  for (const [p, z] of QNORM) {
    assertAlmostEquals(normalQuantile(p), z, 4e-16 * Math.max(1, Math.abs(z)));
  }
});

Deno.test("normalQuantile() is odd about 1/2 and rises", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 0.499, noNaN: true }), (p) => {
      const z = normalQuantile(p);
      assert(z <= 0 && z >= normalQuantile(p / 2));
      if (1 - (1 - p) === p) assertEquals(normalQuantile(1 - p), -z);
    }),
  );
});
