/**
 * What sweeps report that decide by themselves what to run.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { Sweep } from "../../core/sweep/manifest.ts";
import type { Outcome } from "../../core/sweep/types.ts";
import {
  formatCount,
  formatNumber,
  roundBy,
} from "../../core/utils/format_number.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { formatMeanError } from "../../core/utils/results.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { isTested, type Untested } from "../statistics/contrast.ts";
import type { Verdict } from "../statistics/decide.ts";
import {
  computeMean,
  type Direction,
  isBetter,
  SAME_DIFFERENCE,
} from "../statistics/estimate.ts";
import { formatInterval, NO_VALUE } from "../statistics/format.ts";
import { formatTerminal, type TerminalOptions } from "../tables/table.ts";
import { judgeValues, toSample, type Value } from "./judge_values.ts";
import { followSearch, type Search } from "./plan_search.ts";
import { followSeeds, type UntilResolved } from "./plan_until_resolved.ts";

/** What is reported of a sweep. */
export interface SweepReport {
  /** As `--json` prints it. */
  readonly document: JsonObject;
  /** For people: a table, and what it means. */
  readonly text: string;
}

/** How the tasks of a sweep stand. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/**
 * Reports what a sweep has found that adds seeds until it is resolved.
 *
 * @param sweep The sweep.
 * @param outcomes How its tasks stand.
 * @param terminal How wide its table may be.
 * @returns The report.
 */
export function reportSeeds(
  sweep: Sweep,
  outcomes: Outcomes,
  terminal: TerminalOptions = {},
): SweepReport {
  const { rows } = sweep.manifest;
  const plan = sweep.manifest.plan as unknown as UntilResolved;
  const { baseline, better, objective, maxSeeds } = plan;
  const { values, verdicts, settled, missing } = followSeeds(sweep)(outcomes);
  const labels = labelConfigs(rows);
  const found = rows.map((_, row) => {
    const place = verdicts?.places.get(row);
    const verdict = baseline === null
      ? place && "versusBest" in place ? place.versusBest?.verdict : undefined
      : verdicts?.comparisons.get(row);
    const word = row === baseline
      ? "baseline"
      : baseline !== null
      ? nameVerdict(verdict, better)
      : !place
      ? "no verdict"
      : "reason" in place
      ? place.reason
      : place.standing === "tied"
      ? "may be the best"
      : place.standing;
    return { row, verdict, word, ...describeValues(values.get(row)!) };
  });
  const others = rows.length - (baseline === null ? 0 : 1);
  const open = found.filter(({ row }) => !settled.has(row) && row !== baseline);
  const best = found.filter(({ word }) => word === "best");
  const isOver = missing.length === 0;
  const state = baseline !== null
    ? `${others - open.length} of ${formatCount(others, "row")} resolved ` +
      `against ${labels[baseline]}`
    : best.length > 0
    ? `The best: ${best.map(({ row }) => labels[row]).join("; ")}`
    : "Not resolved which row is the best";
  return {
    document: {
      ...{ type: plan.type, objective, isOver },
      rows: found.map(({ row, verdict, word, ...rest }) => ({
        config: rows[row],
        ...rest,
        ...describeVerdict(verdict),
        verdict: word,
      })),
    },
    text: [
      formatTable(
        ["row", "seeds", objective, "difference", "95 % interval", "verdict"],
        found.map(({ row, mean, error, n, verdict, word }) => [
          labels[row]!,
          `${n}`,
          formatMeanError(mean, error),
          ...formatDifference(verdict),
          word,
        ]),
        terminal,
      ),
      `${state}${isOver ? "" : " so far"}` +
      (isOver && open.length > 0
        ? ` with ${maxSeeds} seeds, the most allowed (--max-seeds)`
        : "") +
      (baseline === null
        ? ". In at most 5 % of such sweeps a row is called the best that is not, " +
          "or not alone."
        : ". In at most 5 % of such sweeps any of these verdicts is false."),
    ].join("\n\n"),
  };
}

/**
 * Reports what a search has found: the scores of the search, which chose, and those
 * on fresh seeds, which alone are a result.
 *
 * @param sweep The sweep.
 * @param outcomes How its tasks stand.
 * @param terminal How wide its table may be.
 * @returns The report.
 */
