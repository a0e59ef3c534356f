/**
 * Notices: what a person would want to know of a run that goes on. It died, it
 * failed, a measure is not a number, or it has left the band of its siblings.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { HistoryReader, readMeasure } from "../../core/store/history.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { formatNumber } from "../../core/utils/results.ts";
import { SEED_KEY } from "../compare/replicates.ts";
import type { StoredRun } from "../database/run_database.ts";
import { tCritical } from "../statistics/distributions.ts";
import { computeMean } from "../statistics/estimate.ts";
import { readLastLine } from "./last_line.ts";
import { readStep, STEP_FIELDS } from "./progress.ts";
import { type Sample, Samples } from "./samples.ts";

/** Something that a person would want to know of a run. */
export interface Notice {
  /** The run's id. */
  readonly run: string;
  /** What happened to it. */
  readonly kind: "died" | "failed" | "not-a-number" | "left-band";
  /** One plain sentence. */
  readonly text: string;
  /** When it was noticed: ISO 8601, UTC. */
  readonly at: string;
}

/** A run as it is at one moment. */
export interface SeenRun {
  /** The run. */
  readonly run: StoredRun;
  /** Equal for siblings: runs that differ only in nuisance keys. */
  readonly group: unknown;
  /** The number of steps done; null without a history. */
  readonly step: number | null;
  /** The latest values of its measures, at that step. */
  readonly values: Readonly<Record<string, number>>;
  /**
   * Reads what it has logged before it was first seen; used only while a sibling is
   * running.
   */
  readonly readEarlier: () => Iterable<Sample>;
}

/** Makes what {@linkcode NoticeFinder} looks at from runs on disk. */
export class RunWatcher {
  readonly #groups = new Map<string, string>();

  /**
   * Reads what is needed of the runs: of most, only their status.
   *
   * @param runs The runs.
   * @returns Each run as it is now.
   */
  see(runs: readonly StoredRun[]): SeenRun[] {
    const live = new Set(
      runs.filter(({ status }) => status === "running")
        .map((run) => this.#findGroup(run)),
    );
    return runs.map((run) => {
      const group = live.size > 0 ? this.#findGroup(run) : null;
      const last = live.has(group!) ? readLastLine(run.path) : null;
      return {
        ...{ run, group },
        step: last && readStep(last),
        values: last ? readValues(last) : {},
        readEarlier: () => readSamples(run.path),
      };
    });
  }

  #findGroup({ path, config, info: { experiment } }: StoredRun): string {
    return this.#groups.getOrInsertComputed(
      path,
      () => formatValue({ ...config, [SEED_KEY]: null, experiment }),
    );
  }
}

/** Fields of a history that differ between runs without a meaning. */
const NOT_MEASURED = [...STEP_FIELDS, "time", "wall time"];

function readValues(line: JsonObject): SeenRun["values"] {
  return Object.fromEntries(
    Object.entries(line).flatMap(([name, field]) => {
      const value = readMeasure(field);
      return value === undefined || NOT_MEASURED.includes(name)
        ? []
        : [[name, value]];
    }),
  );
}

/** Reads a history up to its first damage, which doctor reports. */
function* readSamples(runPath: string): Generator<Sample> {
  try {
    for (const line of new HistoryReader(runPath)) {
      const step = readStep(line);
      if (step !== null) yield { step, values: readValues(line) };
    }
  } catch { /* the part that could be read counts */ }
}

/** The fewest siblings that make a band. */
const MIN_SIBLINGS = 3;

/** The band contains the value of one more run with this probability. */
const LEVEL = 0.99;

/** A run has left the band once it is outside at so many places in a row. */
const N_PLACES = 5;

interface Followed {
  status: StoredRun["status"];
  readonly samples: Samples;
  readonly notANumber: Set<string>;
  /** At how many places in a row a measure was outside, up to which step. */
  readonly outside: Map<string, { count: number; step: number }>;
}

/** Finds what is worth a notice, from look to look. */
export class NoticeFinder {
  readonly #followed = new Map<string, Followed>();
  #isFirst = true;

