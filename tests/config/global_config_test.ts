import { assertEquals, assertThrows } from "@std/assert";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { ConfigError } from "../../core/config/schema.ts";

Deno.test("globalConfigSchema has the documented defaults", () => {
  assertEquals({ ...globalConfigSchema.defaults }, {
    runs: "runs",
    engine: "auto",
    threads: 0,
    onNonfinite: "stop",
    checkpointEvery: "60s",
    fsync: "results",
    logEvery: 30,
    quiet: false,
  });
});

Deno.test("globalConfigSchema refuses an empty directory and what is not an interval", () => {
  const error = assertThrows(
    () => globalConfigSchema.parse({ runs: "", checkpointEvery: "often" }),
    ConfigError,
  );
  assertEquals(error.problems, [
    '"runs" must be the path of a directory, not ""',
    '"checkpointEvery" must be a time (60s, 5m, 1h), a count (500steps, ' +
    '2epochs), or never, not "often"',
  ]);
});
