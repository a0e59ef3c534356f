import { assertEquals } from "@std/assert";
import {
  estimateSecondsLeft,
  readStep,
  readTotal,
  StepRate,
} from "../../../results/inspect/progress.ts";

Deno.test("readStep() takes the step, or the epoch where there is none", () => {
  assertEquals(readStep({ epoch: 2, step: 30, loss: 1 }), 30);
  assertEquals(readStep({ epoch: 2, loss: 1 }), 2);
  assertEquals(readStep({ step: "NaN", epoch: 2 }), 2);
  assertEquals(readStep({ loss: 1 }), null);
});

Deno.test("readTotal() is known where a run has said how many steps there are", () => {
  const planned = { unit: "steps", total: 900 };
  assertEquals(readTotal({ planned }, { step: 3 }), 900);
  // Steps are not epochs.
  assertEquals(readTotal({ planned }, { epoch: 3 }), null);
  assertEquals(
    readTotal({ planned: { unit: "epochs", total: 9 } }, { epoch: 3 }),
    9,
  );
  assertEquals(readTotal({}, { step: 3 }), null);
});

Deno.test("StepRate begins with the mean since the start, then forgets it", () => {
  const rate = new StepRate(0);
  rate.see(100, 10_000);
  assertEquals(rate.compute(10_000), 10);
  // Twice as fast for a while.
  for (let second = 11; second <= 60; second++) {
    rate.see(100 + 20 * (second - 10), 1000 * second);
  }
  assertEquals(rate.compute(60_000), 20);
  // It stands still.
  assertEquals(rate.compute(90_000), 10);
});

Deno.test("StepRate knows nothing of a run that was seen once, or was cut back", () => {
  const rate = new StepRate();
  assertEquals(rate.compute(0), null);
  rate.see(500, 1000);
  assertEquals(rate.compute(2000), null);
  rate.see(600, 2000);
  assertEquals(rate.compute(2000), 100);
  rate.see(550, 3000);
  assertEquals(rate.compute(3000), null);
});

Deno.test("estimateSecondsLeft() is unknown without a rate, and never negative", () => {
  assertEquals(estimateSecondsLeft(1200, 1000, 40), 0);
  assertEquals(estimateSecondsLeft(200, 1000, null), null);
  assertEquals(estimateSecondsLeft(null, 1000, 40), null);
  assertEquals(estimateSecondsLeft(200, 1000, 0), null);
});
