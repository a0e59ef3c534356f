import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../core/utils/random.ts";
import {
  skipUnlessGranted,
  tempFolder,
  tempRuns,
  testWithProgram,
} from "../../testing/helpers.ts";
import { setClockBack } from "../../studies/durability/clock.ts";
import { cutFiles } from "../../studies/durability/cut.ts";
import {
  canMount,
  fillDisks,
  writeNowhere,
} from "../../studies/durability/disk.ts";
import { injectFaults } from "../../studies/durability/faults.ts";
import { killTrainings } from "../../studies/durability/kill.ts";
import { cutPower, DIFFUSION, SMALL } from "../../studies/durability/power.ts";
import {
  deleteWhileCompared,
  evaluateTogether,
  startTogether,
} from "../../studies/durability/together.ts";

skipUnlessGranted("scripts");

// Each of these at its short count; docs/durability.md has the full ones.

Deno.test(
  "a training that is killed has kept all that it said, and is resumed as if it had not been",
  async () => {
    using runs = tempRuns();
    const nTrials = 6;
    // Other moments each time: there are too many to look at all.
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const random = new RandomStream(seed, "kill");
    const tally = await killTrainings(runs.path, nTrials, random);
    assert(tally.kills > 0 && tally.acknowledged > 0, `seed ${seed}`);
  },
);

Deno.test(
  "a file of a run that is cut is reported by what reads it, and hides no other run",
  async () => {
    using folder = tempFolder();
    const { files, cuts } = await cutFiles(folder.path, 97);
    assert(files > 12 && cuts > 500);
  },
);

Deno.test("processes that start at once have a run each", async () => {
  using runs = tempRuns();
  await startTogether(runs.path, 8);
});

Deno.test(
  "evaluations of one run at once leave what they leave one after the other",
  async () => {
    using runs = tempRuns();
    await evaluateTogether(runs.path, 1);
  },
);

Deno.test("compare shows all other runs while some are deleted", async () => {
  using runs = tempRuns();
  const { deleted } = await deleteWhileCompared(runs.path, 1);
  assert(deleted > 0);
});

for (const fsync of ["results", "always", "never"] as const) {
  Deno.test(
    `what a power cut leaves of a training is read and resumed (--fsync ${fsync})`,
    async () => {
      const { states, resumed } = await cutPower(SMALL, fsync, 4);
      assert(states > 100 && (fsync === "never" || resumed > 15));
    },
  );
}

Deno.test(
  "what a power cut leaves of a diffusion model is read and resumed",
  async () => {
    const { states, resumed } = await cutPower(DIFFUSION, "results", 16);
    assert(states > 200 && resumed > 5);
  },
);

Deno.test(
  "a run says how it ended whichever file operation fails",
  async () => {
    const kinds = ["once", "syncs"] as const;
    const tally = await injectFaults(SMALL, "always", kinds, 5);
    assert(tally.before > 0 && tally.resumed > 0 && tally.completed > 0);
  },
);

Deno.test(
  "a run is resumed to the same end whichever file operation was the last",
  async () => {
    const kinds = ["killed", "torn"] as const;
    const tally = await injectFaults(SMALL, "never", kinds, 5);
    assert(tally.before > 0 && tally.resumed > 0 && tally.completed > 0);
  },
);

testWithProgram(
  "faketime",
  "a clock that is set back loses nothing",
  async () => {
    using runs = tempRuns();
    await setClockBack(runs.path);
  },
);

testWithMounts(
  "a full disk is a clear error, and leaves whole what it had room for",
  async () => {
    using runs = tempRuns();
    const tally = await fillDisks(runs.path, [40, 40]);
    assertEquals(tally, { disks: 2, failed: 2, resumed: 2 });
  },
);

testWithMounts(
  "a folder that may not be written is a clear error, and stays as it is",
  async () => {
    using runs = tempRuns();
    await writeNowhere(runs.path);
  },
);

/** Needs file systems of its own, which not every machine allows. */
function testWithMounts(name: string, fn: () => Promise<void>): void {
  const hasRights = Deno.permissions.querySync({ name: "run" }).state ===
    "granted";
  if (hasRights && !canMount()) {
    Deno.test.ignore(`${name} (needs the right to mount a tmpfs: root)`, fn);
  } else Deno.test(name, fn);
}
