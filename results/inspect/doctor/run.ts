/**
 * The examination of one run: each of its files is read completely.
 *
 * @module
 */

import { basename, extname } from "@std/path";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
} from "../../../core/store/checkpoint.ts";
import {
  type EvaluationInfo,
  readEvaluations,
} from "../../../core/store/evaluations.ts";
import { hashFile } from "../../../core/store/file_hashes.ts";
import { HistoryReader } from "../../../core/store/history.ts";
import { ifExists } from "../../../core/store/if_exists.ts";
import { HISTORY_FILE, isAlive } from "../../../core/store/lock.ts";
import {
  OBSERVATIONS,
  observationsFile,
  readObservations,
} from "../../../core/store/observations.ts";
import { readRecords } from "../../../core/store/records.ts";
import {
  isStarting,
  runIdFromPath,
} from "../../../core/store/run_directory.ts";
import {
  type Problem,
  readConfigFile,
  readRunFile,
} from "../../../core/store/run_file.ts";
import {
  isOmitted,
  readRunInfo,
  readStatus,
  type RunInfo,
} from "../../../core/store/run_info.ts";
import { pathWithin } from "../../../core/store/safe_path.ts";
import {
  type FoundFile,
  isStale,
  isTemporary,
  listTree,
  sumBytes,
} from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { findIrregularStep } from "./steps.ts";

/** A run that has been examined. */
export interface ExaminedRun {
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
  /** The size of its files in bytes. */
  readonly bytes: number;
  /** The hashes of the sources that it and its evaluations ran. */
  readonly sources: ReadonlySet<string>;
}

/**
 * Examines a run without changing anything. What a running process has not
 * written yet is not taken for damage.
 *
 * @param runPath The run's directory.
 * @returns What was found; null while the run is being created.
 */
export async function examineRun(runPath: string): Promise<ExaminedRun | null> {
  if (isStarting(runPath)) return null;
  const isRunning = isAlive(runPath);
  const examined = await examine(runPath, isRunning);
  // It was resumed meanwhile: what looked like damage may be its start.
  return !isRunning && isAlive(runPath) ? examineRun(runPath) : examined;
}

/** A run, and what is known of it so far. */
interface Subject {
  readonly path: string;
  readonly isRunning: boolean;
  readonly findings: Findings;
  /** Regular files by their paths, without temporary ones. */
  readonly files: Map<string, Deno.FileInfo>;
  /** Which run wrote a file, for files that say so. */
  readonly owners: Map<string, unknown>;
  /** What `run.json` says, if it can be read. */
  info?: RunInfo;
  evaluations: readonly EvaluationInfo[];
}

/** The checks of a run whose folder can be listed, each after what it needs. */
const CHECKS: readonly ((subject: Subject) => void | Promise<void>)[] = [
  readJsonFiles,
  checkRunInfo,
  checkResults,
  checkObservations,
  checkHistory,
  checkOwners,
  checkCheckpoint,
  checkContents,
];

async function examine(
  path: string,
  isRunning: boolean,
): Promise<ExaminedRun> {
  const id = runIdFromPath(path), findings = new Findings(id);
  const subject: Subject = {
    path,
    isRunning,
    findings,
    files: new Map(),
    owners: new Map(),
    evaluations: [],
  };
  const unreadable: string[] = [];
  const all = listTree(path, (file, reason) => {
    unreadable.push(file);
    findings.add("unreadable", file, reason);
  });
  if (!unreadable.includes("")) {
    for (const file of all) checkKind(subject, file);
    const names = all.map(({ path }) => path);
    // A folder that cannot be listed is not empty.
    if (!names.includes("run.json") && unreadable.length === 0) {
      reportUnfinished(subject, names);
    }
    for (const check of CHECKS) await check(subject);
  }
  const { info, evaluations } = subject;
  const sessions = [info, ...info?.resumed ?? [], ...evaluations];
  const runs = path.slice(0, -id.length);
  return {
    // A writer's temporary file is gone a moment later.
    findings: findings.all.filter(({ kind, file }) =>
      kind !== "temporary" || ifExists(() => Deno.lstatSync(runs + file))
    ),
    bytes: sumBytes(all),
    sources: new Set(
      sessions.flatMap((session) => session?.source?.sha256 ?? []),
    ),
  };
}

/** Names that only files have in a run. */
const FILE_NAME = new RegExp(`\\.json$|^(${HISTORY_FILE}|${CHECKPOINT_FILE})$`);

