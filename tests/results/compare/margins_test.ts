import { assertEquals, assertRejects } from "@std/assert";
import { OptionError } from "../../../results/database/option_error.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, firstCells, replicates } from "../../../testing/made.ts";

skipUnlessGranted("files");

const RUNS = replicates([
  [{ rate: 1 }, [10, 10.1, 9.9, 10]],
  [{ rate: 2 }, [10.1, 10.1, 9.9, 10.1]],
  [{ rate: 3 }, [12, 12.2, 11.9, 12]],
  [{ rate: 4 }, [8, 8.2, 7.9, 8]],
  [{ rate: 5 }, [8, 14, 9, 11]],
  [{ rate: 6 }, [9]],
]);

const compareBy = async (margin: string, better = "lowerIsBetter") => {
  const options = { baseline: ["rate=1"], margin, [better]: ["loss"] };
  const cells = firstCells(await compareRuns(RUNS, options));
  return cells.map((cell) => cell?.margin);
};

Deno.test("compare() decides with a margin, as a number or as a share", async () => {
  const few = { reason: "fewer than 3 runs on a side" };
  const expected = [undefined, "equal", "worse", "better", "unresolved", few];
  assertEquals(await compareBy("1"), expected);
  assertEquals(await compareBy("10%"), expected);
  const reversed = [undefined, "equal", "better", "worse", "unresolved", few];
  assertEquals(await compareBy("1", "higherIsBetter"), reversed);
  assertEquals((await compareBy("1.95"))[3], "no worse");
});

Deno.test("compare() praises no row with failed runs, with a margin either", async () => {
  const failed = (rate: number) => ({
    id: `failed${rate}`,
    config: { rate, seed: 9 },
    info: { status: "failed" as const },
  });
  const options = { baseline: ["rate=1"], margin: "1" };
  const withheld = { reason: "runs failed or were interrupted" };
  const decide = async (rate: number) =>
    firstCells(await compareRuns([...RUNS, failed(rate)], options))
      .map((cell) => cell?.margin).slice(1, 4);
  assertEquals(await decide(4), ["equal", "worse", withheld]);
  assertEquals(await decide(2), [withheld, "worse", "better"]);
  assertEquals(await decide(1), [withheld, withheld, "better"]);
});

Deno.test("compare() refuses a margin that is none, or has no baseline", async () => {
  await assertRejects(() => compareBy("x"), OptionError, "above 0");
  await assertRejects(
    () => compareRuns(RUNS, { margin: "1" }),
    OptionError,
    "without a `baseline`",
  );
});
