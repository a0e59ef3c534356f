import { assert, assertEquals } from "@std/assert";
import fc from "../../../testing/properties.ts";
import {
  chooseLogTicks,
  chooseTicks,
  formatTick,
  type Tick,
} from "../../../results/figures/ticks.ts";

/** Reads a label as a person does; and to which digits it is given. */
function readLabel(label: string): { value: number; halfDigit: number } {
  const plain = label.replaceAll(",", "").replaceAll("−", "-");
  const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const [, digits = "1", power = ""] = /^(?:(.*?)×)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/
    .exec(plain) ?? [undefined, plain];
  const exponent = Number(
    Array.from(power, (c) => c === "⁻" ? "-" : superscripts.indexOf(c)).join(
      "",
    ),
  );
  const decimals = digits.split(".")[1]?.length ?? 0;
  return {
    value: Number(`${digits}e${exponent}`),
    halfDigit: Number(`0.5e${exponent - decimals}`),
  };
}

function checkTicks(ticks: readonly Tick[], low: number, high: number): void {
  for (const { value, label } of ticks) {
    assert(value >= low && value <= high, `${value}`);
    const read = readLabel(label);
    // The label is the value itself, but for the rounding of binary numbers.
    assert(
      Math.abs(read.value - value) <= 1e-12 * Math.abs(value),
      `${label} at ${value}`,
    );
  }
  const labels = ticks.map(({ label }) => label);
  assertEquals(new Set(labels).size, labels.length);
}

const domains = fc.tuple(
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
).map(([low, span]) => [low, low + span] as const)
  // Narrower axes hold one value.
  .filter(([low, high]) => high - low > 1e-9 * Math.abs(low))
  // Smaller numbers have fewer digits.
  .map(([low, high]) => [Math.abs(low) < 1e-300 ? 0 : low, high] as const);

Deno.test("chooseTicks() labels ticks with their values, and no two alike", () => {
  fc.assert(
    fc.property(domains, fc.integer({ min: 2, max: 12 }), (ends, max) => {
      const ticks = chooseTicks(ends, max);
      assert(ticks.length <= max && ticks.length >= 1);
      checkTicks(ticks, ...ends);
    }),
  );
});

Deno.test("chooseTicks() gives all labels the decimals of the step", () => {
  const list = (low: number, high: number) =>
    chooseTicks([low, high], 5).map(({ label }) => label);
  assertEquals(list(0.975, 1.004), ["0.98", "0.99", "1.00"]);
  assertEquals(list(-1, 1), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
  assertEquals(list(8000, 40_000), ["10,000", "20,000", "30,000", "40,000"]);
  assertEquals(list(1.2e-7, 5e-7), ["2×10⁻⁷", "3×10⁻⁷", "4×10⁻⁷", "5×10⁻⁷"]);
});

Deno.test("chooseLogTicks() labels ticks with their values, and no two alike", () => {
  const ends = fc.tuple(
    fc.double({ min: -200, max: 200, noNaN: true }),
    fc.double({ min: 0.01, max: 60, noNaN: true }),
  ).map(([power, span]) => [10 ** power, 10 ** (power + span)] as const);
  fc.assert(fc.property(ends, fc.integer({ min: 2, max: 12 }), (ends, max) => {
    const ticks = chooseLogTicks(ends, max);
    assert(ticks.length <= max);
    checkTicks(ticks, ...ends);
  }));
});

Deno.test("chooseLogTicks() has ticks within decades, unless there are many", () => {
  const list = (low: number, high: number) =>
    chooseLogTicks([low, high], 6).map(({ label }) => label);
  assertEquals(list(0.04, 0.6), ["0.05", "0.1", "0.2", "0.5"]);
  assertEquals(list(0.001, 0.4), [
    "0.001",
    "0.003",
    "0.01",
    "0.03",
    "0.1",
    "0.3",
  ]);
  assertEquals(list(1e-9, 1), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]);
  // Within less than a decade those of a linear axis.
  assertEquals(list(0.9, 1.1), ["0.90", "0.95", "1.00", "1.05", "1.10"]);
});

Deno.test("formatTick() writes all digits of a value of the data", () => {
  assertEquals(
    [0, 0.99, 0.9999999, 12345.5, -2e-7, 1e9].map(formatTick),
    ["0", "0.99", "0.9999999", "12,345.5", "−2×10⁻⁷", "10⁹"],
  );
});
