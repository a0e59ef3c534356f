/**
 * The runs as they are now, and what happens to them, for those who follow.
 *
 * @module
 */

import type { RunDatabase, StoredRun } from "../../database/run_database.ts";
import { type RunFilter, selectRuns } from "../../database/select.ts";
import { NoticeFinder, RunWatcher } from "../../inspect/notices.ts";
import { type CurvesQuery, describe, findEnd, makeBands } from "./curves.ts";
import { type Change, FollowedRuns } from "./followed_runs.ts";
import { LiveHistories } from "./live_histories.ts";
import type {
  CurveUpdate,
  DashboardEvent,
  RunList,
  RunRow,
} from "./protocol.ts";
import type { Pyramid } from "./pyramid.ts";
import { Rows } from "./rows.ts";
import { makeSelection, type Selection } from "./selection.ts";

/** How often the histories of running runs are looked at. */
const TICK_MS = 200;

/** How often a row is sent again whose run goes on. */
const ROWS_MS = 1000;

/** Bands are sent so rarely that they take no more bytes in a second. */
const BAND_BYTES_PER_SECOND = 200_000;

/** How often bands are sent at most. */
const BANDS_MS = 1000;

/** How many selections are kept until the runs change. */
const MAX_SELECTIONS = 32;

/** Someone who follows the list. */
interface ListFollower {
  readonly filter: RunFilter;
  readonly send: (event: DashboardEvent) => void;
}

/** Which curves someone follows. */
export interface FollowedCurves extends Pick<CurvesQuery, "x" | "isByGroup"> {
  /** Of which runs. */
  readonly filter: RunFilter;
  /** The measures. */
  readonly measures: readonly string[];
}

/** Someone who follows curves. */
interface CurveFollower extends FollowedCurves {
  readonly send: (update: CurveUpdate) => void;
  nextBandsAt: number;
  isChanged: boolean;
  nPending: number;
}

/** What was found in one look at the histories. */
interface News {
  /** New lines, by the run's directory. */
  readonly lines: Map<string, Pyramid>;
  /** Directories of runs that were cut back. */
  readonly resets: Set<string>;
}

/** The runs of some directories, followed while they train. */
export class LiveRuns implements Disposable {
  readonly histories: LiveHistories = new LiveHistories();
  readonly #runs: FollowedRuns;
  readonly #rows: Rows = new Rows(this.histories);
  readonly #filter: RunFilter;
  readonly #lists = new Set<ListFollower>();
  readonly #curves = new Set<CurveFollower>();
  readonly #selections = new Map<string, Selection>();
  readonly #changed = new Set<string>();
  readonly #watcher = new RunWatcher();
  readonly #notices = new NoticeFinder();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rowsAt = 0;
  #version = 0;