export function reportSearch(
  sweep: Sweep,
  outcomes: Outcomes,
  terminal: TerminalOptions = {},
): SweepReport {
  const { rows, plan: content } = sweep.manifest;
  const plan = content as unknown as Search;
  const { objective, better, confirmSeeds } = plan;
  const { rungs, isSearched, candidates } = followSearch(sweep)(outcomes);
  const steps = rungs.slice(1).map(({ length }, i) =>
    `${length} after ${formatRung(plan.rungs[i]!)}`
  );
  const searched = `${isSearched ? "Searched" : "Searching"} ` +
    formatCount(rows.length, "configuration") +
    (steps.length > 0 ? `, promoted ${steps.join(" and ")}` : "");
  const document = {
    ...{ type: plan.type, objective, isSearched },
    nConfigs: rows.length,
    rungs: rungs.map(({ length }) => length),
  };
  const isConfirmed = isSearched && candidates.length > 1 &&
    candidates.every(({ values }) => values.length === confirmSeeds);
  if (!isConfirmed) {
    const why = isSearched && candidates.length < 2
      ? "No run of the search has a finite objective: there is nothing to confirm"
      : "No result yet: the best are confirmed on fresh seeds first";
    return {
      document: { ...document, isOver: false },
      text: `${searched}.\n${why}.`,
    };
  }
  const { comparisons } = judgeValues(
    { groups: [[...candidates.keys()]], baseline: 0, better },
    new Map(candidates.map(({ values }, row) => [row, values])),
  );
  const labels = labelConfigs(candidates.map(({ config }) => config));
  const sign = better === "higher" ? 1 : -1;
  const found = candidates.map((candidate, row) => {
    const { config, searchScore, isWhole, values } = candidate;
    const fresh = describeValues(values);
    const verdict = comparisons.get(row);
    return {
      ...{ config, searchScore, ...fresh },
      shrinkage: searchScore !== null && isWhole
        ? sign * (searchScore - fresh.mean)
        : null,
      verdict,
      word: row === 0 ? "the default" : nameVerdict(verdict, better),
    };
  });
  const winner = found[1]!;
  return {
    document: {
      ...{ ...document, isOver: true },
      confirmed: found.map(({ verdict, word, ...rest }) => ({
        ...rest,
        ...describeVerdict(verdict),
        verdict: word,
      })),
    },
    text: [
      `${searched}, and ran the best ${
        found.length > 2 ? `${found.length - 1} ` : ""
      }and the default one again on ${confirmSeeds} fresh seeds:`,
      formatTable(
        [
          ...["configuration", "in the search", "fresh seeds", "shrinkage"],
          ...["difference", "95 % interval", "verdict"],
        ],
        found.map((one, row) => [
          labels[row]!,
          formatScore(one.searchScore, one),
          formatMeanError(one.mean, one.error),
          formatScore(one.shrinkage, one),
          ...formatDifference(one.verdict),
          one.word,
        ]),
        terminal,
      ),
      `${
        describeWinner(labels[1]!, winner.word)
      }. Only fresh seeds are a result: ` +
      "scores in the search are those by which it chose, and too good by the " +
      "shrinkage. Verdicts are adjusted for all that were confirmed, intervals " +
      "are not.",
    ].join("\n\n"),
  };
}

/** `300steps` → `300 steps`. */
function formatRung(rung: string): string {
  const [, count, unit = ""] = /^(\d+)(\w+)s$/.exec(rung) ?? [];
  return formatCount(Number(count), unit);
}

function describeWinner(label: string, word: string): string {
  const name = `The best of the search, ${label},`;
  return word === "better" || word === "worse"
    ? `${name} is ${word} than the default`
    : `${name} is not shown to be better than the default`;
}

/** Labels configurations by the keys in which they differ. */
function labelConfigs(configs: readonly JsonObject[]): string[] {
  const keys = Object.keys(configs[0]!).filter((key) =>
    key !== "seed" &&
    new Set(configs.map((config) => formatValue(config[key]))).size > 1
  );
  return configs.map((config) =>
    formatLabel(Object.fromEntries(keys.map((key) => [key, config[key]])))
  );
}

/** The mean over seeds, its standard error, and how many failed. */
function describeValues(values: readonly Value[]) {
  const { mean, error, n } = computeMean([...toSample(values).values()]);
  return { mean, error, n, nFailed: values.length - n };
}

function nameVerdict(
  verdict: Verdict | Untested | undefined,
  better: Direction | null,
): string {
  if (!isTested(verdict)) return verdict?.reason ?? "no verdict";
  const { difference, error, isResolved, isWithheld } = verdict;
  if (isWithheld) return "no verdict, runs failed";
  if (!isResolved) {
    return error === 0 ? `not resolved, ${SAME_DIFFERENCE}` : "not resolved";
  }
  if (!better) return difference < 0 ? "lower" : "higher";
  return isBetter(difference, better) ? "better" : "worse";
}

function describeVerdict(verdict: Verdict | Untested | undefined): object {
  if (!isTested(verdict)) return {};
  const { difference, error, interval, pAdjusted, test } = verdict;
  return {
    difference: { mean: difference, error, interval: interval ?? null },
    ...{ pAdjusted, test },
  };
}

function formatDifference(
  verdict: Verdict | Untested | undefined,
): [difference: string, interval: string] {
  if (!isTested(verdict)) return [NO_VALUE, NO_VALUE];
  const { difference, error, interval } = verdict;
  return [
    formatMeanError(difference, error),
    formatInterval(difference, interval),
  ];
}

/** Writes a score to the digits of the mean on fresh seeds. */
function formatScore(
  score: number | null,
  { mean, error }: { readonly mean: number; readonly error: number },
): string {
  if (score === null) return NO_VALUE;
  if (!(error > 0 && Number.isFinite(mean))) return formatNumber(score);
  const { texts, power } = roundBy(error, [mean, score]);
  return `${texts[1]}${power === 0 ? "" : `e${power}`}`;
}

/** A table of which the first and the last column are texts. */
function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: TerminalOptions,
): string {
  const isText = (place: number) =>
    place === 0 || place === headings.length - 1;
  return formatTerminal({
    columns: headings.map((heading, place) => ({
      ...{ heading, isNumeric: !isText(place), isKey: place === 0 },
    })),
    rows: rows.map((row) => row.map((text) => ({ text: singleLine(text) }))),
  }, terminal);
}
