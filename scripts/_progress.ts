import type { Progress } from "../core/run/run_options.ts";
import { formatNumber } from "../core/utils/results.ts";

/** Shows the progress of a run. */
export interface ProgressDisplay extends Disposable {
  /** Shows a new state. */
  show(progress: Progress): void;
  /** Removes the bar, before other output. */
  clear(): void;
}

const NOTHING: ProgressDisplay = {
  show: () => {},
  clear: () => {},
  [Symbol.dispose]: () => {},
};

/**
 * Creates a progress bar on stderr, if that is a terminal.
 *
 * @param quiet Whether to show none.
 * @returns The progress bar, or one that shows nothing.
 */
export async function createProgressBar(
  quiet: boolean,
): Promise<ProgressDisplay> {
  if (quiet || !Deno.stderr.isTerminal()) return NOTHING;
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage} % | {rate}{eta_formatted} left {values}",
    barsize: 30,
    etaBuffer: 10_000, // Updates come by the thousand.
    clearOnComplete: true,
    hideCursor: null,
  }, cliProgress.Presets.shades_classic);
  let shown = false;
  let began = { done: 0, time: 0 };
  const clear = () => {
    if (shown) bar.stop();
    shown = false;
  };
  return {
    show({ done, total, unit, values = {} }) {
      if (!shown) began = { done, time: performance.now() };
      const text = Object.entries(values)
        .map(([name, value]) => `| ${name} ${formatNumber(value, 4)}`);
      const payload = {
        rate: unit ? formatRate(done - began.done, unit, began.time) : "",
        values: text.join(" "),
      };
      if (shown) bar.update(done, payload);
      else bar.start(total, done, payload);
      shown = true;
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

const MILLISECONDS_PER_SECOND = 1000;

/** The rate, once it is known: `412 steps/s | `. */
function formatRate(done: number, unit: string, since: number): string {
  const seconds = (performance.now() - since) / MILLISECONDS_PER_SECOND;
  return done > 0 && seconds > 0
    ? `${formatNumber(done / seconds, 3)} ${unit}/s | `
    : "";
}
