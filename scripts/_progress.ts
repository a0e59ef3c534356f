import type { Progress } from "../core/run/run_options.ts";
import { formatNumber } from "../core/utils/results.ts";

const MILLISECONDS_PER_SECOND = 1000;

/** Shows the progress of a run. */
export interface ProgressDisplay extends Disposable {
  /** Shows a new state. */
  show(progress: Progress): void;
  /** Removes the bar, before other output. */
  clear(): void;
}

/**
 * Creates a progress bar on stderr, if that is a terminal.
 *
 * @param quiet Whether to show none.
 * @returns The progress bar, or one that shows nothing.
 */
export async function createProgressBar(
  quiet: boolean,
): Promise<ProgressDisplay> {
  if (quiet || !Deno.stderr.isTerminal()) {
    return { show() {}, clear() {}, [Symbol.dispose]() {} };
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
