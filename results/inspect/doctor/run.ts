/**
 * The examination of one run: each of its files is read completely.
 *
 * @module
 */

import { pathWithin } from "../../../core/store/safe_path.ts";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
} from "../../../core/store/checkpoint.ts";
import { hashFile } from "../../../core/store/file_hashes.ts";
import { HistoryReader } from "../../../core/store/history.ts";
import { HISTORY_FILE, isAlive } from "../../../core/store/lock.ts";
import {
  readRunInfo,
  readStatus,
  type RunInfo,
  type SourceInfo,
} from "../../../core/store/run_info.ts";
import {
  type EvaluationInfo,
  readEvaluations,
} from "../../../core/store/evaluations.ts";
import {
  isStarting,
  runIdFromPath,
} from "../../../core/store/run_directory.ts";
import {
  type Problem,
  readConfigFile,
  readRunFile,
} from "../../../core/store/run_file.ts";
import { readRecords } from "../../../core/store/records.ts";
import { exists } from "../../../core/utils/exists.ts";
import { isStale, isTemporary, listTree, sumBytes } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { findIrregularStep } from "./steps.ts";

/** A run that has been examined. */
export interface ExaminedRun {
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
  /** The size of its files in bytes. */
  readonly bytes: number;
  /** The sources that it and its evaluations ran. */
  readonly sources: readonly SourceInfo[];
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
  const isRunning = hasProcess(runPath);
  const examined = await new RunExamination(runPath, isRunning).examine();
  // It was resumed meanwhile: what looked like damage may be its start.
  return !isRunning && hasProcess(runPath) ? examineRun(runPath) : examined;
}

/** Whether a process holds the run's lock; only a regular file is opened. */
function hasProcess(runPath: string): boolean {
  try {
    return Deno.lstatSync(`${runPath}/${HISTORY_FILE}`).isFile &&
      isAlive(runPath);
  } catch {
    return false;
  }
}

/** Names that only files have in a run. */
const FILE_NAME = new RegExp(`\\.json$|^(${HISTORY_FILE}|${CHECKPOINT_FILE})$`);

/** The files of a run that is published without its bulk, as in `studies/`. */
const PUBLISHED = /^((run|config)\.json|(results|evaluations)(\/.*)?)$/;

class RunExamination {
  readonly #path: string;
  readonly #isRunning: boolean;
  readonly #findings: Findings;
  /** Regular files by their paths, without temporary ones. */
  readonly #files = new Map<string, Deno.FileInfo>();

  constructor(runPath: string, isRunning: boolean) {
    this.#path = runPath;
    this.#isRunning = isRunning;
    this.#findings = new Findings(runIdFromPath(runPath));
  }

  async examine(): Promise<ExaminedRun> {
    const findings = this.#findings;
    const unreadable: string[] = [];
    const all = listTree(this.#path, (path, reason) => {
      unreadable.push(path);
      findings.add("unreadable", path, reason);
    });
    const bytes = sumBytes(all);
    if (unreadable.includes("")) {
      return { findings: findings.all, bytes, sources: [] };
    }
    for (const { path, info } of all) this.#checkKind(path, info);
    const hasInfo = all.some(({ path }) => path === "run.json");
    // A folder that cannot be listed is not empty.
    if (!hasInfo && unreadable.length === 0) {
      this.#reportUnfinished(all.map(({ path }) => path));
    }
    const owners = await this.#readJsonFiles();
    const info = await this.#checkRunInfo(owners);
    this.#checkOwners(owners);
    const evaluations = this.#checkResults();
    await this.#checkHistory(info);
    await this.#checkCheckpoint(info);
    await this.#checkContents(info);
    // A temporary file of a writer is gone a moment later.
    findings.drop(({ kind, file }) =>
      kind === "temporary" &&
      !exists(this.#path + file.slice(runIdFromPath(this.#path).length))
    );
    return {
      findings: findings.all,
      bytes,
      sources: [info, ...info?.resumed ?? [], ...evaluations]
        .flatMap((session) => session?.source ?? []),
    };
  }

