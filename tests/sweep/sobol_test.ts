import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { MAX_SOBOL_DIMENSIONS, sobolPoints } from "../../core/sweep/sobol.ts";

// scipy.stats.qmc.Sobol(16, scramble=False, bits=32), rows 2 and 11, times 16.
const SCIPY_2 = [12, 4, 4, 4, 12, 12, 4, 12, 12, 12, 12, 12, 4, 4, 12, 4];
const SCIPY_11 = [7, 9, 3, 11, 13, 1, 11, 11, 11, 1, 15, 5, 3, 3, 9, 3];

Deno.test("the first points are those of other programs", () => {
  const points = sobolPoints(12, 16, null);
  assertEquals(points[0], new Array(16).fill(0));
  assertEquals(points[1], new Array(16).fill(0.5));
  const bits = (row: number) => points[row]!.map((x) => x * 16);
  assertEquals(bits(2), SCIPY_2);
  assertEquals(bits(11), SCIPY_11);
});

Deno.test(
  "a power of two of points has one in each slice of every dimension, however it is shifted",
  () => {
    for (const seed of [null, 0, 1, 2]) {
      const n = 64;
      const points = sobolPoints(n, MAX_SOBOL_DIMENSIONS, seed);
      for (let d = 0; d < MAX_SOBOL_DIMENSIONS; d++) {
        const slices = new Set(
          points.map((point) => Math.floor(point[d]! * n)),
        );
        assertEquals(slices.size, n);
      }
      // The first two dimensions also in every box of equal area.
      for (let bits = 0; bits <= 6; bits++) {
        const boxes = new Set(
          points.map(([x = 0, y = 0]) =>
            `${Math.floor(x * 2 ** bits)},${Math.floor(y * 2 ** (6 - bits))}`
          ),
        );
        assertEquals(boxes.size, n);
      }
    }
  },
);

Deno.test("the seed fixes the shift", () => {
  assertEquals(sobolPoints(4, 3, 7), sobolPoints(4, 3, 7));
  assertNotEquals(sobolPoints(4, 3, 7), sobolPoints(4, 3, 8));
  assert(sobolPoints(1, 3, 7)[0]!.every((x) => x >= 0 && x < 1));
});
