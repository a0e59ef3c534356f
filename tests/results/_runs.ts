/**
 * Runs made for tests, as training would leave them.
 *
 * @module
 */

import {
  type MetadataFields,
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  type ScalarFields,
  ScalarResult,
} from "../../core/utils/results.ts";
import {
  type RunInfo,
  writeConfigFile,
  writeRecords,
  writeRunInfo,
} from "../../core/utils/run_directory.ts";

/** What a run is to have that others have not. */
export interface MadeRun {
  readonly id: string;
  readonly config?: object;
  readonly info?: Partial<RunInfo>;
  readonly records?: readonly (readonly [MetadataFields, ScalarFields])[];
}

/** Makes a run; returns its directory. */
export function makeRun(runs: string, made: MadeRun): string {
  const path = `${runs}/${made.id}`;
  Deno.mkdirSync(`${path}/results`, { recursive: true });
  writeRunInfo(path, {
    runId: made.id,
    experiment: "test",
    status: "completed",
    startedAt: "2026-11-22T12:00:00.000Z",
    finishedAt: "2026-11-22T12:00:01.000Z",
    seconds: 1,
    command: "train",
    args: [],
    versions: { whisker: "0.1.0" },
    engine: null,
    host: { os: "linux", arch: "x86_64", cpus: 2 },
    pid: 1,
    tags: [],
    note: "",
    ...made.info,
  });
  writeConfigFile(path, made.config ?? { seed: 42 });
  const records = (made.records ?? []).map(([metadata, fields]) =>
    new ResultRecord(ResultMetadata.of(metadata), new ScalarResult(fields))
  );
  if (records.length > 0) {
    writeRecords(path, "train", new ResultCollection(records));
  }
  return path;
}
