/**
 * The runs as they are now.
 *
 * @module
 */

import { formatLabel, singleLine } from "../../compare/labels.ts";
import { groupReplicates } from "../../compare/replicates.ts";
import { RunDatabase, type StoredRun } from "../../database/run_database.ts";
import {
  findDifferingKeys,
  readKey,
  type RunFilter,
  selectRuns,
} from "../../database/select.ts";
import { readLastLine } from "../../inspect/last_line.ts";
import { readStep } from "../../inspect/progress.ts";
import { readMeasure } from "../../../core/store/history.ts";
import type { DashboardEvent, RunList, RunRow } from "./protocol.ts";

/** How often the runs are looked at. */
const TICK_MS = 1000;

/** The runs of some directories, followed while they train. */
export class LiveRuns implements Disposable {
  readonly #directories: readonly string[];
  readonly #filter: RunFilter;
  readonly #listeners = new Map<(event: DashboardEvent) => void, RunFilter>();
  readonly #timer: ReturnType<typeof setInterval>;
  #database: RunDatabase;

  /**
   * Reads the runs, and follows them from now on.
   *
   * @param directories The directories that hold runs.
   * @param filter Which of them are shown.
   */
  constructor(directories: readonly string[], filter: RunFilter) {
    this.#directories = directories;
    this.#filter = filter;
    this.#database = RunDatabase.withIndex(...directories);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The runs that a filter selects, oldest first. */
  select({ where = [], since = "" }: RunFilter): StoredRun[] {
    const runs = selectRuns(this.#database, this.#filter);
    return selectRuns(runs, { where, since });
  }

  /**
   * Lists runs.
   *
   * @param filter Which of them.
   * @returns The list.
   */
  list(filter: RunFilter): RunList {
    const runs = this.select(filter);
    const nuisance = ["seed"];
    const differing = findDifferingKeys(runs);
    const keys = [
      ...differing.filter((key) => !nuisance.includes(key)),
      ...differing.filter((key) => nuisance.includes(key)),
    ];
    const groupOf = new Map<string, number>();
    const groups = groupReplicates(runs, nuisance);
    groups.forEach(({ runs, missing, superseded, unfinished }, i) => {
      for (
        const { path } of [
          ...runs.values(),
          ...missing.values(),
          ...superseded,
          ...unfinished,
        ]
      ) groupOf.set(path, i);
    });
    const rows = runs.map((run): RunRow => {
      const { id, path, status, info } = run;
      const last = readLastLine(path) ?? {};
      const latest = Object.fromEntries(
        Object.entries(last).filter(([name, value]) =>
          name !== "step" && name !== "epoch" &&
          readMeasure(value) !== undefined
        ),
      ) as Record<string, number | string>;
      return {
        id,
        directory: path.slice(0, -id.length - 1),
        status,
        experiment: info.experiment,
        startedAt: info.startedAt,
        seconds: info.seconds,
        tags: info.tags,
        note: info.note,
        sweep: info.sweep?.name ?? null,
        values: keys.map((key) => readKey(run, key) ?? null),
        group: groupOf.get(path) ?? 0,
        step: readStep(last),
        nSteps: null,
        stepsPerSecond: null,
        secondsLeft: null,
        latest,
        nanAt: null,
      };
    });
    return {
      keys,
      nuisance,
      groups: groups.map(({ example }) =>
        singleLine(formatLabel(
          Object.fromEntries(
            keys.filter((key) => !nuisance.includes(key))
              .map((key) => [key, readKey(example, key)]),
          ),
        ))
      ),
      measures: [...new Set(rows.flatMap(({ latest }) => Object.keys(latest)))],
      runs: rows.reverse(),
      nAll: this.#database.size,
      problems: this.#database.problems.map(({ run, reason }) => ({
        run,
        reason,
      })),
    };
  }

  /**
   * Follows runs.
   *
   * @param filter Which of them.
   * @param send Called with each event.
   * @returns Ends it.
   */
  follow(
    filter: RunFilter,
    send: (event: DashboardEvent) => void,
  ): () => void {
    this.#listeners.set(send, filter);
    return () => this.#listeners.delete(send);
  }

  #tick(): void {
    if (this.#listeners.size === 0) return;
    this.#database = RunDatabase.withIndex(...this.#directories);
    for (const [send, filter] of this.#listeners) {
      send({ type: "runs", runs: this.list(filter).runs });
    }
  }

  /** Ends following. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
