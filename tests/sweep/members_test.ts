import { assertEquals } from "@std/assert";
import { Claims } from "../../core/sweep/claims.ts";
import { CONFIRM_FROM, readSweepMembers } from "../../core/sweep/members.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeSweep } from "../../testing/sweeps.ts";

skipUnlessGranted("files");

Deno.test("readSweepMembers() has runs that were there before, and what they are for", async () => {
  using folder = tempFolder();
  const { path, runs } = await makeSweep(folder.path);
  const claims = new Claims(path);
  claims.read();
  claims.note("aa", { status: "completed", runId: "run-0", seconds: null });
  claims.note("bb", { status: "interrupted", runId: "run-3", seconds: null });
  claims.note("cc", { status: "interrupted", runId: null, seconds: null });
  const { ids, findRole } = readSweepMembers(runs, "made");
  assertEquals([...ids].sort(), ["run-0", "run-3"]);
  assertEquals(findRole(0), undefined);
  assertEquals(readSweepMembers(runs, "other").ids.size, 0);
  for (const type of ["search", "until-resolved"]) {
    await makeSweep(folder.path, { name: type, plan: { type } });
  }
  const search = readSweepMembers(runs, "search");
  assertEquals(search.findRole(CONFIRM_FROM - 1), "search");
  assertEquals(search.findRole(CONFIRM_FROM), "confirm");
  const until = readSweepMembers(runs, "until-resolved");
  assertEquals(until.findRole(1), "until-resolved");
});
