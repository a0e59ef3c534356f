import { assert, assertEquals, assertMatch } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readHistory } from "../../testing/history.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import {
  eachOf,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** Ways to end that the promise of train or evaluate does not tell. */
const ENDINGS: Readonly<Record<string, { code: string; message: string }>> = {
  rejection: {
    code: 'Promise.reject(new RangeError("not awaited")); await forever();',
    message: "not awaited",
  },
  "late rejection": {
    code: 'Promise.reject(new RangeError("not awaited"));',
    message: "not awaited",
  },
  timer: {
    code: 'setTimeout(() => { throw new RangeError("in a timer"); }, 0); ' +
      "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    message: "in a timer",
  },
  exit: { code: "Deno.exit(0);", message: "Deno.exit() was called" },
  "never settled": {
    code: "await forever();",
    message: "A promise is awaited that never settles",
  },
  text: { code: 'throw "a text";', message: "a text" },
  undefined: { code: "throw undefined;", message: "undefined" },
  object: { code: "throw { code: 5 };", message: "{ code: 5 }" },
  "an object that cannot be printed": {
    code: "throw { toString() { throw 1; }, " +
      '[Symbol.for("Deno.customInspect")]() { throw 2; } };',
    message: "a value that cannot be printed",
  },
  "a proxy that cannot be looked at": {
    code: "throw new Proxy({}, { getPrototypeOf() { throw 2; } });",
    message: "a value that cannot be printed",
  },
  "an error that cannot be printed": {
    code:
      'throw Object.defineProperty(new Error(), "message", { get() { throw 1; } });',
    message: "a value that cannot be printed",
  },
};

function experimentThat(code: string, when: "train" | "evaluate"): string {
  const bodyOf = (function_: string) => function_ === when ? code : "";
  return `import { experiment } from "whisker";
    const forever = () => new Promise(() => {});
    export default experiment({
      name: "ending",
      config: {},
      async train(_config, run) { await run.log({ step: 1 }); ${
    bodyOf("train")
  } },
      async evaluate() { ${bodyOf("evaluate")} },
    });`;
}

Deno.test(
  "a training fails, with its error kept, however it is ended from within",
  async () => {
    using runs = tempRuns();
    await eachOf(Object.entries(ENDINGS), async ([name, { code, message }]) => {
      const folder = `${runs.path}/${name.replaceAll(" ", "-")}`;
      const file = `${folder}.ts`;
      Deno.writeTextFileSync(
        `${ROOT}/${file}`,
        experimentThat(code, "train"),
      );
      const args = [`--experiment=${file}`, `--runs=${folder}`, "--quiet"];
      const { code: status, stdout, stderr } = await runScript("train", [
        ...args,
        "--json",
      ]);
      assertEquals(status, 1, name);
      const document = JSON.parse(stdout);
      assertEquals(document.status, "failed");
      assertEquals(document.error.message, message);
      const lines = stderr.trimEnd().split("\n");
      assertEquals(lines.length, 2, stderr);
      assertEquals(lines[0], `error: ${message}`);
      assertMatch(lines[1]!, /^failed: .*\(--debug shows where\)$/);
      const [run] = listRuns(`${ROOT}/${folder}`);
      const info = readRunInfo(run!.path);
      assertEquals(info.status, "failed");
      assertEquals(info.error, document.error);
      assert(info.finishedAt !== null);
      assertEquals(readHistory(run!.path).lines, [{ step: 1 }]);
    });
  },
);

Deno.test("an evaluation that calls Deno.exit() has failed", async () => {
  using runs = tempRuns();
  const file = `${runs.path}/ending.ts`;
  Deno.writeTextFileSync(
    `${ROOT}/${file}`,
    experimentThat("Deno.exit(0);", "evaluate"),
  );
  const args = [`--experiment=${file}`, `--runs=${runs.path}`, "--quiet"];
  assertEquals((await runScript("train", args)).code, 0);
  const { code, stderr } = await runScript("eval", args);
  assertEquals(code, 1);
  assertMatch(stderr, /^error: Deno\.exit\(\) was called\nfailed: /);
});

Deno.test(
  "what a training did not await does not change how it ended",
  async () => {
    using runs = tempRuns();
    const file = `${runs.path}/ending.ts`;
    Deno.writeTextFileSync(
      `${ROOT}/${file}`,
      experimentThat("setTimeout(() => { throw 1; }, 200);", "train"),
    );
    const args = [`--experiment=${file}`, `--runs=${runs.path}`, "--quiet"];
    const { code, stderr } = await runScript("train", args);
    assertEquals([code, stderr], [0, ""]);
  },
);
