/**
 * What a reader should know about the runs behind a comparison.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { Environment } from "../../core/store/run_info.ts";
import { formatCount } from "../../core/utils/format_number.ts";
import { SHORT_HASH } from "../../core/utils/hash.ts";
import { readInfo } from "../database/read_run.ts";
import { matchesValue, parseCondition } from "../database/select.ts";
import type { Comparison } from "./comparison.ts";
import { ALL_RUNS, nameValue, summarizeList } from "./labels.ts";
import { collectRepeats } from "./metrics.ts";
import { findDifferences } from "./pivot.ts";
import { MAX_RANKED, mayBeAdded } from "./verdicts.ts";

/**
 * Collects the warnings about a comparison.
 *
 * @param comparison The comparison.
 * @returns Sentences without full stops.
 */
export function collectWarnings(comparison: Comparison): string[] {
  return [
    warnOfSearches,
    warnOfCounts,
    warnOfDependence,
    warnOfNonFinite,
    warnOfSettings,
    noteRecords,
    warnOfLostRecords,
    warnOfManyRows,
    warnOfAddedSeeds,
    warnOfVersions,
  ].flatMap((warn) => warn(comparison));
}

function warnOfSearches({ searched }: Comparison): string[] {
  const sweeps = Map.groupBy(searched, ({ info }) => info.sweep!.name);
  return Array.from(
    sweeps,
    ([name, runs]) =>
      `${formatCount(runs.length, "run")} of the search ${name} ${
        runs.length === 1 ? "is" : "are"
      } left out: the best of many scores look better than they are; ` +
      `--where sweep=${name}/search shows them, without verdicts`,
  );
}

function warnOfCounts({ rows }: Comparison): string[] {
  const groups = rows.flatMap(({ replicates }) => replicates);
  const all = groups.map(({ runs }) => runs.size);
  const counts = [...new Set(all)].sort((a, b) => a - b);
  return counts.length > 1
    ? [`Rows have different numbers of runs: ${counts.join(", ")}`]
    : [];
}

/** Runs that share values of nuisance keys, and are no balanced grid of them. */
function warnOfDependence({ rows }: Comparison): string[] {
  return rows.flatMap(({ label, cells }) => {
    const reasons = new Set(
      cells.values().flatMap(({ grid }) =>
        grid && "reason" in grid ? [grid.reason] : []
      ),
    );
    return [...reasons].map((reason) =>
      `Runs of ${label} are not independent, and errors may be too small: ` +
      reason
    );
  });
}

function warnOfNonFinite({ rows }: Comparison): string[] {
  return rows.flatMap(({ label, cells }) =>
    [...cells].flatMap(([column, { runs, sample }]) => {
      if (sample.values().every(Number.isFinite)) return [];
      const bad = [...sample].filter(([, mean]) => !Number.isFinite(mean))
        .map(([key, mean]) => `${mean} in ${runs.get(key)?.id ?? key}`);
      return `${column} of ${label} is ${bad.join(", ")}`;
    })
  );
}

/** Copies that have records which the runs that replace them lack. */
function warnOfLostRecords({ rows }: Comparison): string[] {
  const groups = rows.flatMap(({ replicates }) => replicates);
  return groups.flatMap(({ runs, superseded }) =>
    superseded.flatMap((copy) => {
      const chosen = runs.values().find((run) =>
        formatValue(run.config) === formatValue(copy.config)
      );
      if (!chosen) return [];
      const lost = copy.records.metadata.filter((metadata) =>
        !chosen.records.get(metadata)
      );
      return lost.length > 0
        ? `${chosen.id} lacks ${summarizeList(lost.map(String))}, which ` +
          `${copy.id}, superseded by it, has: evaluate ${chosen.id}`
        : [];
    })
  );
}

function warnOfManyRows({ rows, options }: Comparison): string[] {
  return rows.length > MAX_RANKED && nameValue(options) === "mean"
    ? [`Rows are not ranked: ${rows.length} are more than ${MAX_RANKED}`]
    : [];
}

/** Exact tests hold for a number of seeds that was fixed in advance. */
function warnOfAddedSeeds(comparison: Comparison): string[] {
  return comparison.options.test === "sign-flip" && mayBeAdded(comparison)
    ? [
      "Seeds may have been added after a comparison was possible, and exact " +
      "tests do not hold then: t tests do at any time (--anytime), and these " +
      "if the number of seeds was fixed in advance (--planned)",
    ]
    : [];
}

/** Cells side by side that were measured in different ways. */
function warnOfSettings({ rows, options, metrics }: Comparison): string[] {
  const { cols = [] } = options;
  if (cols.length === 0) return [];
  const repeats = collectRepeats(metrics);
  const different = rows.flatMap(({ label, config, cells }) => {
    const shown = cells.values().map(({ metadata }) => metadata);
    return [...findDifferences(shown, repeats)]
      .filter(([field]) =>
        !Object.hasOwn(config, field) && !cols.includes(field)
      )
      .map(([field, values]) =>
        `${label}: ${field} is ${values.map(formatValue).join(", ")}`
      );
  });
  const text = "Cells of a row were measured in different ways";
  return different.length > 0 ? [`${text}: ${summarizeList(different)}`] : [];
}

/** What experiments say about records that meet a condition. */
function noteRecords({ rows, metrics }: Comparison): string[] {
  const cells = rows.flatMap(({ cells }) => [...cells.values()]);
  const shown = new Set(cells.map(({ metadata }) => metadata));
  const notes = [...shown].flatMap((metadata) =>
    Object.entries(metrics.get(metadata.name)?.notes ?? {})
      .filter(([condition]) => {
        const { key, wanted } = parseCondition(condition, "notes");
        return matchesValue(metadata.field(key), wanted);
      })
      .map(([, text]) => text)
  );
  return [...new Set(notes)];
}

/**
 * Rows whose runs ran on different code, versions or engines, or were resumed
 * on others.
 */
function warnOfVersions({ rows }: Comparison): string[] {
  return rows.flatMap(({ label, replicates }) => {
    // Runs of an index share what they have in common.
    const versions = new Set<Environment["versions"]>();
    const engines = new Set<Environment["engine"]>();
    const sources = new Set<Environment["source"]>();
    for (const { runs } of replicates) {
      for (const run of runs.values()) {
        versions.add(readInfo(run, "versions"));
        engines.add(readInfo(run, "engine"));
        sources.add(readInfo(run, "source"));
        for (const session of readInfo(run, "resumed") ?? []) {
          versions.add(session.versions);
          engines.add(session.engine);
          sources.add(session.source);
        }
      }
    }
    // Older runs lack some of it.
    const known = [...versions].map((some) => some ?? {});
    const names = new Set(known.flatMap((some) => Object.keys(some)));
    const mixed = [
      ...[...names].flatMap((name) =>
        listDistinct(name, known.map((some) => some[name]))
      ),
      ...listDistinct("engine", [...engines]),
    ];
    const hashes = new Set(
      [...sources].flatMap((source) =>
        source?.sha256.slice(0, SHORT_HASH) ?? []
      ),
    );
    const name = label === ALL_RUNS ? "" : ` of ${label}`;
    return [
      ...(mixed.length > 0
        ? [`The runs${name} differ in ${mixed.join(", ")}`]
        : []),
      ...(hashes.size > 1
        ? [`Some runs${name} used different code: ${[...hashes].join(", ")}`]
        : []),
    ];
  });
}

function listDistinct(name: string, values: readonly unknown[]): string[] {
  const distinct = new Set(values.map((value) => value ?? "none"));
  return distinct.size > 1 ? [`${name} ${[...distinct].join(" and ")}`] : [];
}
