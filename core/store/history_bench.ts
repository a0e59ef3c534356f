/**
 * What a line of the history costs beside its parts.
 *
 * @module
 */

import { compareSides } from "../../testing/bench.ts";
import { History } from "./history.ts";

const folder = Deno.makeTempDirSync();
const history = new History(folder, "bench");
const durable = new History(Deno.makeTempDirSync({ dir: folder }), "bench", {
  isDurable: true,
});
const file = Deno.openSync(`${folder}/plain`, { create: true, write: true });
const encoder = new TextEncoder();
const N_LINES = 1000;
let step = 0;

const values = () => ({
  step: ++step,
  epoch: 3,
  loss: 1 / step,
  gradNorm: 0.5,
});

function repeat(call: () => unknown): () => void {
  return () => {
    for (let i = 0; i < N_LINES; i++) call();
  };
}

await compareSides(`${N_LINES} lines`, {
  "plain write of the same lines": repeat(() =>
    file.writeSync(encoder.encode(JSON.stringify(values()) + "\n"))
  ),
  "JSON.stringify alone": repeat(() => JSON.stringify(values())),
  "History.append": repeat(() => history.append(values())),
});

await compareSides("a line on the disk", {
  "plain write and fsync": () => {
    file.writeSync(encoder.encode(JSON.stringify(values()) + "\n"));
    file.syncDataSync();
  },
  "History.append": () => durable.append(values()),
});

history.close();
durable.close();
file.close();
Deno.removeSync(folder, { recursive: true });
