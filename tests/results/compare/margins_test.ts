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

Deno.test("compare() gives no verdict with a margin in favour of failed runs", async () => {
  const fail = (id: string) =>
    RUNS.map((run) =>
      run.id === id
        ? { ...run, info: { ...run.info, status: "failed" as const } }
        : run
    );
  const withheld = {
    reason:
      "it would be in favour of a row with missing runs, whose mean is that of " +
      "the completed ones",
  };
  const decide = async (id: string, options = {}) => {
    const cells = firstCells(
      await compareRuns(fail(id), {
        baseline: ["rate=1"],
        margin: "1",
        lowerIsBetter: ["loss"],
        ...options,
      }),
    );
    return cells.slice(1, 4).map((cell) => cell?.margin);
  };
  assertEquals(await decide("b4"), [withheld, "worse", "better"]);
  assertEquals(await decide("c4"), ["equal", "worse", "better"]);
  assertEquals(await decide("d4"), ["equal", "worse", withheld]);
  assertEquals(await decide("a4"), [withheld, withheld, "better"]);
  const counted = await decide("d4", { countFailedAs: 100 });
  assertEquals(counted, ["equal", "worse", "unresolved"]);
});

Deno.test("compare() shares α over the margins of a table if asked", async () => {
  const runs = replicates([
    [{ rate: 1 }, [10, 10.1, 9.9]],
    [{ rate: 2 }, [11, 11.5, 10.95]],
  ]).map((run) => ({
    ...run,
    records: ["loss", "error"].map((name) =>
      [{ name }, run.records![0]![1]] as const
    ),
  }));
  const decide = async (family: "column" | "table") => {
    const comparison = await compareRuns(runs, {
      baseline: ["rate=1"],
      margin: "0.5",
      alpha: 0.1,
      family,
    });
    return firstCells(comparison)[1]!.margin;
  };
  // p = 0.036
  assertEquals(await decide("column"), "worse");
  assertEquals(await decide("table"), "unresolved");
});

Deno.test("compare() says with a margin that a difference does not vary", async () => {
  const runs = replicates([
    [{ rate: 1 }, [1, 2, 3]],
    [{ rate: 2 }, [1.25, 2.25, 3.25]],
  ]);
  const options = { baseline: ["rate=1"], margin: "0.5" };
  const { columns, rows } = await compareRuns(runs, options);
  const cell = rows[1]!.cells.get(columns[0]!.metadata)!;
  assertEquals(cell.margin, { reason: "the same difference in every seed" });
  // One family with the verdicts without a margin, which is one test here.
  assertEquals(columns[0]!.method!.alpha, 0.025);
});

Deno.test("compare() refuses a margin that is none, or has no baseline", async () => {
  await assertRejects(() => compareBy("x"), OptionError, "above 0");
  await assertRejects(
    () => compareRuns(RUNS, { margin: "1" }),
    OptionError,
    "without a `baseline`",
  );
});
