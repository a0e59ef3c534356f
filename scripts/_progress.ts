/**
 * The progress of a run: a bar on a terminal, lines elsewhere.
 *
 * @module
 */

import type { GlobalConfig } from "../core/config/global_config.ts";
import type { Progress } from "../core/run/run_options.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import { formatDuration } from "../core/utils/format_duration.ts";
import { formatNumber } from "../core/utils/results.ts";
import { singleLine } from "../results/compare/labels.ts";
import { readLastLine } from "../results/inspect/last_line.ts";
import { formatProgress } from "../results/inspect/runs.ts";
import { estimateSecondsLeft, StepRate } from "../results/inspect/progress.ts";

const MILLISECONDS_PER_SECOND = 1000;

/** How progress is shown. */
export type ProgressFlags = Pick<GlobalConfig, "quiet" | "logEvery">;

/** Shows the progress of a run. */
export interface ProgressDisplay extends Disposable {
  /** Begins with a training or evaluation. */
  follow(runPath: string): void;
  /** Shows a new state. */
  show(progress: Progress): void;
  /** Removes the bar, before other output. */
  clear(): void;
}

/**
 * Creates a progress bar on stderr, if that is a terminal, or else prints lines.
 *
 * @param flags Whether to show nothing, and how often to print a line.
 * @returns The display.
 */
export async function createProgressDisplay(
  { quiet, logEvery }: ProgressFlags,
): Promise<ProgressDisplay> {
  if (quiet || !Deno.stderr.isTerminal()) {
    return logProgress(quiet ? 0 : logEvery, (line) => console.error(line));
  }
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage} % | {rate}{eta_formatted} left {values}",
    barsize: 30,
    etaBuffer: 10_000, // Updates come by the thousand.
    clearOnComplete: true,
    hideCursor: null,
  }, cliProgress.Presets.shades_classic);
  const clear = () => bar.stop();
  return {
    follow() {},
    show({ done, total, unit, values = {} }) {
      const texts = Object.entries(values)
        .map(([name, value]) => `| ${name} ${formatNumber(value, 4)}`);
      const payload = { rate: "", values: texts.join(" ") };
      if (!bar.isActive) return bar.start(total, done, payload);
      const seconds = (Date.now() - bar.startTime) / MILLISECONDS_PER_SECOND;
      const nDone = done - bar.startValue;
      if (unit && nDone > 0 && seconds > 0) {
        payload.rate = `${formatNumber(nDone / seconds, 3)} ${unit}/s | `;
      }
      bar.update(done, payload);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

/**
 * Prints a line of progress now and then: for logs.
 *
 * @param seconds The time between lines; 0 for none.
 * @param print Prints a line.
 * @returns The display.
 */
export function logProgress(
  seconds: number,
  print: (line: string) => void,
): ProgressDisplay {
  let runPath: string | undefined, latest: Progress | undefined;
  let rate = new StepRate();
  const log = () => {
    const line = latest
      ? formatLine(latest, rate)
      : runPath === undefined
      ? ""
      : readLine(runPath);
    if (line !== "") print(singleLine(line));
  };
  const timer = seconds > 0
    ? setInterval(log, seconds * MILLISECONDS_PER_SECOND)
    : undefined;
  // A training that awaits what never comes must end all the same.
  if (timer !== undefined) Deno.unrefTimer(timer);
  return {
    follow(path) {
      [runPath, latest, rate] = [path, undefined, new StepRate()];
    },
    show(progress) {
      // The rate is measured from line to line.
      if (!latest) rate.see(progress.done, Date.now());
      latest = progress;
    },
    clear() {},
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Formats a line: `120 of 500 steps (24 %), 41.2 steps/s, 10 s left, loss 0.31`. */
function formatLine(
  { done, total, unit, values = {} }: Progress,
  rate: StepRate,
): string {
  if (done >= total) return "";
  const now = Date.now();
  rate.see(done, now);
  const perSecond = rate.compute(now);
  const left = estimateSecondsLeft(done, total, perSecond);
  const percent = Math.floor(100 * done / total);
  return [
    `${done} of ${total}${unit ? ` ${unit}` : ""} (${percent} %)`,
    ...(unit && perSecond ? [`${formatNumber(perSecond, 3)} ${unit}/s`] : []),
    ...(left === null ? [] : [`${formatDuration(left)} left`]),
    ...Object.entries(values)
      .map(([name, value]) => `${name} ${formatNumber(value, 4)}`),
  ].join(", ");
}

/** What the history of a training says, which does not report its progress itself. */
function readLine(runPath: string): string {
  try {
    // The history that an evaluation finds is no progress of its own.
    if (readRunInfo(runPath).status !== "running") return "";
    return formatProgress(readLastLine(runPath));
  } catch {
    return "";
  }
}
