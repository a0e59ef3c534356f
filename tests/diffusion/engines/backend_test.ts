import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { RandomStream } from "../../../core/utils/random.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
  testWithProgram,
} from "../../../testing/helpers.ts";

skipUnlessGranted("scripts");

const load = async () => ({
  tf: await import("@tensorflow/tfjs"),
  ...await import("../../../core/diffusion/engines/backend.ts"),
});

Deno.test("setBackend() uses wasm for auto", async () => {
  const { tf, setBackend } = await load();
  assertEquals(await setBackend("auto"), "wasm");
  assertEquals(tf.getBackend(), "wasm");
  assertEquals(await setBackend("cpu"), "cpu");
  assertEquals(tf.getBackend(), "cpu");
  assertEquals(await setBackend("wasm"), "wasm");
  assertEquals(tf.getBackend(), "wasm");
});

Deno.test(
  "setBackend() throws if this machine lacks the engine",
  async () => {
    const { tf, setBackend } = await load();
    tf.registerBackend("webgpu", () => {
      throw new Error("no adapter");
    });
    const warn = console.warn;
    console.warn = () => {};
    try {
      await assertRejects(
        () => setBackend("webgpu"),
        RangeError,
        "Cannot use --engine webgpu: this machine does not have it",
      );
    } finally {
      console.warn = warn;
      tf.removeBackend("webgpu");
      await setBackend("cpu");
    }
  },
);

Deno.test(
  "detectNumerics() distinguishes fused from rounded products, and single from double precision",
  async () => {
    const { detectNumerics, setBackend } = await load();
    const { fround } = Math;
    const product =
      (step: (sum: number, x: number, y: number) => number) =>
      (a: readonly number[], b: readonly number[]) =>
        a.reduce((sum, x, i) => step(sum, x, b[i]!), 0);
    // A product of two single-precision numbers is exact in double precision.
    const cases = [
      [(sum, x, y) => fround(sum + fround(x * y)), false, "float32"],
      [(sum, x, y) => fround(sum + x * y), true, "float32"],
      [(sum, x, y) => sum + x * y, false, "float64"],
    ] as const satisfies [Parameters<typeof product>[0], boolean, string][];
    for (const [step, fma, accumulation] of cases) {
      assertEquals(await detectNumerics(product(step)), { fma, accumulation });
    }
    for (
      const [engine, accumulation] of [["wasm", "float32"], ["cpu", "float64"]]
    ) {
      await setBackend(engine as "wasm");
      assertEquals(
        await detectNumerics(),
        { fma: false, accumulation },
        engine,
      );
    }
  },
);

Deno.test(
  "the wasm engine needs no permission, prints nothing, and is not loaded by cpu",
  async () => {
    const run = async (engine: string) => {
      const code = `
        import { setBackend } from "${ROOT}/core/diffusion/engines/backend.ts";
        import * as tf from "@tensorflow/tfjs";
        await setBackend("${engine}");
        const [sum] = tf.ones([5]).sum().dataSync();
        const kernels = tf.getKernelsForBackend("wasm").length;
        console.log(JSON.stringify([sum, tf.getBackend(), kernels > 0]));`;
      const path = `${ROOT}/runs/.engine_${engine}.ts`;
      Deno.mkdirSync(`${ROOT}/runs`, { recursive: true });
      Deno.writeTextFileSync(path, code);
      try {
        const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--quiet", "--no-prompt", path],
          cwd: ROOT,
          stdin: "null",
        }).output();
        const decoder = new TextDecoder();
        assertEquals(decoder.decode(stderr), "");
        return JSON.parse(decoder.decode(stdout));
      } finally {
        Deno.removeSync(path);
      }
    };
    assertEquals(await run("wasm"), [5, "wasm", true]);
    assertEquals(await run("cpu"), [5, "cpu", false]);
  },
);

Deno.test(
  "both engines give the same prediction and the same step of training",
  async () => {
    const { setBackend } = await load();
    const { modelConfigSchema } = await import(
      "../../../core/diffusion/model_config.ts"
    );
    const { buildModel } = await import(
      "../../../core/diffusion/model.ts"
    );
    const { TfjsEngine } = await import(
      "../../../core/diffusion/engines/tfjs_engine.ts"
    );
    const { addNoise, computeAlphaBars } = await import(
      "../../../core/diffusion/noise/noise_schedule.ts"
    );
    const config = modelConfigSchema.parse({
      model: "mlp",
      hiddenLayerSizes: [32, 32],
      inputEmbedding: "fourier",
    });
    const after = async (engine: "wasm" | "cpu") => {
      await setBackend(engine);
      using model = await buildModel(config, {
        nColumns: 2,
        random: new RandomStream(1, "init"),
      });
      const training = await TfjsEngine.create(model, { config, nSteps: 5 });
      const random = new RandomStream(2, "noise");
      const schedule = computeAlphaBars(config);
      const norms: number[] = [];
      for (let step = 0; step < 5; step++) {
        const values = random.fillNormal(new Float32Array(2 * 16));
        const batch = addNoise({ nRows: 16, values }, { schedule, random });
        norms.push((await training.step(batch)).gradNorm!);
      }
      const times = new Float64Array(8).fill(0.4);
      const rows = new RandomStream(3, "rows").fillNormal(new Float64Array(16));
      const predicted = await model.predictNoise(rows, {
        times,
        alphaBars: times,
      });
      return [...norms, ...predicted];
    };
    const reference = await after("cpu");
    const fast = await after("wasm");
    fast.forEach((value, i) => assertAlmostEquals(value, reference[i]!, 2e-3));
    assert(fast.some((value) => Math.abs(value) > 0.01));
    await setBackend("cpu");
  },
);

testWithProgram(
  "vulkan",
  "the webgpu engine trains like the others, with the same permissions",
  async () => {
    using runs = tempRuns();
    const lossBy = async (engine: string) => {
      const { code, stdout, stderr } = await runScript("train", [
        ...["--json", "--model=mlp", "--dataset=moons", "--n-train=100"],
        ...["--n-epochs=2", `--engine=${engine}`, `--runs=${runs.path}`],
      ]);
      assertEquals(code, 0, stderr);
      const { records } = JSON.parse(stdout);
      return records[0].result.mean as number;
    };
    assertAlmostEquals(await lossBy("webgpu"), await lossBy("cpu"), 1e-4);
  },
);
