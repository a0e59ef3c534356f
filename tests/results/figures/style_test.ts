import { assert, assertEquals } from "@std/assert";
import {
  COLORS,
  DASHES,
  makeConfig,
  PAGE,
  PRINT,
  SHAPES,
} from "../../../results/figures/style.ts";

// Machado, Oliveira & Fernandes (2009, IEEE Trans. Vis. Comput. Graph. 15, 1291–1298),
// severity 1, on linear RGB.
const DEUTERANOPIA = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
];
const PROTANOPIA = [
  [0.152286, 1.052583, -0.204868],
  [0.114503, 0.786281, 0.099216],
  [-0.003882, -0.048116, 1.051998],
];

/** The luminance of sRGB (IEC 61966-2-1). */
const LUMINANCE = [0.2126, 0.7152, 0.0722];

function toLinear(color: string): number[] {
  return [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

function multiply(matrix: number[][], vector: number[]): number[] {
  return matrix.map((row) =>
    row.reduce((sum, factor, i) => sum + factor * vector[i]!, 0)
  );
}

/** CIE 1976 L*a*b* of linear sRGB, with the white D65. */
function toLab(linear: number[]): number[] {
  const [x, y, z] = multiply([
    [0.4124 / 0.95047, 0.3576 / 0.95047, 0.1805 / 0.95047],
    LUMINANCE,
    [0.0193 / 1.08883, 0.1192 / 1.08883, 0.9505 / 1.08883],
  ], linear).map((t) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

Deno.test("no two series have the same colour and sign, however often colours repeat", () => {
  const n = 5 * COLORS.length;
  for (const signs of [SHAPES, DASHES]) {
    const looks = Array.from(
      { length: n },
      (_, i) => `${COLORS[i % COLORS.length]} ${signs[i % signs.length]}`,
    );
    assertEquals(new Set(looks).size, n);
  }
});

Deno.test("neighbouring colours differ in grey print, and with colour blindness", () => {
  const see = (matrix: number[][]) =>
    COLORS.map((color) => toLab(multiply(matrix, toLinear(color))));
  for (const matrix of [DEUTERANOPIA, PROTANOPIA]) {
    const seen = see(matrix);
    seen.slice(1).forEach((color, i) => {
      const [L, a, b] = color.map((value, k) => value - seen[i]![k]!);
      // 2.3 can just be noticed.
      assert(Math.hypot(L!, a!, b!) > 20, COLORS[i]);
    });
  }
  const greys = see([LUMINANCE, LUMINANCE, LUMINANCE]).map(([L]) => L!);
  greys.slice(1).forEach((L, i) => {
    assert(Math.abs(L - greys[i]!) > 8, `${COLORS[i]} ${L} ${greys[i]}`);
  });
  const first = greys.slice(0, 4).sort((a, b) => a - b);
  first.slice(1).forEach((L, i) => assert(L - first[i]! > 11, `${first}`));
});

Deno.test("makeConfig() draws black series so that a dark page shows them", () => {
  assertEquals(makeConfig(PAGE).background, "transparent");
  const { category } = makeConfig(PAGE).range as { category: string[] };
  assertEquals(category.includes("#000000"), false);
  assertEquals(makeConfig(PRINT).background, "#ffffff");
});
