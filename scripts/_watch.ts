/**
 * `runs --watch`: the list of runs, printed again whenever it changes.
 *
 * @module
 */

import { printable } from "../core/utils/terminal.ts";
import type { StoredRun } from "../results/database/run_database.ts";
import { listenForSignals } from "./_signals.ts";

/** The list at one moment. */
export interface WatchedList {
  /** The runs. */
  readonly runs: readonly StoredRun[];
  /**
   * Formats the list.
   *
   * @param maxRows How many runs there is room for.
   */
  readonly format: (maxRows?: number) => string;
  /** Lines below the list, such as problems. */
  readonly notes: readonly string[];
  /** What has happened to runs since the last time. */
  readonly notices: readonly string[];
}

const REFRESH_MS = 1000;

/** So many notices stay on the screen. */
const MAX_NOTICES = 5;

/** Rows of the screen beside those of runs: the heading and its rule. */
const HEADING_ROWS = 2;

/** The rows of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

/** Long lines are cut while the list is drawn, and the cursor is hidden. */
const BEGIN = "\x1b[?25l\x1b[?7l\x1b[2J", END = "\x1b[?7h\x1b[?25h\n";
const HOME = "\x1b[H", CLEAR_LINE = "\x1b[K", CLEAR_BELOW = "\x1b[J";
const BELL = "\x07";

/**
 * Prints a list again whenever it has changed, until the process is interrupted. On
 * a terminal it is drawn in place; elsewhere it is printed if a run has another
 * status.
 *
 * @param read Reads the list.
 * @returns The exit status.
 */
export async function watch(read: () => WatchedList): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const interruption = listenForSignals();
  const { signal } = interruption;
  const write = (text: string) =>
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  const notices: string[] = [];
  let shown = "";
  if (isTerminal) write(BEGIN);
  while (!signal.aborted) {
    const list = read();
    if (isTerminal) {
      notices.push(...list.notices);
      notices.splice(0, notices.length - MAX_NOTICES);
      const bell = list.notices.length > 0 ? BELL : "";
      write(
        drawInPlace(list, notices, Deno.consoleSize().rows || USUAL_ROWS) +
          bell,
      );
    } else {
      for (const text of list.notices) console.log(printable(text) + BELL);
      const state = JSON.stringify(
        list.runs.map(({ id, status }) => [id, status]),
      );
      if (state !== shown) {
        console.log(printable(list.format()));
        for (const note of list.notes) console.error(printable(note));
      }
      shown = state;
    }
    await pause(REFRESH_MS, signal);
  }
  if (isTerminal) write(END);
  return interruption.status;
}

/** Draws over what was drawn before, without an empty screen in between. */
function drawInPlace(
  { format, notes }: WatchedList,
  notices: readonly string[],
  nRows: number,
): string {
  const below = [...notes, ...notices];
  const nBelow = below.length > 0 ? below.length + 1 : 0;
  const text = format(Math.max(1, nRows - HEADING_ROWS - nBelow));
  const all = [text, ...(nBelow > 0 ? ["", ...below] : [])].join("\n");
  // More lines would scroll the screen.
  const lines = printable(all).split("\n").slice(0, nRows);
  return HOME + lines.map((line) => line + CLEAR_LINE).join("\n") +
    CLEAR_BELOW;
}

/** Waits until it is time, or the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