/** Registers a regular file, and reports what does not belong in a run. */
function checkKind(
  { path: runPath, isRunning, findings, files }: Subject,
  { path, info }: FoundFile,
): void {
  const name = basename(path);
  if (info.isSymlink) {
    if (pathWithin(`${runPath}/${path}`, runPath) === null) {
      findings.add("foreign", path, "it is a link that leads out of the run");
    }
  } else if (info.isDirectory) {
    if (FILE_NAME.test(path)) {
      findings.add("foreign", path, "it must be a file: it is a folder");
    }
  } else if (!info.isFile) {
    findings.add("foreign", path, "it is neither a file nor a folder");
  } else if (isTemporary(name)) {
    if (isRunning) return;
    const isLeftOver = isStale(info);
    const reason = isLeftOver
      ? "it was never completed, and its writer is gone"
      : "it may still be being written";
    findings.add("temporary", path, reason, { isLeftOver });
  } else if (!name.startsWith(".")) {
    files.set(path, info);
  }
}

/** Reports a directory without `run.json`. */
function reportUnfinished(
  { path, findings, files }: Subject,
  names: readonly string[],
): void {
  const hasMore = files.keys()
    .some((name) => name !== "config.json" && name !== HISTORY_FILE);
  if (names.every((name) => name === "results")) {
    const isLeftOver = isStale(Deno.statSync(path));
    const reason = "it is empty, and never became a run";
    findings.add("unfinished", "", reason, { isLeftOver });
  } else if (hasMore) {
    findings.add("missing", "run.json", "without it the run is unreadable");
  } else {
    const reason = "it has no run.json, and never became a run";
    findings.add("unfinished", "", reason);
  }
}

/** Reads all JSON files, including an experiment's own. */
async function readJsonFiles(
  { path, findings, files, owners }: Subject,
): Promise<void> {
  for (const name of files.keys()) {
    if (!name.endsWith(".json")) continue;
    const json = await findings.attempt(name, () => readRunFile(path, name));
    if (json?.runId !== undefined) owners.set(name, json.runId);
  }
}

/** Reads what every run has: `run.json` and the configuration. */
async function checkRunInfo(subject: Subject): Promise<void> {
  const { path, isRunning, findings } = subject;
  const info = await findings.attempt("run.json", () => readRunInfo(path));
  const config = await findings.attempt(
    "config.json",
    () => readConfigFile(path),
  );
  if (!info) return;
  subject.info = info;
  if (!config && !findings.has("config.json")) {
    findings.add("missing", "config.json", "every run has one");
  }
  if (isRunning) return;
  // It may have ended since.
  const now = await findings.attempt("run.json", () => readStatus(path, info));
  if (now === "died") {
    const reason = "it is marked running, but its process is gone";
    findings.add("died", "run.json", reason);
  }
}

/** Reads records and evaluations. */
function checkResults(subject: Subject): void {
  const { path, findings, files } = subject;
  const problems: Problem[] = [];
  if (files.has("run.json")) readRecords(path, problems);
  subject.evaluations = readEvaluations(path, problems);
  for (const { file, reason } of problems) {
    const name = file.slice(path.length + 1);
    if (findings.has(name)) continue;
    if (name !== "results") findings.add("damaged", name, reason);
    else findings.add("missing", name, "every run has this folder");
  }
  for (const { status, startedAt } of subject.evaluations) {
    if (status !== "running") continue;
    const reason = `the evaluation of ${startedAt} is still running, or died`;
    findings.add("died", "results", reason, { isNote: true });
  }
}

/** Checks that each file of observations is as it was written, and has a record. */
async function checkObservations(
  { path: runPath, isRunning, findings, files, evaluations, info }: Subject,
): Promise<void> {
  const named = new Set<string>();
  let isKnown = !isRunning &&
    evaluations.every(({ status }) => status !== "running");
  for (const file of files.keys()) {
    if (!/^results\/[^/]+\.json$/.test(file)) continue;
    const json = await findings.attempt(file, () => readRunFile(runPath, file));
    // A record that cannot be read may name any.
    if (!json) isKnown = false;
    const text = JSON.stringify(json ?? {});
    for (const [, name] of text.matchAll(/"values":"([0-9a-f]{32})"/g)) {
      named.add(observationsFile(name!));
    }
  }
  for (const file of named) {
    if (files.has(file) || findings.has(file)) continue;
    if (info && isOmitted(info, file)) continue;
    findings.add("missing", file, "a record names it");
  }
  for (const [file, stat] of files) {
    if (!file.startsWith(`${OBSERVATIONS}/`) || findings.has(file)) continue;
    if (named.has(file)) {
      const name = basename(file, extname(file));
      await findings.attempt(file, () => readObservations(runPath, name));
    } else if (isKnown && !info?.contents?.[file]) {
      findings.add("foreign", file, "no record names it", {
        isNote: true,
        isLeftOver: isStale(stat),
      });
    }
  }
}

