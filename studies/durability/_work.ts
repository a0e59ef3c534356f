/**
 * What the proofs of durability share: a training that is small and real, and
 * what it leaves behind.
 *
 * @module
 */

import { exists } from "../../core/utils/exists.ts";
import { readHistory } from "../../testing/history.ts";
import type { MetadataFields } from "../../core/utils/results.ts";
import { readRecords } from "../../core/store/records.ts";
import type { Run } from "../../core/run/run.ts";

/** A training of about a second, 320 steps in ten epochs. */
export const TRAINING = [
  ...["--model=mlp", "--hidden-layer-sizes=16,16", "--batch-size=8"],
  ...["--n-train=256", "--n-epochs=10", "--learning-rate=0.003", "--quiet"],
];

/** What a run has measured, but for times. */
export interface Left {
  readonly lines: readonly string[];
  readonly records: Readonly<Record<string, string>>;
  readonly weights: Readonly<Record<string, string>>;
}

/** Reads what a run has measured; what is not there yet is left out. */
export function leftBy(runPath: string): Left {
  const lines = readHistory(runPath).lines.map((
    { "time/epoch": _, ...line },
  ) => JSON.stringify(line));
  const records = Object.fromEntries(
    readRecords(runPath).toJSON()
      .filter(({ metadata }) => !metadata.name.startsWith("time/"))
      .map(({ metadata, result }) => [metadata.name, JSON.stringify(result)]),
  );
  const weights = Object.fromEntries(
    ["weights.bin", "last.bin", "best.bin"].flatMap((name) => {
      const path = `${runPath}/model/${name}`;
      return exists(path) ? [[name, Deno.readFileSync(path).toHex()]] : [];
    }),
  );
  return { lines, records, weights };
}

/**
 * Makes a run say what it keeps, after each call that keeps something: `line`
 * with its JSON, `checkpoint` with its step, `record` with its name.
 *
 * @param run The run.
 * @param say Is told, a line at a time.
 * @returns The same run.
 */
export function acknowledge(run: Run, say: (text: string) => void): Run {
  const { log, checkpoint, record } = run;
  const isKeptEachStep = run.globals.checkpointEvery === "1step";
  let step = 0;
  run.log = async (line) => {
    await log.call(run, line);
    step = Number(line.step);
    const { "time/epoch": _, ...kept } = line;
    say(`line ${JSON.stringify(kept)}`);
  };
  run.checkpoint = async (place = "step") => {
    await checkpoint.call(run, place);
    if (isKeptEachStep && place === "step") say(`checkpoint ${step}`);
  };
  run.record = (metadata: MetadataFields, result) => {
    const made = record.call(run, metadata, result);
    say(`record ${metadata.name}`);
    return made;
  };
  return run;
}