  /** Registers a regular file, and reports what does not belong in a run. */
  #checkKind(path: string, info: Deno.FileInfo): void {
    const findings = this.#findings;
    const name = runIdFromPath(path);
    if (info.isSymlink) {
      if (pathWithin(`${this.#path}/${path}`, this.#path) === null) {
        findings.add("foreign", path, "it is a link that leads out of the run");
      }
    } else if (!info.isFile && !info.isDirectory) {
      findings.add("foreign", path, "it is neither a file nor a folder");
    } else if (info.isDirectory && FILE_NAME.test(path)) {
      findings.add("foreign", path, "it must be a file: it is a folder");
    } else if (info.isFile && isTemporary(name)) {
      if (this.#isRunning) return;
      const isLeftOver = isStale(info);
      const reason = isLeftOver
        ? "it was never completed, and its writer is gone"
        : "it may still be being written";
      findings.add("temporary", path, reason, { isLeftOver });
    } else if (info.isFile && !name.startsWith(".")) {
      this.#files.set(path, info);
    }
  }

  /** Reports a directory without `run.json`. */
  #reportUnfinished(paths: readonly string[]): void {
    const findings = this.#findings;
    const isEmpty = paths.every((path) => path === "results");
    if (isEmpty) {
      const isLeftOver = isStale(Deno.statSync(this.#path));
      const reason = "it is empty, and never became a run";
      return findings.add("unfinished", "", reason, { isLeftOver });
    }
    const hasMore = [...this.#files.keys()].some((path) =>
      path !== "config.json" && path !== HISTORY_FILE
    );
    if (hasMore) {
      findings.add("missing", "run.json", "without it the run is unreadable");
    } else {
      const reason = "it has no run.json, and never became a run";
      findings.add("unfinished", "", reason);
    }
  }

  /**
   * Reads all JSON files, including an experiment's own; returns which run wrote
   * each of them, if it says so.
   */
  async #readJsonFiles(): Promise<Map<string, unknown>> {
    const owners = new Map<string, unknown>();
    for (const path of this.#files.keys()) {
      if (!path.endsWith(".json")) continue;
      const json = await this.#findings.attempt(
        path,
        () => readRunFile(this.#path, path),
      );
      if (json) owners.set(path, json.runId);
    }
    return owners;
  }

  /** Reads what every run has: `run.json` and the configuration. */
  async #checkRunInfo(
    owners: ReadonlyMap<string, unknown>,
  ): Promise<RunInfo | undefined> {
    const findings = this.#findings;
    // What is not JSON has been reported already.
    const info = owners.has("run.json")
      ? await findings.attempt("run.json", () => readRunInfo(this.#path))
      : undefined;
    if (owners.has("config.json")) {
      await findings.attempt("config.json", () => readConfigFile(this.#path));
    }
    if (!info) return undefined;
    if (!this.#files.has("config.json") && !findings.has("config.json")) {
      findings.add("missing", "config.json", "every run has one");
    }
    const { status } = info;
    if (status === "running" && !this.#isRunning) {
      // It may have ended since; only a regular file is opened.
      const now = this.#files.has(HISTORY_FILE)
        ? await findings.attempt(
          "run.json",
          () => readStatus(this.#path, info),
        )
        : "died";
      if (now === "died") {
        const reason = "it is marked running, but its process is gone";
        findings.add("died", "run.json", reason);
      }
    }
    return info;
  }

  /** Checks that this run wrote its files. */
  #checkOwners(owners: ReadonlyMap<string, unknown>): void {
    const id = runIdFromPath(this.#path);
    const own = owners.get("run.json");
    if (own !== undefined && own !== id) {
      const reason = `its files belong to run ${own}: it was renamed or copied`;
      this.#findings.add("renamed", "run.json", reason);
    }
    for (const [path, runId] of owners) {
      if (runId === undefined || runId === id || runId === own) continue;
      this.#findings.add("foreign", path, `it belongs to run ${runId}`);
    }
  }

  /** Reads records and evaluations; returns the latter. */
  #checkResults(): EvaluationInfo[] {
    const findings = this.#findings;
    const problems: Problem[] = [];
    if (this.#files.has("run.json")) readRecords(this.#path, problems);
    const evaluations = readEvaluations(this.#path, problems);
    for (const { file, reason } of problems) {
      const path = file.slice(this.#path.length + 1);
      if (findings.has(path)) continue;
      if (path !== "results") findings.add("damaged", path, reason);
      else findings.add("missing", path, "every run has this folder");
    }
    for (const { status, startedAt } of evaluations) {
      if (status !== "running") continue;
      const reason = `the evaluation of ${startedAt} is still running, or died`;
      findings.add("died", "results", reason, { isNote: true });
    }
    return evaluations;
  }

  async #checkHistory(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    if (!this.#files.has(HISTORY_FILE)) {
      if (!info || findings.has(HISTORY_FILE)) return;
      const reason = "it does not exist";
      return findings.add("missing", HISTORY_FILE, reason, {
        // Results may be published without the history.
        isNote: this.#isPublished,
      });
    }
    const history = new HistoryReader(this.#path);
    const irregular = await findings.attempt(
      HISTORY_FILE,
      () => findIrregularStep(history),
    );
    if (irregular) findings.add("damaged", HISTORY_FILE, irregular);
    const { runId, isTorn } = history;
    const isResumable = info !== undefined && info.status !== "completed";
    if (isTorn && !this.#isRunning) {
      const reason = "its last line is incomplete: readers skip it" +
        (isResumable ? ", and so does resuming" : "");
      findings.add("damaged", HISTORY_FILE, reason, { isNote: isResumable });
    }
    const isWhole = irregular !== undefined && !isTorn;
    if (runId === "" && isWhole && !this.#isRunning) {
      findings.add("damaged", HISTORY_FILE, "it has no header", {
        isNote: isResumable,
      });
    }
    const own = info?.runId;
    if (runId !== "" && runId !== own && own !== undefined) {
      const isRenamed = findings.has("run.json");
      const reason = `it belongs to run ${runId}`;
      if (!isRenamed) findings.add("foreign", HISTORY_FILE, reason);
    }
  }

  async #checkCheckpoint(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    const file = this.#files.get(CHECKPOINT_FILE);
    if (!file) return;
    const checkpoint = await findings.attempt(
      CHECKPOINT_FILE,
      () => readCheckpoint(this.#path),
    );
    if (this.#isRunning) return;
    if (info?.status === "completed") {
      const reason = "a completed run needs no checkpoint";
      return findings.add("temporary", CHECKPOINT_FILE, reason, {
        isLeftOver: isStale(file),
      });
    }
    const length = Number(checkpoint?.historyLength ?? 0);
    const size = this.#files.get(HISTORY_FILE)?.size ?? 0;
    if (size < length) {
      const reason = `it had ${length} bytes at the checkpoint, and now has ` +
        `only ${size}`;
      findings.add(size ? "damaged" : "missing", HISTORY_FILE, reason);
    }
  }

  /** Whether its bulk was left out when it was published. */
  get #isPublished(): boolean {
    return [...this.#files.keys()].every((path) => PUBLISHED.test(path));
  }

  /** Checks that what the training left is still there, and unchanged. */
  async #checkContents(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    if (info?.status !== "completed") return;
    for (const [path, hash] of Object.entries(info.contents ?? {})) {
      // Something is known to be wrong with it, or with its folder.
      if (findings.has(path)) continue;
      const file = this.#files.get(path);
      if (!file) {
        if (this.#isPublished && !PUBLISHED.test(path)) continue;
        findings.add("missing", path, "it existed when the run was completed");
        continue;
      }
      const size = info.sizes?.[path] ?? file.size;
      if (file.size !== size) {
        const reason = `it had ${size} bytes when the run was completed, and ` +
          `now has ${file.size}`;
        findings.add("damaged", path, reason);
        continue;
      }
      const now = await findings.attempt(
        path,
        () => hashFile(`${this.#path}/${path}`),
      );
      if (now !== undefined && now !== hash) {
        const reason = "it has changed since the run was completed";
        findings.add("damaged", path, reason);
      }
    }
  }
}
