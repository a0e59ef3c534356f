import type { Progress } from "../core/run.ts";
import { formatNumber } from "../core/utils/results.ts";

/** Shows how far a run has come. */
export interface ProgressDisplay extends Disposable {
  /** Shows a new state. */
  show(progress: Progress): void;
  /** Makes room for other output. */
  clear(): void;
}

const NOTHING: ProgressDisplay = {
  show: () => {},
  clear: () => {},
  [Symbol.dispose]: () => {},
};

/**
 * A progress bar on stderr, if that is a terminal.
 *
 * @param quiet Whether to show none all the same.
 * @returns The progress bar, or one that shows nothing.
 */
export async function terminalProgress(
  quiet: boolean,
): Promise<ProgressDisplay> {
  if (quiet || !Deno.stderr.isTerminal()) return NOTHING;
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage} % | {eta_formatted} left {values}",
    barsize: 30,
    etaBuffer: 10_000, // Updates come by the thousand.
    clearOnComplete: true,
    hideCursor: null,
  }, cliProgress.Presets.shades_classic);
  let shown = false;
  const clear = () => {
    if (shown) bar.stop();
    shown = false;
  };
  return {
    show({ done, total, values = {} }) {
      const text = Object.entries(values)
        .map(([name, value]) => `| ${name} ${formatNumber(value, 4)}`);
      const payload = { values: text.join(" ") };
      if (shown) bar.update(done, payload);
      else bar.start(total, done, payload);
      shown = true;
    },
    clear,
    [Symbol.dispose]: clear,
  };
}
