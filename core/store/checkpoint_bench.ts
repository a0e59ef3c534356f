/**
 * What a checkpoint costs beside writing as many bytes.
 *
 * @module
 */

import { compareSides } from "../../testing/compare_sides.ts";
import { writeCheckpoint } from "./checkpoint.ts";

const folder = Deno.makeTempDirSync();
// Weights, their average and two moments of a model of 300,000 weights.
const names = ["weights", "averaged", "first", "second"];
const state = Object.fromEntries(
  names.map((name) => [name, new Float32Array(300_000).fill(1 / 3)]),
);
const bytes = new Uint8Array(names.length * 300_000 * 4);

await compareSides("a checkpoint of 4.8 MB", {
  "plain write of as many bytes": () =>
    Deno.writeFileSync(`${folder}/plain`, bytes),
  "writeCheckpoint": () => writeCheckpoint(folder, state),
  "writeCheckpoint, on the disk": () =>
    writeCheckpoint(folder, state, { isDurable: true }),
});
Deno.removeSync(folder, { recursive: true });
