/**
 * fast-check, with the same examples each time: a suite that is green stays
 * green. `WHISKER_TEST_SEED=7 deno task test` looks at others.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- deno.lock knows no package of tests
import fc from "npm:fast-check@4.10.2";

const canRead = Deno.permissions.querySync({ name: "env" }).state === "granted";
const seed = canRead ? Deno.env.get("WHISKER_TEST_SEED") : undefined;
const runs = canRead ? Deno.env.get("WHISKER_TEST_RUNS") : undefined;

fc.configureGlobal({
  seed: Number(seed ?? 1),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});

export default fc;
