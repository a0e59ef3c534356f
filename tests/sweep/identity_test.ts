import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hashDataFiles, identifyRun } from "../../core/sweep/identity.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "a run is identified by experiment, configuration, source and data, and not by the order of keys",
  () => {
    const config = { seed: 1, rate: 0.1, data: "a.csv" };
    const basis = { experiment: "coin", source: "5", files: { "a.csv": "7" } };
    const identity = identifyRun(config, basis);
    assertMatch(identity, /^[0-9a-f]{16}$/);
    const same = { data: "a.csv", rate: 0.1, seed: 1 };
    assertEquals(identifyRun(same, basis), identity);
    const others = [
      identifyRun({ ...config, seed: 2 }, basis),
      identifyRun(config, { ...basis, experiment: "die" }),
      identifyRun(config, { ...basis, source: "6" }),
      identifyRun(config, { ...basis, files: { "a.csv": "8" } }),
    ];
    for (const other of others) assertNotEquals(other, identity);
    // Data of other runs of the sweep do not matter.
    const more = { "a.csv": "7", "b.csv": "9" };
    assertEquals(identifyRun(config, { ...basis, files: more }), identity);
  },
);

Deno.test("hashDataFiles() hashes what configurations name and is a file", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/data`;
  Deno.writeTextFileSync(path, "1,2\n");
  const hashes = await hashDataFiles([
    { data: path, model: "mlp" },
    { data: folder.path, model: "mlp" },
  ]);
  assertEquals(Object.keys(hashes), [path]);
  Deno.writeTextFileSync(path, "1,3\n");
  assertNotEquals(await hashDataFiles([{ data: path }]), hashes);
});
