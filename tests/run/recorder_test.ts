import { assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../core/run/recorder.ts";
import { ResultCollection, ScalarResult } from "../../core/utils/results.ts";

const result = (mean: number) => new ScalarResult({ mean, error: 1, n: 9 });

/** A recorder, and the means that it has saved by name. */
function recorderAfter(earlier: ResultCollection, max?: number) {
  const saved: Record<string, number>[] = [];
  const recorder = new Recorder({
    print: () => {},
    save: (records) => {
      saved.push(Object.fromEntries(
        Array.from(
          records,
          ({ metadata, result }) => [metadata.name, result.mean],
        ),
      ));
    },
    earlier,
    ...(max ? { max } : {}),
  });
  return { recorder, saved };
}

Deno.test("Recorder prints a record, and saves nothing unless asked", () => {
  const printed: string[] = [];
  const recorder = new Recorder({
    print: (record) => printed.push(`${record}`),
  });
  recorder.record({ name: "loss" }, result(3));
  assertEquals(printed, ["loss = 3.0 ± 1.0 (within-run, n = 9)"]);
  assertEquals(recorder.records.size, 1);
});

Deno.test("Recorder saves all records, and the last of each kind counts", () => {
  const { recorder, saved } = recorderAfter(new ResultCollection());
  recorder.record({ name: "loss" }, result(1));
  recorder.record({ name: "mean" }, result(2));
  recorder.record({ name: "loss" }, result(3));
  assertEquals(saved, [{ loss: 1 }, { loss: 1, mean: 2 }, {
    loss: 3,
    mean: 2,
  }]);
});

Deno.test("Recorder keeps earlier records until they are made again or settled", () => {
  const { recorder: before } = recorderAfter(new ResultCollection());
  before.record({ name: "loss" }, result(1));
  before.record({ name: "gone" }, result(2));
  const { recorder, saved } = recorderAfter(before.records);
  recorder.record({ name: "loss" }, result(3));
  recorder.settle();
  recorder.settle();
  assertEquals(saved[0], { loss: 3, gone: 2 });
  assertEquals(saved.at(-1), { loss: 3 });
  assertEquals(recorder.records.size, 1);
});

Deno.test("Recorder keeps nothing of a record that cannot be saved", () => {
  const recorder = new Recorder({
    print: () => {},
    save: () => {
      throw new Error("no room");
    },
  });
  assertThrows(() => recorder.record({ name: "a" }, result(1)), Error, "room");
  assertEquals(recorder.records.size, 0);
});

Deno.test("Recorder has a limit, which replacing a record does not exceed", () => {
  const { recorder } = recorderAfter(new ResultCollection(), 1);
  recorder.record({ name: "loss" }, result(1));
  recorder.record({ name: "loss" }, result(2));
  assertThrows(
    () => recorder.record({ name: "mean" }, result(3)),
    RangeError,
    "a run may have at most",
  );
});

Deno.test("Recorder refuses a result that is not a ScalarResult, and keeps nothing", () => {
  const recorder = new Recorder({ print: () => {} });
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => recorder.record({ name: "loss" }, 0.5 as any),
    TypeError,
    "Cannot record loss: it must be a ScalarResult",
  );
  assertEquals(recorder.records.size, 0);
});
