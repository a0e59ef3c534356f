import { assertEquals } from "@std/assert";
import { wereSeedsAdded } from "../../../results/statistics/added_seeds.ts";

/** Runs of 30 seconds that start at these seconds. */
function runs(...starts: number[]) {
  return makeRuns(30, starts);
}

function makeRuns(seconds: number, starts: readonly number[]) {
  return starts.map((start) => ({
    start: 1000 * start,
    end: 1000 * (start + seconds),
  }));
}

Deno.test("wereSeedsAdded() sees a pause after which rows were continued", () => {
  const first = runs(0, 31, 62), second = runs(93, 124, 155);
  assertEquals(wereSeedsAdded([first, second]), false);
  assertEquals(wereSeedsAdded([[...first, ...runs(186)], second]), false);
  assertEquals(wereSeedsAdded([[...first, ...runs(216)], second]), true);
  // What takes no longer than a run is a loop.
  assertEquals(wereSeedsAdded([[...first, ...runs(215)], second]), false);
});

Deno.test("wereSeedsAdded() takes a pause by the length of the runs", () => {
  const add = (seconds: number, pause: number) => {
    const starts = (from: number, n: number) =>
      Array.from({ length: n }, (_, i) => from + i * (seconds + 3));
    const first = starts(0, 3), second = starts(first[2]! + seconds + 3, 3);
    const added = second[2]! + seconds + pause;
    return wereSeedsAdded([
      makeRuns(seconds, [...first, added]),
      makeRuns(seconds, second),
    ]);
  };
  assertEquals([add(0.1, 3), add(0.1, 10)], [false, true]);
  assertEquals([add(7200, 59), add(7200, 61)], [false, true]);
});

Deno.test("wereSeedsAdded() looks past pauses in which nothing could be compared", () => {
  const first = runs(0, 31, 62);
  // Two runs are no row yet.
  assertEquals(wereSeedsAdded([first, runs(93, 124, 900)]), false);
  // A new row continues no other.
  const both = [first, runs(93, 124, 155)];
  assertEquals(wereSeedsAdded([...both, runs(900, 931, 962)]), false);
  // Another run was going on all the time.
  const long = { start: 0, end: 950_000 };
  assertEquals(
    wereSeedsAdded([[...first, ...runs(900)], both[1]!, [long]]),
    false,
  );
});

Deno.test("wereSeedsAdded() sees a row continued after another was begun", () => {
  const [first, second] = [runs(0, 31, 62), runs(93, 124, 155)];
  const third = runs(900, 931, 962);
  assertEquals(
    wereSeedsAdded([[...first, ...runs(993)], second, third]),
    true,
  );
  assertEquals(wereSeedsAdded([]), false);
});
