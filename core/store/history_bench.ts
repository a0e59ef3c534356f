/**
 * What a line of the history costs beside its parts.
 *
 * @module
 */

import { History } from "./history.ts";

const folder = Deno.makeTempDirSync();
const history = new History(folder, "bench");
const durable = new History(Deno.makeTempDirSync({ dir: folder }), "bench", {
  isDurable: true,
});
const file = Deno.openSync(`${folder}/plain`, { create: true, write: true });
const encoder = new TextEncoder();
let step = 0;

const values = () => ({
  step: ++step,
  epoch: 3,
  loss: 1 / step,
  gradNorm: 0.5,
});

Deno.bench("JSON.stringify alone", { group: "line" }, () => {
  JSON.stringify(values());
});

Deno.bench(
  "plain write of the same line",
  { group: "line", baseline: true },
  () => {
    file.writeSync(encoder.encode(JSON.stringify(values()) + "\n"));
  },
);

Deno.bench("History.append", { group: "line" }, () => {
  history.append(values());
});

Deno.bench("History.append, each line on the disk", { group: "line" }, () => {
  durable.append(values());
});

globalThis.addEventListener("unload", () => {
  history.close();
  durable.close();
  file.close();
  Deno.removeSync(folder, { recursive: true });
});
