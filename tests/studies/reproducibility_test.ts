import { assertEquals } from "@std/assert";
import { readRecords } from "../../core/store/records.ts";
import { sha256 } from "../../core/utils/hash.ts";
import { readHistory } from "../../testing/history.ts";
import {
  ROOT,
  skipUnlessGranted,
  tempRuns,
  testWithProgram,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** A training that takes every kind of step, and is over soon. */
const TRAINING = [
  ...["--model=mlp", "--hidden-layer-sizes=16,16", "--embedding-size=16"],
  ...["--input-embedding=fourier", "--n-train=320", "--n-epochs=2"],
  // Four groups of rows, of which each thread takes some.
  "--batch-size=200",
];
/** Sampling with fresh noise and without, of rows for several threads. */
const EVALUATIONS = [
  ["--n-samples=50", "--n-repeats=2", "--n-steps=5"],
  [
    ...["--sampler=ddpm", "--n-samples=150", "--n-repeats=2", "--n-steps=20"],
    "--sources=model",
  ],
];

/** Trains and evaluates, and says what came out, but for names and times. */
async function measureBits(
  engine: string,
  deno: readonly string[] = [Deno.execPath()],
  flags: readonly string[] = [],
  nThreads = 1,
): Promise<Record<string, string>> {
  using runs = tempRuns();
  const run = async (script: string, args: readonly string[]) => {
    const [program, ...before] = deno as [string, ...string[]];
    const { success, stderr } = await new Deno.Command(program, {
      args: [
        ...[...before, "run", "--quiet", "--no-prompt", "--no-check"],
        ...[...flags, `-P=${script}`, `scripts/${script}.ts`],
        ...[...args, "--quiet", `--engine=${engine}`],
        `--runs=${runs.path}`,
      ],
      cwd: ROOT,
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
  };
  const threads = `--threads=${nThreads}`;
  await run("train", [...TRAINING, threads]);
  for (const evaluation of EVALUATIONS) {
    await run("eval", [...evaluation, threads]);
  }
  const [{ name: id }] = [...Deno.readDirSync(runs.path)]
    .filter(({ name }) => !name.startsWith(".")) as [Deno.DirEntry];
  const path = `${runs.path}/${id}`;
  const parts: Record<string, unknown> = {
    history: readHistory(path).lines.map(({ "time/epoch": _, ...rest }) =>
      rest
    ),
    records: readRecords(path).toJSON()
      .filter(({ metadata }) => !metadata.name.startsWith("time/")),
  };
  for (const folder of ["model", "samples"]) {
    for (const { name } of Deno.readDirSync(`${path}/${folder}`)) {
      const bytes = Deno.readFileSync(`${path}/${folder}/${name}`);
      // The only name in it that differs from run to run.
      parts[name] = name.endsWith(".json")
        ? new TextDecoder().decode(bytes).replaceAll(id, "RUN")
        : [...bytes];
    }
  }
  const hashes = Object.entries(parts).map(async ([name, part]) => {
    const text = new TextEncoder().encode(JSON.stringify(part));
    return [name, await sha256(text)];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** What V8 leaves out of the processor's instructions, and how many threads train. */
const PROCESSORS = {
  "without fused multiply-add": ["--v8-flags=--no-enable-fma3", 2],
  "without AVX": ["--v8-flags=--no-enable-avx,--no-enable-avx2", 4],
} as const;

const expected = new Map<string, Promise<Record<string, string>>>();

/** What this machine makes with all of its instructions. */
const measureHere = (engine: string) =>
  expected.getOrInsertComputed(engine, () => measureBits(engine));

const ENGINES = ["fused", "wasm"];

for (const engine of ENGINES) {
  for (const [what, [flag, most]] of Object.entries(PROCESSORS)) {
    // Only the fused engine has more than one.
    const nThreads = engine === "fused" ? most : 1;
    Deno.test(
      `engine ${engine} gives the same bits on a processor ${what} (threads: ${nThreads})`,
      async () => {
        const deno = [Deno.execPath()];
        const bits = await measureBits(engine, deno, [flag], nThreads);
        assertEquals(bits, await measureHere(engine));
      },
    );
  }
}

testWithProgram(
  "qemu-aarch64-static",
  "both engines give the same bits on ARM64",
  async () => {
    const folder = Deno.env.get("WHISKER_ARM64");
    const deno = ["qemu-aarch64-static", "-L", `${folder}/root`];
    deno.push(`${folder}/package/deno`);
    // Side by side: emulation takes most of the time of all proofs.
    const bits = ENGINES.map((engine) =>
      measureBits(engine, deno, [], engine === "fused" ? 2 : 1)
    );
    assertEquals(
      await Promise.all(bits),
      await Promise.all(ENGINES.map(measureHere)),
    );
  },
);
