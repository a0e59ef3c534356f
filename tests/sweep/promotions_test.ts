import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../core/utils/random.ts";
import {
  type Entry,
  promote,
  rankEntries,
} from "../../core/sweep/promotions.ts";

const OPTIONS = { nConfigs: 27, nRungs: 3, reduction: 3 };

/** Losses that are drawn once for each entry. */
function drawLosses(seed: number): (entry: Entry) => number {
  const random = new RandomStream(seed, "losses");
  const losses = Array.from(
    { length: OPTIONS.nConfigs * OPTIONS.nRungs },
    () => random.normal(),
  );
  return ({ config, rung }) => losses[config * OPTIONS.nRungs + rung]!;
}

const write = ({ config, rung }: Entry) => `${config}/${rung}`;

/** Measures one missing entry at a time until nothing is missing. */
function search(
  readLoss: (entry: Entry) => number,
  choose: (missing: readonly Entry[]) => Entry,
) {
  const known = new Map<string, number>();
  for (;;) {
    const found = promote(OPTIONS, (entry) => known.get(write(entry)));
    if (found.missing.length === 0) return { ...found, known };
    const entry = choose(found.missing);
    known.set(write(entry), readLoss(entry));
  }
}

Deno.test("promote() decides the same, in whatever order losses come", () => {
  for (const seed of [1, 2, 3]) {
    const readLoss = drawLosses(seed);
    const random = new RandomStream(seed, "order");
    const first = search(readLoss, ([entry]) => entry!);
    const last = search(readLoss, (missing) => missing.at(-1)!);
    const mixed = search(
      readLoss,
      (missing) => missing[random.integer(missing.length)]!,
    );
    assertEquals(last.rungs, first.rungs);
    assertEquals(mixed.rungs, first.rungs);
    // Nothing was measured that the last decision does not rest on.
    const entries = first.rungs.flatMap((configs, rung) =>
      configs.map((config) => write({ config, rung }))
    );
    assertEquals([...mixed.known.keys()].sort(), entries.sort());
  }
});

Deno.test("promote() promotes the best of each rung, and few others", () => {
  const readLoss = drawLosses(4);
  const { rungs } = search(readLoss, ([entry]) => entry!);
  assertEquals(rungs[0], Array.from({ length: 27 }, (_, i) => i));
  rungs.slice(1).forEach((configs, i) => {
    const below = rungs[i]!.toSorted((a, b) =>
      readLoss({ config: a, rung: i }) - readLoss({ config: b, rung: i })
    );
    const best = below.slice(0, Math.floor(below.length / 3));
    assert(best.every((config) => configs.includes(config)), `${configs}`);
    assert(configs.length < 3 * best.length + 3, `${configs}`);
  });
});

Deno.test("promote() waits for no loss that comes later in the order", () => {
  const { missing } = promote(
    OPTIONS,
    ({ config, rung }) => rung === 0 && config < 3 ? -config : undefined,
  );
  assertEquals(missing[0], { config: 2, rung: 1 });
  assertEquals(missing.length, 25);
});

Deno.test("configurations without a finite loss are neither promoted nor ranked", () => {
  const readLoss = ({ config, rung }: Entry) =>
    config === 0 ? NaN : config === 1 && rung === 1 ? Infinity : config;
  const options = { nConfigs: 4, nRungs: 2, reduction: 2 };
  const { rungs } = promote(options, readLoss);
  assertEquals(rungs, [[0, 1, 2, 3], [1, 2]]);
  assertEquals(rankEntries(rungs, readLoss), [
    { config: 2, rung: 1 },
    { config: 3, rung: 0 },
  ]);
});

Deno.test("promote() brings some to the last rung, once all losses are known", () => {
  const options = { nConfigs: 4, nRungs: 3, reduction: 5, minPromoted: 2 };
  const losses = [3, 1, 2, 0];
  const readLoss = ({ config }: Entry) => losses[config];
  const { rungs } = promote(options, readLoss);
  assertEquals(rungs, [[0, 1, 2, 3], [3, 1], [3, 1]]);
  const early = promote(
    options,
    (entry) => entry.config === 0 ? undefined : readLoss(entry),
  );
  assertEquals(early.rungs, [[0, 1, 2, 3], [], []]);
});