  /**
   * Looks at the runs.
   *
   * A run leaves the band of its siblings if a measure lies outside of their 99 %
   * prediction interval, mean ± t · s · √(1 + 1/n) at the same step, at five looks
   * in a row; n ≥ 3 siblings have come so far. Several measures share the 1 %
   * (Bonferroni).
   *
   * @param runs All runs.
   * @param now The present, in milliseconds of the epoch.
   * @returns What has happened since the last look; nothing at the first one.
   */
  look(runs: readonly SeenRun[], now: number): Notice[] {
    const notices: Notice[] = [];
    const groups = Map.groupBy(runs, ({ group }) => group);
    for (const members of groups.values()) {
      const isLive = members.some(({ run }) => run.status === "running");
      for (const seen of members) {
        const found = this.#update(seen, isLive);
        const at = new Date(now).toISOString();
        const { id } = seen.run;
        notices.push(...found.map((notice) => ({ run: id, ...notice, at })));
      }
      if (!isLive || members.length <= MIN_SIBLINGS) continue;
      for (const { run } of members) {
        if (run.status !== "running") continue;
        const measure = this.#findOutside(run.path, members);
        if (measure === undefined) continue;
        notices.push({
          ...{ run: run.id, kind: "left-band" },
          text: `${run.id} has left the band of its siblings: ${measure}`,
          at: new Date(now).toISOString(),
        });
      }
    }
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? [] : notices;
  }

  /** Takes note of the state of a run; returns what is new. */
  #update(
    { run, step, values, readEarlier }: SeenRun,
    isLive: boolean,
  ): Pick<Notice, "kind" | "text">[] {
    const { id, path, status, info } = run;
    const known = this.#followed.get(path);
    const followed = known ?? {
      status: "running",
      samples: new Samples(),
      notANumber: new Set(),
      outside: new Map(),
    };
    this.#followed.set(path, followed);
    const found: Pick<Notice, "kind" | "text">[] = [];
    if (status !== followed.status && status === "died") {
      found.push({ kind: "died", text: `${id} died: its process is gone` });
    }
    if (status !== followed.status && status === "failed") {
      const why = info.error ? `: ${info.error.message}` : "";
      found.push({ kind: "failed", text: `${id} failed${why}` });
    }
    followed.status = status;
    for (const [name, value] of Object.entries(values)) {
      if (Number.isFinite(value) || followed.notANumber.has(name)) continue;
      followed.notANumber.add(name);
      const where = step === null ? "" : ` at step ${step}`;
      const text = `${id}: ${name} is ${value}${where}`;
      found.push({ kind: "not-a-number", text });
    }
    if (!isLive) return found;
    if (followed.samples.isEmpty) {
      for (const { step, values } of readEarlier()) {
        followed.samples.add(step, values);
      }
    }
    if (step !== null) followed.samples.add(step, values);
    return found;
  }

  /** Finds a measure of a run that has just left the band; undefined if none has. */
  #findOutside(
    path: string,
    members: readonly SeenRun[],
  ): string | undefined {
    const { samples, outside } = this.#followed.get(path)!;
    const siblings = members.filter(({ run }) => run.path !== path)
      .map(({ run }) => this.#followed.get(run.path)!.samples);
    // Where the run and enough siblings have come to.
    const reached = siblings.map(({ lastStep }) => lastStep)
      .sort((a, b) => b - a)[MIN_SIBLINGS - 1]!;
    const own = samples.findAt(Math.min(samples.lastStep, reached));
    if (!own) return undefined;
    const names = Object.keys(own.values);
    const level = 1 - (1 - LEVEL) / names.length;
    let left: string | undefined;
    for (const name of names) {
      const before = outside.get(name) ?? { count: 0, step: -Infinity };
      if (own.step <= before.step) continue; // It is the same place.
      const value = own.values[name]!;
      const others = siblings.filter(({ lastStep }) => lastStep >= own.step)
        .flatMap((other) => other.findAt(own.step)?.values[name] ?? [])
        .filter(Number.isFinite);
      const isOutside = Number.isFinite(value) &&
        isOutsideBand(value, others, level);
      const count = isOutside ? before.count + 1 : 0;
      outside.set(name, { count, step: own.step });
      if (count !== N_PLACES) continue;
      const { mean } = computeMean(others);
      left ??= `${name} is ${formatNumber(value, 4)} at step ${own.step}, ` +
        `theirs ${formatNumber(mean, 4)} on average`;
    }
    return left;
  }
}

/** Checks whether a value lies outside of the prediction interval of others. */
function isOutsideBand(
  value: number,
  others: readonly number[],
  level: number,
): boolean {
  const n = others.length;
  if (n < MIN_SIBLINGS) return false;
  const { mean, error } = computeMean(others);
  // Equal values say nothing of how far others may lie.
  if (!(error > 0)) return false;
  // The error is s/√n.
  const reach = tCritical(level, n - 1) * error * Math.sqrt(n + 1);
  return Math.abs(value - mean) > reach;
}
