import { assertEquals } from "@std/assert";
import { irregularStep } from "../../../../results/inspect/doctor/steps.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

Deno.test("irregularStep() counts lines of different keys apart", () => {
  const lines = range(100).flatMap((step) => [
    { step, loss: 1 },
    ...(step % 10 === 0 ? [{ step, epoch: step / 10 }] : []),
  ]);
  assertEquals(irregularStep(lines), null);
  const without = lines.filter((line) =>
    !("epoch" in line && line.step === 50)
  );
  assertEquals(
    irregularStep(without),
    "line 66 has step 60 after step 40, where each is 10 more",
  );
});

Deno.test("irregularStep() gives the first of several that are odd", () => {
  const steps = range(100).filter((step) => step !== 40 && step !== 60);
  steps.splice(20, 0, 20);
  assertEquals(
    irregularStep(steps.map((step) => ({ step }))),
    "line 22 has step 20 after step 20, where each is 1 more",
  );
});

Deno.test("irregularStep() finds no rule where steps follow none", () => {
  const of = (step: (i: number) => number, n = 5000) =>
    irregularStep(range(n).map((i) => ({ step: step(i) })));
  assertEquals(of((i) => i ** 2), null);
  assertEquals(of((i) => (i * 7919) % 5000), null);
  assertEquals(of((i) => i, 8), null);
  assertEquals(irregularStep([{ loss: 1 }, { loss: 2 }]), null);
});
