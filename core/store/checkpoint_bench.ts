/**
 * What a checkpoint costs beside writing as many bytes.
 *
 * @module
 */

import { writeCheckpoint } from "./checkpoint.ts";

const folder = Deno.makeTempDirSync();
// Weights, their average and two moments of a model of 300,000 weights.
const names = ["weights", "averaged", "first", "second"];
const state = Object.fromEntries(
  names.map((name) => [name, new Float32Array(300_000).fill(1 / 3)]),
);
const bytes = new Uint8Array(names.length * 300_000 * 4);

Deno.bench(
  "plain write of as many bytes",
  { group: "checkpoint", baseline: true },
  () => Deno.writeFileSync(`${folder}/plain`, bytes),
);

Deno.bench("writeCheckpoint", { group: "checkpoint" }, async () => {
  await writeCheckpoint(folder, state);
});

Deno.bench(
  "writeCheckpoint, on the disk",
  { group: "checkpoint" },
  async () => {
    await writeCheckpoint(folder, state, { isDurable: true });
  },
);

globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
