import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import { History } from "../../../core/store/history.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import {
  NoticeFinder,
  RunWatcher,
  type SeenRun,
} from "../../../results/inspect/notices.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

type Status = SeenRun["run"]["status"];

/** A run with one measure. */
function seeRun(
  id: string,
  step: number,
  loss: number,
  status: Status = "running",
): SeenRun {
  const run = { id, path: id, status, info: {} } as SeenRun["run"];
  const values: Record<string, number> = { loss };
  return { run, group: 1, step, values, readEarlier: () => [] };
}

Deno.test("NoticeFinder tells once that a run died or failed, or that a value is not a number", () => {
  const finder = new NoticeFinder();
  const look = (...runs: SeenRun[]) =>
    finder.look(runs, 0).map(({ run, kind }) => `${run} ${kind}`);
  // What happened before is no news.
  assertEquals(look(seeRun("old", 1, NaN, "died"), seeRun("a", 1, 1)), []);
  const old = seeRun("old", 1, NaN, "died");
  assertEquals(look(old, seeRun("a", 2, NaN)), ["a not-a-number"]);
  assertEquals(look(old, seeRun("a", 3, NaN, "failed")), ["a failed"]);
  assertEquals(look(old, seeRun("a", 3, NaN, "failed")), []);
  assertEquals(look(old, seeRun("b", 1, 1, "died")), ["b died"]);
});

/** Looks at five runs for so many steps; returns the steps of notices by run. */
function follow(
  nSteps: number,
  valueOf: (run: number, step: number) => number,
): string[] {
  const finder = new NoticeFinder();
  const found: string[] = [];
  for (let step = 1; step <= nSteps; step++) {
    const runs = [0, 1, 2, 3, 4].map((run) =>
      seeRun(`${run}`, step, valueOf(run, step))
    );
    const notices = finder.look(runs, 0);
    found.push(...notices.map(({ run, kind }) => `${run} ${kind} ${step}`));
  }
  return found;
}

Deno.test("NoticeFinder tells that a run has left the band of its siblings, after five places", () => {
  const random = new RandomStream(1, "band");
  const values = (run: number, step: number) =>
    1 / step + 0.01 * random.normal() + (run === 2 && step > 20 ? 5 : 0);
  assertEquals(follow(60, values), ["2 left-band 25"]);
});

Deno.test("NoticeFinder is rarely wrong about siblings that differ by their seeds alone", () => {
  const random = new RandomStream(2, "band");
  let nNotices = 0;
  const nSets = 100;
  for (let set = 0; set < nSets; set++) {
    // They keep their distances: at each place the same run is the farthest.
    const levels = [0, 1, 2, 3, 4].map(() => random.normal());
    nNotices += follow(8, (run) => levels[run]!).length;
  }
  // Each of 500 runs with a chance of 1 %.
  assert(nNotices <= 12, `${nNotices} notices`);
});

Deno.test("siblings that are behind, or that ended before, are compared at the same step", () => {
  using folder = tempFolder();
  const histories = [1, 2, 3, 4].map((seed) => {
    const id = `run-${seed}`;
    const path = makeRun(folder.path, {
      ...{ id, config: { seed, rate: 1 } },
      info: { status: seed === 4 ? "running" : "completed" },
    });
    return new History(path, id);
  });
  const at = (seed: number, step: number) => step + seed * 0.01;
  for (let seed = 1; seed <= 3; seed++) {
    for (let step = 1; step <= 50; step++) {
      histories[seed - 1]!.append({ step, loss: at(seed, step) });
    }
  }
  const finder = new NoticeFinder(), watcher = new RunWatcher();
  const look = (line: Record<string, number>) => {
    histories[3]!.append(line);
    const runs = [...new RunDatabase(folder.path)];
    return finder.look(watcher.see(runs), 0).map(({ text }) => text);
  };
  for (let step = 1; step <= 10; step++) {
    assertEquals(look({ step, loss: at(4, step) }), []);
  }
  const texts = [11, 12, 13, 14, 15].flatMap((step) =>
    look({ step, loss: 90 })
  );
  assertEquals(texts, [
    "run-4 has left the band of its siblings: loss is 90 at step 15, theirs " +
    "15.02 on average",
  ]);
  for (const history of histories) history[Symbol.dispose]();
});
