import { assertEquals, assertMatch } from "@std/assert";
import {
  type ComparedRun,
  diffRuns,
  formatDiff,
} from "../../../results/inspect/diff.ts";
import { INFO } from "../../../testing/runs.ts";

function makeRun(id: string, seed: number, code: string | null): ComparedRun {
  const files = new Map([["a.ts", new TextEncoder().encode(code ?? "")]]);
  const source = { entries: [], files, imports: new Map(), lock: null };
  return {
    info: { ...INFO, runId: id },
    config: { seed, rate: 0.1 },
    source: code === null ? null : source,
  };
}

Deno.test("diffRuns() returns what differs, and nothing else", () => {
  const first = makeRun("a", 1, "one\ntwo\n");
  const { configuration, environment, code } = diffRuns(
    first,
    makeRun("b", 2, "one\ntwo\nthree\n"),
  );
  assertEquals(configuration, [{ name: "seed", first: "1", second: "2" }]);
  assertEquals(environment, []);
  assertMatch(code["a.ts"]!, /^\+three$/m);
  assertEquals(diffRuns(first, makeRun("b", 1, "one\ntwo\n")).code, {});
});

Deno.test("formatDiff() counts the lines that differ, and prints them if asked", () => {
  const differences = diffRuns(
    makeRun("a", 1, "one\ntwo\n"),
    makeRun("b", 2, "one\nthree\nfour\n"),
  );
  const text = formatDiff(differences);
  assertMatch(text, /^ {2}seed {2}1 → 2$/m);
  assertMatch(text, /^ {2}a\.ts {2}\+2 -1 lines\n {2}--full /m);
  assertMatch(formatDiff(differences, true), /^-two\n\+three$/m);
});

Deno.test("formatDiff() names runs whose source is unknown", () => {
  const text = formatDiff(diffRuns(makeRun("a", 1, ""), makeRun("b", 1, null)));
  assertMatch(text, /^Code\n {2}unknown: the source of b$/m);
});
