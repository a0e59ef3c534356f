/**
 * Runs as the list shows them.
 *
 * @module
 */

import { readMeasure } from "../../../core/store/history.ts";
import { ifExists } from "../../../core/store/if_exists.ts";
import { HISTORY_FILE } from "../../../core/store/lock.ts";
import { readRunInfo, type RunInfo } from "../../../core/store/run_info.ts";
import type { JsonObject } from "../../../core/utils/json.ts";
import type { StoredRun } from "../../database/run_database.ts";
import { readKey } from "../../database/select.ts";
import {
  estimateSecondsLeft,
  readStep,
  readTotal,
} from "../../inspect/progress.ts";
import { readHistoryEnd } from "./history_end.ts";
import type { LiveHistories } from "./live_histories.ts";
import type { RunRow } from "./protocol.ts";
import { AXES } from "./pyramid.ts";
import type { Selection } from "./selection.ts";

const MILLISECONDS_PER_SECOND = 1000;

/** What was read of the end of a history, until it changes. */
interface KnownEnd {
  readonly state: string;
  readonly end: ReturnType<typeof readHistoryEnd>;
}

/** Makes the rows of the list. */
export class Rows {
  readonly #histories: LiveHistories;
  readonly #ends = new Map<string, KnownEnd>();
  /** What unfinished runs have said of their length. */
  readonly #infos = new WeakMap<StoredRun, Pick<RunInfo, "planned">>();

  /**
   * @param histories The histories that are read anyway.
   */
  constructor(histories: LiveHistories) {
    this.#histories = histories;
  }

  /**
   * Makes the row of a run.
   *
   * @param run The run.
   * @param selection The runs that it is listed with.
   * @param now The time, in milliseconds of the epoch.
   * @returns The row.
   */
  make(run: StoredRun, { keys, groupOf }: Selection, now: number): RunRow {
    const { id, path, status, info } = run;
    const isRunning = status === "running";
    const history = this.#histories.find(path);
    const { last, latest } = history?.isRead
      ? { last: history.last, latest: readLatest(history.pyramid) }
      : this.#readEnd(run);
    const step = readStep(last);
    const nSteps = this.#readTotal(run, last);
    const rate = isRunning ? history?.computeRate(now) ?? null : null;
    return {
      id,
      directory: path.slice(0, -id.length - 1),
      status,
      experiment: info.experiment,
      startedAt: info.startedAt,
      seconds: info.seconds ??
        (isRunning
          ? (now - Date.parse(info.startedAt)) / MILLISECONDS_PER_SECOND
          : null),
      tags: info.tags,
      note: info.note,
      sweep: info.sweep?.name ?? null,
      values: keys.map((key) => readKey(run, key) ?? null),
      group: groupOf.get(path) ?? 0,
      step,
      nSteps,
      stepsPerSecond: rate,
      secondsLeft: isRunning ? estimateSecondsLeft(step, nSteps, rate) : null,
      latest,
      nanAt: history?.nanAt ?? (hasNaN(latest) ? step : null),
    };
  }

  #readEnd(run: StoredRun): { last: JsonObject; latest: RunRow["latest"] } {
    const { path } = run;
    const info = ifExists(() => Deno.lstatSync(`${path}/${HISTORY_FILE}`));
    const state = `${info?.size} ${info?.mtime?.getTime()}`;
    let known = this.#ends.get(path);
    if (known?.state !== state) {
      known = { state, end: info ? readHistoryEnd(path) : undefined };
      this.#ends.set(path, known);
    }
    const { end } = known;
    if (!end) return { last: {}, latest: {} };
    const latest = Object.entries(end.latest).filter(([name, value]) =>
      !AXES.includes(name) && readMeasure(value) !== undefined
    );
    return {
      last: end.last,
      latest: Object.fromEntries(latest) as RunRow["latest"],
    };
  }

  #readTotal(run: StoredRun, last: JsonObject): number | null {
    // It is there.
    if (run.status === "completed") return readStep(last);
    const info = this.#infos.get(run) ?? readPlan(run.path);
    this.#infos.set(run, info);
    return readTotal(info, last);
  }
}

/** Reads what a run has said of its length; the list of runs has the problems. */
function readPlan(path: string): Pick<RunInfo, "planned"> {
  try {
    return readRunInfo(path);
  } catch {
    return {};
  }
}

function readLatest(
  pyramid: { measures: string[]; readLast(name: string): number | undefined },
): RunRow["latest"] {
  return Object.fromEntries(
    pyramid.measures.map((name) => {
      const value = pyramid.readLast(name)!;
      // JSON has no others.
      return [name, Number.isFinite(value) ? value : String(value)];
    }),
  );
}

function hasNaN(latest: RunRow["latest"]): boolean {
  return Object.values(latest).some((value) => typeof value === "string");
}
