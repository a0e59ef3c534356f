import { assertEquals } from "@std/assert";
import { findIrregularStep } from "../../../../results/inspect/doctor/steps.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

Deno.test("findIrregularStep() treats lines with different keys separately", () => {
  const lines = range(100).flatMap((step) => [
    { step, loss: 1 },
    ...(step % 10 === 0 ? [{ step, epoch: step / 10 }] : []),
  ]);
  assertEquals(findIrregularStep(lines), null);
  const without = lines.filter((line) =>
    !("epoch" in line && line.step === 50)
  );
  assertEquals(
    findIrregularStep(without),
    "line 66 has step 60 after step 40, where others are 10 apart",
  );
});

Deno.test("findIrregularStep() returns the first of several irregular lines", () => {
  const steps = range(100).filter((step) => step !== 40 && step !== 60);
  steps.splice(20, 0, 20);
  assertEquals(
    findIrregularStep(steps.map((step) => ({ step }))),
    "line 22 has step 20 after step 20, where others are 1 apart",
  );
});

Deno.test("findIrregularStep() returns null if the steps follow no rule", () => {
  const of = (step: (i: number) => number, n = 5000) =>
    findIrregularStep(range(n).map((i) => ({ step: step(i) })));
  assertEquals(of((i) => i ** 2), null);
  assertEquals(of((i) => (i * 7919) % 5000), null);
  assertEquals(of((i) => i, 8), null);
  assertEquals(findIrregularStep([{ loss: 1 }, { loss: 2 }]), null);
});
