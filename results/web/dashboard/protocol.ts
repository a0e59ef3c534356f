/**
 * What the dashboard's server and page say to each other: JSON over HTTP.
 * All addresses are relative to the page's own, which contains the token.
 *
 * | address | answer |
 * |---|---|
 * | `api/runs?where=&since=` | {@linkcode RunList} |
 * | `api/events?where=&since=` | server-sent events: {@linkcode DashboardEvent} |
 * | `api/curves?measure=&x=&by=&points=&from=&to=&log=&where=&since=` | {@linkcode CurveSet} |
 * | `api/curves/events` with the same query, `measure` as often as wanted | server-sent events: {@linkcode CurveUpdate} |
 * | `api/comparison` with the flags of `compare` as query | {@linkcode ComparisonPage} |
 * | `api/run?id=` | {@linkcode RunPage} |
 * | `api/diff?id=&other=` | {@linkcode DiffPage} |
 * | `api/figure?id=&kind=` | an SVG of a run: its samples or reverse process |
 * | `api/source?id=&file=` | a file of the run's source as text |
 * | `api/sweeps` | the names of all sweeps, the newest first |
 * | `api/sweep?name=` | {@linkcode SweepPage} |
 *
 * Open `api/curves/events` before asking for `api/curves`: what is sent before the
 * answer comes is part of it, so that points at or before the end of a curve can be
 * dropped.
 *
 * A request that cannot be answered gets a status of 400 or more and
 * {@linkcode ErrorAnswer}.
 *
 * @module
 */

import type { JsonObject } from "../../../core/utils/json.ts";
import type { StoredRun } from "../../database/run_database.ts";

/** Why a request was not answered. */
export interface ErrorAnswer {
  /** One or two plain sentences. */
  readonly error: string;
}

/** A run as the list shows it. */
export interface RunRow {
  /** The run's id. */
  readonly id: string;
  /** The directory of runs that it lies in. */
  readonly directory: string;
  /** Its status; `died` if it is marked running, but its process is gone. */
  readonly status: StoredRun["status"];
  /** The name of its experiment. */
  readonly experiment: string;
  /** When it started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** How long it has run or took, in seconds. */
  readonly seconds: number | null;
  /** The tags. */
  readonly tags: readonly string[];
  /** The note. */
  readonly note: string;
  /** The name of the sweep that it belongs to; null without one. */
  readonly sweep: string | null;
  /** The values of {@linkcode RunList.keys}, in their order; null where it has none. */
  readonly values: readonly unknown[];
  /** The number of its group: runs that differ only in nuisance keys. */
  readonly group: number;
  /** The number of steps (or epochs) done; null where it logs none. */
  readonly step: number | null;
  /** The number of steps of the whole training; null if unknown. */
  readonly nSteps: number | null;
  /** Steps per second lately; null unless it is running. */
  readonly stepsPerSecond: number | null;
  /** Seconds until it ends at this rate; null unless it is running. */
  readonly secondsLeft: number | null;
  /** The latest value of each measure of its history. */
  readonly latest: Readonly<Record<string, number | string>>;
  /** The first step at which a measure was not a number; null without one. */
  readonly nanAt: number | null;
}

/** The list of runs. */
export interface RunList {
  /** The keys in which the runs differ, nuisance keys last. */
  readonly keys: readonly string[];
  /** Which of {@linkcode RunList.keys} are nuisance keys: `seed`. */
  readonly nuisance: readonly string[];
  /** The labels of the groups, by number. */
  readonly groups: readonly string[];
  /** The measures of the histories. */
  readonly measures: readonly string[];
  /** The runs, the newest first. */
  readonly runs: readonly RunRow[];
  /** How many runs there are before the filter. */
  readonly nAll: number;
  /** What could not be read. */
  readonly problems: readonly ProblemLine[];
}

/** A file that could not be read. */
export interface ProblemLine {
  /** The run's id. */
  readonly run: string;
  /** Why it could not be read. */
  readonly reason: string;
}

/** What has happened since the page was loaded. */
export type DashboardEvent =
  /** Runs that have changed; their groups and values fit the last list. */
  | { readonly type: "runs"; readonly runs: readonly RunRow[] }
  /** The list has other runs, keys or groups: fetch it again. */
  | { readonly type: "list" }
  /** Something that a person would want to know. */
  | { readonly type: "notice"; readonly notice: Notice };

/** Something that a person would want to know of a run. */
export interface Notice {
  /** The run's id. */
  readonly run: string;
  /** What happened to it. */
  readonly kind: "died" | "failed" | "not-a-number" | "left-band";
  /** One plain sentence. */
  readonly text: string;
  /** When: ISO 8601, UTC. */
  readonly at: string;
}

