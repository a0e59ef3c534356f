import { assertEquals, assertRejects } from "@std/assert";
import { OptionError } from "../../../results/database/option_error.ts";
import { THREE } from "../../../testing/comparisons.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() sorts by key or record in both directions, missing values and NaN last",
  async () => {
    const order = async (sort: string) =>
      (await compareRuns(THREE, { sort })).rows
        .map(({ runs }) => runs[0]).join("");
    assertEquals(await order("rate"), "abc");
    assertEquals(await order("-rate"), "cba");
    assertEquals(await order("-run"), "cba");
    assertEquals(await order("time/epoch"), "acb"); // Though not shown.
    assertEquals(await order("loss"), "bac");
    assertEquals(await order("-loss"), "abc");
    assertEquals(await order("sampling (nSteps=5)"), "acb");
    await assertRejects(
      () => order("los"),
      OptionError,
      "Unknown key los: did you mean loss?",
    );
  },
);

Deno.test(
  "compare() says what is wrong with a baseline, and lists the rows",
  async () => {
    const wrong = (baseline: string[], message: string) =>
      assertRejects(
        () => compareRuns(MODELS.slice(0, 15), { baseline }),
        OptionError,
        message,
      );
    await wrong(["model=cnn"], "no row matches: there are model=identity; mod");
    await wrong(["modle=mlp"], "did you mean model?");
    await wrong(["model"], "it must be key=value");
    await wrong(["seed=1"], "Cannot use seed for a baseline: the runs of a");
    // A key that all rows share matches all of them.
    await wrong(["experiment=test"], "3 rows match: model=identity");
  },
);

Deno.test(
  "compare() finds a baseline by several keys, however numbers are written",
  async () => {
    const runs = replicates([
      [{ rate: 0.001, kind: "x" }, [1, 2, 3]],
      [{ rate: 0.001, kind: "y" }, [1, 2, 4]],
      [{ rate: 0.01, kind: "x" }, [1, 2, 5]],
    ]);
    const { baseline } = await compareRuns(runs, {
      baseline: ["rate=1e-3", "kind=y"],
    });
    assertEquals(baseline, { name: "rate=1e-3, kind=y", row: 1 });
  },
);
