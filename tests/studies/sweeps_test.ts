import { assert } from "@std/assert";
import { RandomStream } from "../../core/utils/random.ts";
import {
  skipUnlessGranted,
  tempFolder,
  tempRuns,
} from "../../testing/helpers.ts";
import { killSweep } from "../../studies/sweeps/kill.ts";
import { claimMany } from "../../studies/sweeps/many.ts";

skipUnlessGranted("scripts");

// Each of these at its short count; docs/sweeps.md has the full ones.

Deno.test(
  "a sweep whose processes are killed, the sweeper too, ends as one that was left alone",
  async () => {
    using runs = tempRuns();
    const random = new RandomStream(1, "kill");
    const kills = await killSweep(runs.path, 6, { nKills: 5, random });
    assert(kills.tasks + kills.sweepers > 0);
  },
);

Deno.test("a sweep of many runs takes each of them once", async () => {
  using folder = tempFolder();
  const { firstClaim, lastClaim, status } = await claimMany(folder.path, 100);
  assert([firstClaim, lastClaim, status].every(Number.isFinite));
});