/** What the curves of a measure look like. */
export interface CurveSet {
  /** The measure. */
  readonly measure: string;
  /** The fields that can be on the horizontal axis: step, epoch, time, … */
  readonly xs: readonly string[];
  /** The field on it; seconds where it is `time` or `wall time`. */
  readonly x: string;
  /** One curve for each run. */
  readonly curves: readonly RunCurve[];
  /** One band for each group with at least one curve; only if by=group. */
  readonly bands: readonly Band[];
  /** The labels of the groups, by number. */
  readonly groups: readonly string[];
  /** How many runs are still being read: a `reload` tells when they are there. */
  readonly nPending: number;
}

/**
 * The curve of a run, thinned to its extremes: between two neighbouring points
 * no value lies outside of theirs, so that no spike is lost.
 */
export interface RunCurve {
  /** The run's id. */
  readonly id: string;
  /** The number of its group. */
  readonly group: number;
  /** The places on the horizontal axis, in order. */
  readonly x: readonly number[];
  /** The value at each place; null where it is not a finite number. */
  readonly y: readonly (number | null)[];
  /** How the run ended, if that should be marked at the last point. */
  readonly end: "died" | "failed" | "interrupted" | null;
  /** Places at which the value was not a finite number, the first of each stretch. */
  readonly gaps: readonly number[];
}

/** The mean of the runs of a group, with its between-seed error. */
export interface Band {
  /** The number of the group. */
  readonly group: number;
  /** The places on the horizontal axis, in order. */
  readonly x: readonly number[];
  /** The mean at each place. */
  readonly mean: readonly (number | null)[];
  /** The lower end of the t interval (95 %); null where there is one run. */
  readonly low: readonly (number | null)[];
  /** The upper end of the t interval (95 %); null where there is one run. */
  readonly high: readonly (number | null)[];
  /** How many runs have a value at each place. */
  readonly n: readonly number[];
}

/**
 * New points of curves. One stream has all measures that a page shows: browsers
 * open only six connections.
 */
export type CurveUpdate =
  /** Points to append to the curve of a run. */
  | (Pick<RunCurve, "id" | "x" | "y" | "end" | "gaps"> & {
    readonly type: "points";
    readonly measure: string;
  })
  /** The bands as they are now. */
  | {
    readonly type: "bands";
    readonly measure: string;
    readonly bands: readonly Band[];
  }
  /** A curve was cut back by a resume, or there are other runs: fetch again. */
  | { readonly type: "reload" };

/** A comparison as the page shows it. */
export interface ComparisonPage {
  /** Tables and notes as HTML; all text in it is escaped. */
  readonly html: string;
  /** The figures as SVG, with their titles. */
  readonly figures: readonly { readonly title: string; readonly svg: string }[];
  /** The table in other formats, to copy. */
  readonly formats: Readonly<Record<"markdown" | "latex" | "csv", string>>;
  /** The command that prints the same table. */
  readonly command: string;
}

/** All that is known of a run. */
export interface RunPage {
  /** The run as the list shows it. */
  readonly run: RunRow;
  /** Its configuration. */
  readonly config: JsonObject;
  /** Sections of names and texts: environment, history, evaluations, … */
  readonly sections: readonly {
    readonly title: string;
    readonly lines: readonly (readonly [name: string, text: string])[];
  }[];
  /** Its records: name, value with error, and how many observations. */
  readonly records: readonly {
    readonly name: string;
    readonly text: string;
    readonly n: number;
  }[];
  /** Which figures `api/figure` has of it. */
  readonly figures: readonly string[];
  /** The files of its source. */
  readonly source: readonly string[];
  /** The end of its log, if it was trained by a sweep; empty without one. */
  readonly log: string;
  /** Commands on it: resume, evaluate, reproduce. */
  readonly commands: readonly {
    readonly title: string;
    readonly command: string;
  }[];
  /** What could not be read. */
  readonly problems: readonly ProblemLine[];
}

/** How two runs differ. */
export interface DiffPage {
  /** What `diff` prints of them, in sections. */
  readonly sections: readonly {
    readonly title: string;
    readonly lines: readonly {
      readonly name: string;
      readonly first: string;
      readonly second: string;
    }[];
  }[];
}

/** A sweep. */
export interface SweepPage {
  /** Its name. */
  readonly name: string;
  /** How many tasks it has, by status. */
  readonly counts: Readonly<
    Record<"total" | "completed" | "running" | "failed" | "waiting", number>
  >;
  /** The estimated seconds until it ends; null if unknown. */
  readonly secondsLeft: number | null;
  /** The keys that it varies. */
  readonly keys: readonly string[];
  /** What can be on the axis of scores: records and measures. */
  readonly metrics: readonly {
    readonly name: string;
    readonly better: "lower" | "higher" | null;
  }[];
  /** Its runs: values of the keys, and of the metrics where they are known. */
  readonly runs: readonly {
    readonly id: string;
    readonly status: string;
    readonly values: readonly unknown[];
    readonly scores: readonly (number | null)[];
  }[];
  /** Why tasks failed. */
  readonly failures: readonly string[];
  /** The command that shows the same, resumes it, or cancels it. */
  readonly commands: readonly {
    readonly title: string;
    readonly command: string;
  }[];
}
