import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { modelConfigSchema } from "../../../core/diffusion/model_config.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { evaluateModel, trainModel } from "../../../testing/models.ts";

skipUnlessGranted("files");

const CONFIG = modelConfigSchema.parse({ nTrain: 200, nEpochs: 1 });

Deno.test(
  "SampleKeeper keeps samples, data and the reverse process in the units of the data",
  async () => {
    using folder = tempFolder();
    const runPath = await trainModel(CONFIG, folder.path);
    await evaluateModel({ nSamples: 200, nRepeats: 2, nSteps: [3] }, runPath);
    const kept = JSON.parse(
      Deno.readTextFileSync(
        `${runPath}/samples/dpm-solver++_nSteps=3_log-snr.json`,
      ),
    );
    assertEquals(kept.schemaVersion, 1);
    assertEquals(kept.columns, ["x"]);
    assertEquals([kept.samples.length, kept.data.length], [200, 200]);
    const noises = kept.frames.map(({ noise }: { noise: number }) => noise);
    assertEquals(noises.length, 3 + 1);
    assert(
      noises.every((noise: number, i: number) =>
        i === 0 || noise < noises[i - 1]
      ),
    );
    assertEquals(noises.at(-1), 0);
    assertEquals(kept.frames.at(-1).rows, kept.samples);
    const computeMean = (rows: number[][]) =>
      rows.reduce((sum, [x]) => sum + x!, 0) / rows.length;
    // The mixture's mean is −0.1, its standard deviation 2.
    assertAlmostEquals(computeMean(kept.data), -0.1, 5 * 2 / Math.sqrt(200));
    // The density is one: its integral over even places is 1.
    const [[left]] = kept.density, [right] = kept.density.at(-1);
    const width = (right - left) / (kept.density.length - 1);
    const total = kept.density
      .reduce((sum: number, [, p]: number[]) => sum + p! * width, 0);
    assertAlmostEquals(total, 1, 1e-3);
  },
);
