/**
 * Reads runs with long histories and large files in a process of its own, by
 * every reader: prints what each found, and how much memory all of it took.
 *
 * @module
 */

import { findDifference, hashContents } from "../../core/store/file_hashes.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { compare } from "../../results/compare/compare.ts";
import { RunDatabase } from "../../results/database/run_database.ts";
import { examineRuns } from "../../results/inspect/doctor/doctor.ts";
import { readHistories } from "../../results/figures/histories.ts";
import { drawHistory } from "../../results/figures/history.ts";
import { readRun } from "../../results/inspect/show.ts";

const runs = Deno.args[0]!;
const [first, second] = listRuns(runs);

const { findings } = await examineRuns(runs);
console.log("doctor", findings.map(({ reason }) => reason).join("; "));

const { replicates } = await compare(new RunDatabase(runs));
const histories = readHistories(replicates, { nuisance: ["seed"] });
const { omitted } = await drawHistory(histories, { measure: "loss" });
console.log("plot", omitted.join("; "));

console.log("show", readRun(first!.path).history?.lines);

const { sizes } = await hashContents(first!.path);
console.log("hash", sizes["model/own.bin"]);

const file = "model/own.bin";
const paths = [first!, second!].map(({ path }) => `${path}/${file}`);
console.log("differ", await findDifference(paths[0]!, paths[1]!));

// The largest resident set so far, in MiB.
const status = Deno.readTextFileSync("/proc/self/status");
console.log(
  "peak",
  Math.ceil(Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024),
);
