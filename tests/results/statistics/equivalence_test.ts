import { assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  decideByMargin,
  findMoves,
  type Margin,
  type MarginVerdict,
  parseMargin,
} from "../../../results/statistics/equivalence.ts";
import { pairedT } from "../../../results/statistics/tests.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { askR, vector } from "../../../testing/r.ts";

const random = new RandomStream(6, "margin");

function decide(
  row: readonly number[],
  baseline: readonly number[],
  margin: Margin,
  better: "lower" | "higher" = "higher",
): MarginVerdict {
  const sample = new Map(baseline.map((value, i) => [`${i}`, value]));
  const [below, above] = findMoves(sample, margin)
    .map((move) => pairedT(row, baseline.map(move)));
  return decideByMargin(below!, above!, { alpha: 0.05, better });
}

const draw = (n: number, mean: number, spread: number) =>
  Array.from({ length: n }, () => mean + spread * random.normal());

testWithProgram(
  "Rscript",
  "decideByMargin() agrees with intervals of R's t.test",
  () => {
    const cases = Array.from({ length: 60 }, (_, i) => ({
      row: draw(5, [0, 1, 2, -1, -2][i % 5]!, 0.5),
      baseline: draw(5, 0, 0.5),
    }));
    const ends = askR(
      cases.flatMap(({ row, baseline }) =>
        [0.95, 0.9].flatMap((level) =>
          [1, 2].map((end) =>
            `t.test(${vector(row)}, ${vector(baseline)}, paired = TRUE, ` +
            `conf.level = ${level})$conf.int[${end}]`
          )
        )
      ),
    );
    const seen = new Set<string>();
    cases.forEach(({ row, baseline }, i) => {
      const [low95, high95, low90, high90] = ends.slice(4 * i, 4 * i + 4) as [
        number,
        number,
        number,
        number,
      ];
      const expected = low95 > 1
        ? "better"
        : high95 < -1
        ? "worse"
        : low90 <= -1
        ? "unresolved"
        : high90 < 1
        ? "equal"
        : "no worse";
      seen.add(expected);
      const margin = { size: 1, isShare: false };
      assertEquals(decide(row, baseline, margin), expected);
      const negative = (values: readonly number[]) => values.map((x) => -x);
      assertEquals(
        decide(negative(row), negative(baseline), margin, "lower"),
        expected,
      );
    });
    assertEquals(seen.size, 5);
  },
);

Deno.test("verdicts with a margin are false in at most 5 % of cases", () => {
  const share = { size: 0.1, isShare: true };
  const isFalse = (verdict: MarginVerdict, gain: number) =>
    verdict === "better" && gain <= 1 || verdict === "worse" && gain >= -1 ||
    verdict === "equal" && Math.abs(gain) > 1 ||
    verdict === "no worse" && gain < -1;
  for (const gain of [-1.001, -1, 0, 1, 1.001]) {
    const verdicts = Array.from(
      { length: 2000 },
      () => decide(draw(5, 10 + gain, 0.7), draw(5, 10, 0.7), share),
    );
    const errors = verdicts.filter((verdict) => isFalse(verdict, gain)).length;
    assertEquals(errors / 2000 < 0.065, true, `${gain}: ${errors}`);
  }
});

Deno.test("findMoves() takes a share of values below 0 as well", () => {
  const margin = { size: 0.1, isShare: true };
  const [down, up] = findMoves(new Map([["1", -10]]), margin);
  assertEquals([down(-10), up(-10)], [-11, -9]);
});

Deno.test("parseMargin() takes numbers above 0", () => {
  assertEquals(parseMargin("0.01"), { size: 0.01, isShare: false });
  for (const text of ["0", "x", "", "%", "1e999"]) {
    assertEquals(parseMargin(text), undefined);
  }
});