  /**
   * Reads the runs.
   *
   * @param directories The directories that hold them.
   * @param filter Which of them are shown.
   */
  constructor(directories: readonly string[], filter: RunFilter) {
    this.#filter = filter;
    this.#runs = new FollowedRuns(directories);
    selectRuns(this.#runs.database, filter);
  }

  /** Changes whenever a run has another status or other records. */
  get version(): number {
    return this.#version;
  }

  /** The runs that are shown, as they were read last. */
  get database(): RunDatabase {
    this.refresh();
    const { database } = this.#runs;
    return database.restrictTo(selectRuns(database, this.#filter));
  }

  /** Looks whether runs have changed, unless that is done anyway. */
  refresh(): void {
    if (!this.#isFollowed) this.#apply(this.#runs.refresh(Date.now()));
  }

  /**
   * Selects runs.
   *
   * @param filter Which of those that are shown.
   * @returns The runs.
   * @throws {OptionError} If the filter is wrong.
   */
  select(filter: RunFilter): Selection {
    this.refresh();
    const key = JSON.stringify(filter);
    let selection = this.#selections.get(key);
    if (!selection) {
      const shown = selectRuns(this.#runs.database, this.#filter);
      selection = makeSelection(selectRuns(shown, filter));
      if (this.#selections.size >= MAX_SELECTIONS) this.#selections.clear();
      this.#selections.set(key, selection);
    }
    return selection;
  }

  /**
   * Lists runs.
   *
   * @param filter Which of them.
   * @returns The list, the newest first.
   */
  list(filter: RunFilter): RunList {
    const selection = this.select(filter);
    const { keys, nuisance, groups } = selection;
    const now = Date.now();
    const rows = selection.runs
      .map((run) => this.#rows.make(run, selection, now)).reverse();
    const measures = new Set(rows.flatMap(({ latest }) => Object.keys(latest)));
    const { size, problems } = this.#runs.database;
    return {
      keys,
      nuisance,
      groups: groups.map(({ label }) => label),
      measures: [...measures],
      runs: rows,
      nAll: size,
      problems: problems.map(({ run, reason }) => ({ run, reason })),
    };
  }

  /**
   * Makes the row of a run, as a list of all runs has it.
   *
   * @param run The run.
   * @returns The row.
   */
  describe(run: StoredRun): RunRow {
    return this.#rows.make(run, this.select({}), Date.now());
  }

  /**
   * Follows the list.
   *
   * @param filter Which runs.
   * @param send Called with each event.
   * @returns Ends it.
   */
  follow(
    filter: RunFilter,
    send: (event: DashboardEvent) => void,
  ): () => void {
    const follower = { filter, send };
    this.#lists.add(follower);
    this.#schedule();
    return () => this.#lists.delete(follower);
  }

  /**
   * Follows curves, from what was answered last.
   *
   * @param curves Which curves.
   * @param send Called with each update.
   * @returns Ends it.
   */
  followCurves(
    curves: FollowedCurves,
    send: (update: CurveUpdate) => void,
  ): () => void {
    const { nPending } = this.histories;
    const follower = {
      ...{ ...curves, send, nPending },
      ...{ nextBandsAt: 0, isChanged: false },
    };
    this.#curves.add(follower);
    this.#schedule();
    return () => this.#curves.delete(follower);
  }

  get #isFollowed(): boolean {
    return this.#lists.size + this.#curves.size > 0;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tick(Date.now());
      if (this.#isFollowed) this.#schedule();
    }, TICK_MS);
  }

  /** Looks what has happened, and tells it to those who follow. */
  #tick(now: number): void {
    this.#apply(this.#runs.refresh(now));
    const news = this.#readOn();
    for (const follower of this.#curves) this.#sendCurves(follower, news, now);
    if (now - this.#rowsAt < ROWS_MS || this.#changed.size === 0) return;
    this.#rowsAt = now;
    this.#sendNotices(now);
    for (const { filter, send } of this.#lists) {
      const selection = this.select(filter);
      const runs = selection.runs.filter(({ path }) => this.#changed.has(path))
        .map((run) => this.#rows.make(run, selection, now));
      if (runs.length > 0) send({ type: "runs", runs });
    }
    this.#changed.clear();
  }

  #sendNotices(now: number): void {
    const runs = this.#watcher.see([...this.#runs.database]);
    const notices = this.#notices.look(runs, now);
    for (const notice of notices) {
      for (const { filter, send } of this.#lists) {
        const isShown = this.select(filter).runs
          .some(({ id }) => id === notice.run);
        if (isShown) send({ type: "notice", notice });
      }
    }
  }

  #apply(change: Change | undefined): void {
    if (!change) return;
    this.#version++;
    this.#selections.clear();
    for (const { path } of change.runs) this.#changed.add(path);
    if (change.isList) {
      for (const { send } of this.#lists) send({ type: "list" });
    }
    for (const follower of this.#curves) {
      if (change.isList) follower.send({ type: "reload" });
      else this.#sendEnds(follower, change.runs);
    }
  }

  #sendEnds(
    { filter, measures, send }: CurveFollower,
    changed: readonly StoredRun[],
  ): void {
    const { groupOf } = this.select(filter);
    for (const run of changed) {
      const end = findEnd(run);
      if (!end || !groupOf.has(run.path)) continue;
      for (const measure of measures) {
        const none = { x: [], y: [], gaps: [] };
        send({ type: "points", id: run.id, measure, end, ...none });
      }
    }
  }

  /** Reads what running runs have logged since the last time. */
  #readOn(): News {
    const news: News = { lines: new Map(), resets: new Set() };
    const running = [...this.#runs.byPath.values()]
      .filter(({ status, path }) =>
        status === "running" || this.#changed.has(path)
      );
    for (const run of running) {
      const reading = this.histories.readOn(run, running.length);
      if (!reading) continue;
      if (reading.isReset) news.resets.add(run.path);
      if (reading.news) news.lines.set(run.path, reading.news);
      if (reading.isReset || reading.news) this.#changed.add(run.path);
    }
    return news;
  }

  #sendCurves(follower: CurveFollower, news: News, now: number): void {
    const { filter, measures, x, isByGroup, send } = follower;
    const { runs } = this.select(filter);
    const { nPending } = this.histories;
    const isRead = follower.nPending > 0 && nPending === 0;
    follower.nPending = nPending;
    if (isRead || runs.some(({ path }) => news.resets.has(path))) {
      return send({ type: "reload" });
    }
    for (const { id, path } of runs) {
      const lines = news.lines.get(path);
      if (!lines) continue;
      for (const measure of measures) {
        const points = describe(lines.listPoints(measure, x));
        if (points.x.length === 0) continue;
        send({ type: "points", id, measure, end: null, ...points });
        follower.isChanged = true;
      }
    }
    if (isByGroup && follower.isChanged && now >= follower.nextBandsAt) {
      follower.isChanged = false;
      follower.nextBandsAt = Infinity;
      this.#sendBands(follower).then((nBytes) => {
        const pause = 1000 * nBytes / BAND_BYTES_PER_SECOND;
        follower.nextBandsAt = Date.now() + Math.max(BANDS_MS, pause);
      });
    }
  }

  async #sendBands(follower: CurveFollower): Promise<number> {
    const { filter, measures, x, send } = follower;
    const selection = this.select(filter);
    const sources = selection.runs.flatMap((run) => {
      const history = this.histories.find(run.path);
      return history?.isRead ? [{ run, pyramid: history.pyramid }] : [];
    });
    let nBytes = 0;
    for (const measure of measures) {
      const bands = await makeBands(selection, sources, { measure, x });
      nBytes += JSON.stringify(bands).length;
      send({ type: "bands", measure, bands });
    }
    return nBytes;
  }

  /** Ends following. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#lists.clear();
    this.#curves.clear();
    this.histories[Symbol.dispose]();
  }
}
