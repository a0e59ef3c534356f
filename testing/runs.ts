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
} from "../core/utils/results.ts";
import { type RunInfo, writeRunInfo } from "../core/store/run_info.ts";
import { writeConfigFile } from "../core/store/run_file.ts";
import { writeRecordsFile } from "../core/store/records.ts";

/** What a run is to have that others have not. */
export interface MadeRun {
  readonly id: string;
  readonly config?: object;
  readonly info?: Partial<RunInfo>;
  readonly records?: readonly (readonly [MetadataFields, ScalarFields])[];
}

/** What `run.json` of a made run says, but for what a test gives. */
export const INFO: RunInfo = {
  runId: "",
  experiment: "test",
  experimentFile: null,
  status: "completed",
  startedAt: "2026-11-22T12:00:00.000Z",
  finishedAt: "2026-11-22T12:00:01.000Z",
  seconds: 1,
  command: "train",
  args: [],
  versions: { whisker: "0.1.0" },
  engine: null,
  numerics: null,
  source: null,
  commit: null,
  permissions: null,
  host: { os: "linux", arch: "x86_64", cpus: 2 },
  pid: 1,
  tags: [],
  note: "",
};

/** Makes a run; returns its directory. */
export function makeRun(runs: string, made: MadeRun): string {
  const path = `${runs}/${made.id}`;
  Deno.mkdirSync(`${path}/results`, { recursive: true });
  writeRunInfo(path, { ...INFO, ...made.info, runId: made.id });
  writeConfigFile(path, made.config ?? { seed: 42 });
  const records = (made.records ?? []).map(([metadata, fields]) =>
    new ResultRecord(ResultMetadata.of(metadata), new ScalarResult(fields))
  );
  if (records.length > 0) {
    writeRecordsFile(path, "train", { records: new ResultCollection(records) });
  }
  return path;
}

/** Makes a run of which only `run.json` matters; returns its directory. */
export function addRun(
  runs: string,
  id: string,
  info: Partial<RunInfo> = {},
): string {
  return makeRun(runs, { id, info });
}
