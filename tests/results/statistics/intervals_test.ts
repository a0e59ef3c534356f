import { assertEquals } from "@std/assert";
import { wilsonInterval } from "../../../results/statistics/intervals.ts";
import { testWithProgram } from "../../../testing/helpers.ts";
import { assertAgreesWithR } from "../../../testing/r.ts";

testWithProgram("Rscript", "wilsonInterval() agrees with R's prop.test", () => {
  const cases = [[68, 68], [0, 12], [3, 10], [81, 263]] as const;
  assertAgreesWithR(
    cases.flatMap(([x, n]) =>
      [0.95, 0.8].flatMap((level) =>
        wilsonInterval(x / n, n, level)!.map((end, i) =>
          [
            end,
            `prop.test(${x}, ${n}, conf.level = ${level}, correct = FALSE)` +
            `$conf.int[${i + 1}]`,
          ] as const
        )
      )
    ),
  );
});

Deno.test("wilsonInterval() is of proportions alone", () => {
  assertEquals(wilsonInterval(1.2, 10, 0.95), undefined);
  assertEquals(wilsonInterval(NaN, 10, 0.95), undefined);
  assertEquals(wilsonInterval(0.5, 0, 0.95), undefined);
});
