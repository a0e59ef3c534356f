import { assert, assertEquals } from "@std/assert";
import fc from "../../../testing/properties.ts";
import { makeAxis } from "../../../results/figures/axis.ts";
import {
  isSmooth,
  labelLines,
  spread,
} from "../../../results/figures/line_labels.ts";

const AXES = {
  x: makeAxis([0, 100], { pixels: 300, margin: 0 }),
  y: makeAxis([0, 1], { pixels: 200, margin: 0 }),
  width: 300,
  height: 200,
};

function makeLine(label: string, valueAt: (i: number) => number, n = 101) {
  const points = Array.from(
    { length: n },
    (_, at) => ({ at, mean: valueAt(at) }),
  );
  return { label, points };
}

Deno.test("spread() moves places apart, in their order, within both ends", () => {
  assertEquals(spread([10, 50], 10, 100), [10, 50]);
  assertEquals(spread([50, 50, 50], 10, 100), [40, 50, 60]);
  assertEquals(spread([98, 99], 10, 100), [90, 100]);
  const places = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(places, (places) => {
    const moved = spread(places, 10, 100);
    const order = [...places.keys()].sort((a, b) => moved[a]! - moved[b]!);
    order.slice(1).forEach((place, i) => {
      assert(moved[place]! - moved[order[i]!]! >= 10 - 1e-9);
      assert(places[place]! >= places[order[i]!]!);
    });
    assert(moved.every((place) => place >= -1e-9 && place <= 100 + 1e-9));
  }));
});

Deno.test("isSmooth() lets dashes be where lines do not go up and down", () => {
  assertEquals(isSmooth(makeLine("a", (i) => Math.exp(-i / 30)), AXES), true);
  assertEquals(isSmooth(makeLine("a", (i) => 0.5 + (i % 2) / 4), AXES), false);
  // Less than can be seen.
  assertEquals(isSmooth(makeLine("a", (i) => 0.5 + (i % 2) / 100), AXES), true);
});

Deno.test("labelLines() labels ends, unless lines end early or are many", () => {
  const options = { stroke: {}, text: "#000000" };
  const label = (lines: ReturnType<typeof makeLine>[]) =>
    labelLines(lines, AXES, options);
  const [leaders, texts] = label([
    makeLine("a", () => 0.5),
    makeLine("b", () => 0.51),
  ]) as { data: { values: { label: string; level: number }[] } }[];
  assertEquals(texts!.data.values.map(({ label }) => label), ["a", "b"]);
  const [a, b] = leaders!.data.values;
  // Labels at one place would cover each other.
  assert((b!.level - a!.level) * 200 > 13);
  assertEquals(label([makeLine("a", () => 1, 50)]), undefined);
  assertEquals(label([makeLine("x".repeat(50), () => 1)]), undefined);
  const many = Array.from(
    { length: 9 },
    (_, i) => makeLine(`${i}`, () => i / 9),
  );
  assertEquals(label(many), undefined);
});
