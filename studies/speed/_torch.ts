/** What PyTorch takes in eager mode, where Debian's packages are installed. */

/** Debian's own Python, which has Debian's PyTorch. */
const PYTHON = "/usr/bin/python3";

/** Tells whether PyTorch is there. */
export async function hasTorch(): Promise<boolean> {
  try {
    return (await run(["-c", "import torch"])).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function run(args: readonly string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command(PYTHON, {
    args: ["-B", ...args],
    // Without it Debian's reference BLAS may be loaded, which is far slower.
    env: {
      LD_LIBRARY_PATH: `/usr/lib/${Deno.build.arch}-linux-gnu/openblas-pthread`,
    },
  }).output();
}

async function runScript(...args: readonly unknown[]): Promise<string> {
  const script = `${import.meta.dirname}/torch_speed.py`;
  const { success, stdout, stderr } = await run([script, ...args.map(String)]);
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/** Both sides are measured with one thread and with all. */
export const THREADS: ReadonlySet<number> = new Set([
  1,
  navigator.hardwareConcurrency,
]);

/** What is measured step by step. */
export type Steps = "step" | "sampling";

/** The fastest step in milliseconds, by one thread or by all. */
export async function timeTorchStep(
  what: Steps,
  seconds: number,
  ...[widths, nRows]: readonly [widths: readonly number[], nRows: number]
): Promise<number> {
  let least = Infinity;
  for (const nThreads of THREADS) {
    const printed = await runScript(what, nThreads, seconds, widths, nRows);
    least = Math.min(least, Number(printed));
  }
  return least;
}

/** Trains from start to exit, by one thread: batches of 32 rows do not pay for more. */
export async function trainTorch(nEpochs: number): Promise<void> {
  await runScript("training", 1, nEpochs);
}