async function checkHistory(
  { path, isRunning, findings, files, owners, info }: Subject,
): Promise<void> {
  if (!files.has(HISTORY_FILE)) {
    if (!info || findings.has(HISTORY_FILE)) return;
    findings.add("missing", HISTORY_FILE, "it does not exist", {
      // Results may be published without the history.
      isNote: isPublished(files),
    });
    return;
  }
  const history = new HistoryReader(path);
  const irregular = await findings.attempt(
    HISTORY_FILE,
    () => findIrregularStep(history),
  );
  if (irregular) findings.add("damaged", HISTORY_FILE, irregular);
  const { runId, isTorn } = history;
  if (runId !== "") owners.set(HISTORY_FILE, runId);
  if (isRunning) return;
  const isNote = info !== undefined && info.status !== "completed";
  if (isTorn) {
    const reason = "its last line is incomplete: readers skip it" +
      (isNote ? ", and so does resuming" : "");
    findings.add("damaged", HISTORY_FILE, reason, { isNote });
  } else if (runId === "" && irregular !== undefined) {
    findings.add("damaged", HISTORY_FILE, "it has no header", { isNote });
  }
}

/** Checks that this run wrote its files. */
function checkOwners({ path, findings, owners }: Subject): void {
  const id = runIdFromPath(path), own = owners.get("run.json");
  if (own !== undefined && own !== id) {
    const reason = `its files belong to run ${own}: it was renamed or copied`;
    findings.add("renamed", "run.json", reason);
  }
  for (const [file, runId] of owners) {
    if (runId === id || runId === own) continue;
    findings.add("foreign", file, `it belongs to run ${runId}`);
  }
}

async function checkCheckpoint(
  { path, isRunning, findings, files, info }: Subject,
): Promise<void> {
  const file = files.get(CHECKPOINT_FILE);
  if (!file) return;
  const checkpoint = await findings.attempt(
    CHECKPOINT_FILE,
    () => readCheckpoint(path),
  );
  if (isRunning) return;
  if (info?.status === "completed") {
    const reason = "a completed run needs no checkpoint";
    return findings.add("temporary", CHECKPOINT_FILE, reason, {
      isLeftOver: isStale(file),
    });
  }
  const length = Number(checkpoint?.historyLength ?? 0);
  const size = files.get(HISTORY_FILE)?.size ?? 0;
  if (size < length) {
    const reason = `it had ${length} bytes at the checkpoint, and now has ` +
      `only ${size}`;
    findings.add(size ? "damaged" : "missing", HISTORY_FILE, reason);
  }
}

/** The files of a run that is published without its bulk, as in `studies/`. */
const PUBLISHED = /^((run|config)\.json|(results|evaluations)(\/.*)?)$/;

/** Whether the bulk of a run was left out when it was published. */
function isPublished(files: Subject["files"]): boolean {
  return files.keys().every((path) => PUBLISHED.test(path));
}

/** Checks that what the training left is still there, and unchanged. */
async function checkContents(
  { path: runPath, findings, files, info }: Subject,
): Promise<void> {
  if (info?.status !== "completed") return;
  for (const [path, hash] of Object.entries(info.contents ?? {})) {
    // Something is known to be wrong with it, or with its folder.
    if (findings.has(path)) continue;
    const file = files.get(path);
    const size = info.sizes?.[path] ?? file?.size;
    if (!file) {
      if (isPublished(files) && !PUBLISHED.test(path)) continue;
      findings.add("missing", path, "it existed when the run was completed");
    } else if (file.size !== size) {
      const reason = `it had ${size} bytes when the run was completed, and ` +
        `now has ${file.size}`;
      findings.add("damaged", path, reason);
    } else {
      const hashNow = () => hashFile(`${runPath}/${path}`);
      const now = await findings.attempt(path, hashNow);
      if (now === undefined || now === hash) continue;
      const reason = "it has changed since the run was completed";
      findings.add("damaged", path, reason);
    }
  }
}
