import { readHistory } from "./core/utils/history.ts";
import { readConfigFile, readRecords } from "./core/utils/run_directory.ts";
import { readTable } from "./core/data/table.ts";
import { readJsonFile } from "./core/utils/json.ts";
const [kind, path] = Deno.args;
const t = performance.now();
let out = "ok";
try {
  if (kind === "history") out = String(readHistory(path!).lines.length);
  if (kind === "config") {
    out = String(Object.keys(readConfigFile(path!)).length);
  }
  if (kind === "json") out = String(Object.keys(readJsonFile(path!)).length);
  if (kind === "records") {
    const p: never[] = [];
    out = String(readRecords(path!, p).size) + JSON.stringify(p).slice(0, 200);
  }
  if (kind === "table") out = String(readTable(path!).nRows);
} catch (e) {
  out = (e as Error).message.slice(0, 300);
}
const peak =
  /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1];
console.log(
  kind,
  out,
  "peak MiB",
  Math.round(Number(peak) / 1024),
  "s",
  ((performance.now() - t) / 1000).toFixed(1),
);
