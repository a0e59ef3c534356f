/**
 * Times of several ways to do one thing, measured side by side.
 *
 * @module
 */

/** Ways to do one thing, by name; the first is what the others are compared to. */
export type Sides = Readonly<Record<string, () => unknown>>;

const WARM_MILLISECONDS = 500;
const MEASURED_MILLISECONDS = 1500;
const MIN_ROUNDS = 5;

/**
 * Prints the time of each side and its ratio to the first.
 *
 * All sides are first run until they are compiled. Then they take turns, so that
 * what else the machine does strikes all. The ratio is of the least times, which
 * such disturbance changes least; the 25th percentiles stand beside them.
 *
 * @param title What is measured.
 * @param sides What is called, each in turn.
 */
export async function compareSides(title: string, sides: Sides): Promise<void> {
  const names = Object.keys(sides);
  const start = performance.now();
  const run = async (milliseconds: number) => {
    const times = names.map((): number[] => []);
    const end = performance.now() + milliseconds * names.length;
    while (performance.now() < end || times[0]!.length < MIN_ROUNDS) {
      for (const [i, name] of names.entries()) {
        const start = performance.now();
        const result = sides[name]!();
        if (result instanceof Promise) await result;
        times[i]!.push(performance.now() - start);
      }
    }
    return times.map((list) => list.sort((a, b) => a - b));
  };
  await run(WARM_MILLISECONDS);
  const times = await run(MEASURED_MILLISECONDS);
  const [least, quarter] = [0, 1 / 4].map((q) =>
    times.map((list) => list[Math.floor(q * list.length)]!)
  ) as [number[], number[]];
  const rows = names.map((name, i) =>
    [
      formatTime(least[i]!),
      formatTime(quarter[i]!),
      (least[i]! / least[0]!).toFixed(2),
      name,
    ].map((cell, column) => column < 3 ? cell.padStart(9) : cell).join("  ")
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${title} (${times[0]!.length} rounds in ${seconds} s)`);
  console.log(["    least        25 %     ratio", ...rows, ""].join("\n"));
}

function formatTime(milliseconds: number): string {
  return milliseconds >= 1
    ? `${milliseconds.toPrecision(3)} ms`
    : `${(milliseconds * 1000).toPrecision(3)} µs`;
}
