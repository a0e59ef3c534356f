/**
 * A sweep as the dashboard shows it, from the files of its runs: claims cannot be
 * looked at without permission to write.
 *
 * @module
 */

import { listSweeps, openSweep } from "../../../core/sweep/manifest.ts";
import { growsWhileRunning, planList } from "../../../core/sweep/plan.ts";
import { quote } from "../../../core/utils/quote.ts";
import type { ResultMetadata } from "../../../core/utils/results.ts";
import { SEED_KEY } from "../../compare/replicates.ts";
import { collectMetrics, findDirection } from "../../compare/metrics.ts";
import type { RunDatabase, StoredRun } from "../../database/run_database.ts";
import {
  findDifferingKeys,
  readKey,
  selectRuns,
} from "../../database/select.ts";
import type { SweepPage } from "./protocol.ts";

/**
 * Lists sweeps.
 *
 * @param directories The directories of runs.
 * @returns Their names, the newest first.
 */
export function listSweepNames(directories: readonly string[]): string[] {
  const sweeps = directories.flatMap((runs) =>
    listSweeps(runs).flatMap((name) => {
      try {
        const { createdAt } = openSweep(runs, name)!.manifest;
        return [{ name, createdAt }];
      } catch {
        return []; // A damaged one hides no other.
      }
    })
  );
  return sweeps.sort((a, b) => a.createdAt < b.createdAt ? 1 : -1)
    .map(({ name }) => name);
}

/**
 * Makes the page of a sweep.
 *
 * @param database All runs.
 * @param name The sweep's name.
 * @returns The page.
 * @throws {RangeError} If there is no such sweep.
 */
export async function makeSweepPage(
  database: RunDatabase,
  name: string,
): Promise<SweepPage> {
  const { directories } = database;
  const sweep = directories.map((runs) => openSweep(runs, name))
    .find((sweep) => sweep !== null);
  if (!sweep) throw new RangeError(`There is no sweep ${name}.`);
  const runs = selectRuns(database, { where: [`sweep=${name}`] });
  const planned = growsWhileRunning(sweep)
    ? runs.length
    : sweep.manifest.plan.type === "list"
    ? (await planList(sweep).tasks(new Map())).length
    : (sweep.manifest.plan.runIds as readonly string[]).length;
  const counts = countRuns(runs, Math.max(planned, runs.length));
  const keys = findDifferingKeys(runs).filter((key) => key !== SEED_KEY);
  const declared = collectMetrics(runs);
  const metrics = [
    ...new Set(runs.flatMap(({ records }) => records.metadata)),
  ].filter((metadata) => !metadata.name.startsWith("time/"));
  const place = sweep.runs === "runs" ? "" : ` --runs ${quote(sweep.runs)}`;
  const command = (action: string) =>
    `deno task sweep ${action} ${quote(name)}${place}`;
  const isOver = counts.running + counts.waiting === 0;
  return {
    name,
    counts,
    secondsLeft: isOver ? null : estimateSecondsLeft(runs, counts),
    keys,
    metrics: metrics.map((metadata) => ({
      name: String(metadata),
      better: findDirection(metadata.name, {}, declared.get(metadata.name)) ??
        null,
    })),
    runs: runs.map((run) => ({
      id: run.id,
      status: run.status,
      values: keys.map((key) => readKey(run, key) ?? null),
      scores: metrics.map((metadata) => readScore(run, metadata)),
    })),
    failures: runs.filter(({ status }) => status === "failed")
      .map(({ id, info }) => `${id}: ${info.error?.message ?? "failed"}`),
    commands: [
      { title: "Status", command: command("status") },
      ...(isOver ? [] : [
        { title: "Resume", command: command("resume") },
        { title: "Cancel", command: command("cancel") },
      ]),
    ],
  };
}

function readScore(
  { records }: StoredRun,
  metadata: ResultMetadata,
): number | null {
  const { mean = NaN } = records.get(metadata) ?? {};
  return Number.isFinite(mean) ? mean : null;
}

function countRuns(
  runs: readonly StoredRun[],
  total: number,
): SweepPage["counts"] {
  const count = (wanted: StoredRun["status"]) =>
    runs.filter(({ status }) => status === wanted).length;
  const [completed, running, failed] = [
    count("completed"),
    count("running"),
    count("failed"),
  ];
  const waiting = total - completed - running - failed;
  return { total, completed, running, failed, waiting };
}

/** As many run at once as do now; a running one is half done, on average. */
function estimateSecondsLeft(
  runs: readonly StoredRun[],
  { running, waiting, completed }: SweepPage["counts"],
): number | null {
  if (completed === 0 || running === 0) return null;
  const seconds = runs.filter(({ status }) => status === "completed")
    .map(({ info }) => info.seconds ?? 0);
  const mean = seconds.reduce((sum, value) => sum + value, 0) / completed;
  return mean * (waiting / running + 0.5);
}
