import { assert, assertEquals, assertThrows } from "@std/assert";
import { integer } from "../core/config/fields.ts";
import diffusion from "../core/diffusion/experiment.ts";
import { experiment, isExperiment } from "../core/experiment.ts";

const nTosses = integer({ default: 100, min: 1, description: "how many" });

Deno.test("experiment() keeps what is declared about metrics", () => {
  const metrics = { heads: { better: "higher", unit: "tosses" } } as const;
  const made = experiment({ name: "coin", config: {}, metrics, train() {} });
  assertEquals(made.metrics, metrics);
  const plain = experiment({ name: "coin", config: {}, train() {} });
  assertEquals(plain.metrics, {});
});

Deno.test("experiment() adds the seed where the configuration has none", () => {
  const made = experiment({ name: "coin", config: { nTosses }, train() {} });
  assertEquals({ ...made.configSchema.defaults as object }, {
    seed: 42,
    nTosses: 100,
  });
  const seed = integer({ default: 7, min: 0, description: "mine" });
  const own = experiment({ name: "coin", config: { seed }, train() {} });
  assertEquals(own.configSchema.defaults.seed, 7);
});

Deno.test("experiment() infers the types of the configuration from its keys", () => {
  experiment({
    name: "coin",
    config: { nTosses },
    evalConfig: { nSamples: nTosses },
    train(config) {
      const count: number = config.nTosses + config.seed;
      // @ts-expect-error: there is no such key.
      return count + config.nothing;
    },
    evaluate(_config, { nSamples }) {
      // @ts-expect-error: it is a number.
      const wrong: string = nSamples;
      return wrong;
    },
  });
});

Deno.test("isExperiment() recognises only what experiment() made", () => {
  const made = experiment({ name: "coin", config: {}, train() {} });
  assert(isExperiment(made));
  assert(isExperiment(diffusion));
  for (const other of [null, undefined, {}, { ...made }, () => {}, "coin"]) {
    assertEquals(isExperiment(other), false);
  }
});

Deno.test("experiment() without evaluate has null in its place", () => {
  const made = experiment({ name: "coin", config: {}, train() {} });
  assertEquals(made.evaluate, null);
  assert(diffusion.evaluate !== null);
});

Deno.test("experiment() refuses wrong definitions, even if types were not checked", () => {
  const train = () => {};
  const undescribed = { ...nTosses, description: undefined };
  // deno-lint-ignore no-explicit-any
  const wrong: [any, string][] = [
    [{ config: {}, train }, "its name must be a text"],
    [{ name: "", config: {}, train }, "its name must be a text"],
    [{ name: "coin", config: {} }, "train must be a function"],
    [
      { name: "coin", config: { status: nTosses }, train },
      "Whisker itself uses",
    ],
    [{ name: "coin", config: { L2: nTosses }, train }, "a small letter"],
    [{ name: "coin", config: { rate: 0.1 }, train }, "made by number, integer"],
    [{ name: "coin", config: { n: undescribed }, train }, "a description"],
  ];
  for (const [definition, message] of wrong) {
    assertThrows(() => experiment(definition), TypeError, message);
  }
});
